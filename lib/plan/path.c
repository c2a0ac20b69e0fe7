/* Writes identifiers and the search_path made of them.
 * SPDX-License-Identifier: MIT */
#include "plan/path.h"

enum { MAX_PATH = 64 * 1024 };

void path_ident(struct buf *out, struct str name)
{
	buf_char(out, '"');
	while (str_has(name, '"')) {
		size_t upto = str_index(name, '"') + 1;
		buf_put(out, str_sub(name, 0, upto));
		buf_char(out, '"');
		name = str_from(name, upto);
	}
	buf_put(out, name);
	buf_char(out, '"');
}

struct str path_of(struct str schema, const struct conf *c, struct arena *a)
{
	struct buf out = buf_new(a, MAX_PATH);
	path_ident(&out, schema);
	for (size_t i = 0; i < c->db_extra_search_path.count; i++) {
		struct str extra = c->db_extra_search_path.items[i];
		if (extra.n == 0 || str_eq(extra, schema))
			continue;
		buf_lit(&out, ", ");
		path_ident(&out, extra);
	}
	buf_lit(&out, ", pg_temp");
	return buf_str(&out);
}
