/* Writes the search_path of a schema.
 * SPDX-License-Identifier: MIT */
#include "plan/path.h"

#include "base/sqlname.h"

enum { MAX_PATH = 64 * 1024 };

static const struct str LAST = STR_INIT(", pg_temp");

struct str path_of(struct str schema, const struct conf *c, struct arena *a)
{
	struct buf out = buf_new(a, MAX_PATH);
	sqlname_ident(&out, schema);
	for (size_t i = 0; i < c->db_extra_search_path.count; i++) {
		struct str extra = c->db_extra_search_path.items[i];
		if (extra.n == 0 || str_eq(extra, schema))
			continue;
		buf_lit(&out, ", ");
		sqlname_ident(&out, extra);
	}
	buf_put(&out, LAST);
	return buf_str(&out);
}

struct str path_configured(struct str path)
{
	assert(str_ends(path, LAST));
	return str_sub(path, 0, path.n - LAST.n);
}
