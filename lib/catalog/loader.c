/* Running one introspection query, and reading the values of its rows.
 * SPDX-License-Identifier: MIT */
#include "catalog/loader.h"

#include "base/sqlname.h"

bool load_run(struct load *l, const char *sql, struct str first, struct str second, load_row_fn *on_row)
{
	struct stmt_param params[2] = { { .value = first }, { .value = second } };
	struct stmt s = { .sql = str_of(sql), .params = params, .param_count = second.p ? 2 : first.p ? 1 : 0 };
	return conn_run(l->conn, &s, on_row, l, l->arena, l->fault);
}

uint32_t load_u32(const struct row *r, size_t column)
{
	uint64_t value = 0;
	str_to_u64(row_value(r, column), &value);
	return value > UINT32_MAX ? 0 : (uint32_t)value;
}

bool load_bool(const struct row *r, size_t column)
{
	return str_eq(row_value(r, column), STR("t"));
}

uint8_t load_char(const struct row *r, size_t column)
{
	struct str value = row_value(r, column);
	return value.n ? (uint8_t)value.p[0] : 0;
}

struct cat_text load_text(struct load *l, const struct row *r, size_t column)
{
	return build_text(l->b, row_value(r, column));
}

struct str load_text_array(struct load *l, const struct conf_list *first, const struct conf_list *second)
{
	struct buf out = buf_new(l->scratch, 1 << 20);
	size_t count = first->count + (second ? second->count : 0);
	struct str *texts = arena_make_array(l->scratch, struct str, count);
	for (size_t i = 0; i < count; i++)
		texts[i] = i < first->count ? first->items[i] : second->items[i - first->count];
	sqlname_array(&out, texts, count);
	return str_dup(l->scratch, buf_str(&out));
}
