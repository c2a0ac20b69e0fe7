/* Writes the search_path of a schema.
 * SPDX-License-Identifier: MIT */
#include "plan/path.h"

#include "base/sqlname.h"

enum { MAX_PATH = 64 * 1024 };

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
	buf_lit(&out, ", pg_temp");
	return buf_str(&out);
}
