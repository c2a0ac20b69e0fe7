/* Quotes identifiers, numbers parameters, writes array literals.
 * SPDX-License-Identifier: MIT */
#include "stmt/quote.h"

#include <string.h>

#include "base/arena.h"
#include "base/ascii.h"
#include "base/sqlname.h"

/* The protocol counts parameters in 16 bits. */
enum { MAX_PARAMS = 65535, FIRST_PARAMS = 16, MAX_SQL = 64 * 1024 * 1024 };
/* Most statements fit, and so are not copied while they grow. */
enum { FIRST_SQL = 1024 };

struct draft stmt_draft(struct arena *a)
{
	struct draft d = { .sql = buf_new(a, MAX_SQL), .bad_type = STR_NONE, .arena = a };
	(void)buf_reserve(&d.sql, FIRST_SQL);
	return d;
}

bool stmt_finish(struct stmt *out_r, struct draft *d, struct fault *f)
{
	buf_char(&d->sql, '\0');
	if (d->bad_type.p)
		return fault_printf(f, d->arena, 400, "PGRST100", "Invalid type name in a cast: '%.*s'", STR_ARG(d->bad_type));
	if (d->param_count > MAX_PARAMS)
		return fault_set(f, 414, "PGRST100", STR("Too many values in the request"));
	if (d->sql.overflow)
		return fault_set(f, 413, "PGRST100", STR("The request needs too much memory"));
	struct str sql = buf_str(&d->sql);
	*out_r = (struct stmt){ { sql.p, sql.n - 1 }, d->params, d->param_count };
	return true;
}

void stmt_catalog(struct draft *d, struct str text)
{
	buf_put(&d->sql, text);
}

void stmt_ident(struct draft *d, struct str name)
{
	sqlname_ident(&d->sql, name);
}

void stmt_qualified(struct draft *d, struct str schema, struct str name)
{
	if (schema.n > 0) {
		stmt_ident(d, schema);
		stmt_sql(d, ".");
	}
	stmt_ident(d, name);
}

static bool begins_word(char c)
{
	return ascii_is_letter(c) || c == '_' || (unsigned char)c >= 0x80;
}

/* A dollar that does not stand in a word would be a parameter or open a string. */
static bool is_type(struct str name)
{
	bool in_word = false;
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		bool digit = ascii_is_digit(c);
		if (!begins_word(c) && !digit && c != ' ' && !(c == '$' && in_word))
			return false;
		in_word = c != ' ' && (in_word || begins_word(c));
	}
	return name.n > 0;
}

void stmt_type(struct draft *d, struct str name)
{
	if (is_type(name))
		buf_put(&d->sql, name);
	else if (!d->bad_type.p)
		d->bad_type = name.p ? name : STR("");
}

/* In the E form, which reads the same whatever standard_conforming_strings says. */
void stmt_constant(struct draft *d, struct str text)
{
	stmt_sql(d, "E'");
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '\'' || text.p[i] == '\\')
			buf_char(&d->sql, text.p[i]);
		buf_char(&d->sql, text.p[i]);
	}
	stmt_sql(d, "'");
}

static struct stmt_param *next_param(struct draft *d)
{
	if (d->param_count == d->param_capacity) {
		size_t capacity = d->param_capacity ? 2 * d->param_capacity : FIRST_PARAMS;
		struct stmt_param *grown = arena_make_array(d->arena, struct stmt_param, capacity);
		if (d->param_count > 0)
			memcpy(grown, d->params, d->param_count * sizeof *grown);
		d->params = grown;
		d->param_capacity = capacity;
	}
	buf_char(&d->sql, '$');
	buf_u64(&d->sql, ++d->param_count);
	return &d->params[d->param_count - 1];
}

void stmt_value(struct draft *d, struct str value)
{
	*next_param(d) = (struct stmt_param){ .value = value.p ? str_dup(d->arena, value) : STR_NONE };
}

static const struct draft_key *find_key(struct draft *d, const void *step)
{
	for (size_t tried = 0; tried < d->key_count; tried++) {
		const struct draft_key *key = &d->keys[d->key_next];
		d->key_next = (d->key_next + 1) % d->key_count;
		if (key->step == step)
			return key;
	}
	return NULL;
}

static void add_key(struct draft *d, const void *step)
{
	if (d->key_count == d->key_capacity) {
		size_t capacity = d->key_capacity ? 2 * d->key_capacity : FIRST_PARAMS;
		struct draft_key *grown = arena_make_array(d->arena, struct draft_key, capacity);
		if (d->key_count > 0)
			memcpy(grown, d->keys, d->key_count * sizeof *grown);
		d->keys = grown;
		d->key_capacity = capacity;
	}
	d->keys[d->key_count++] = (struct draft_key){ step, d->param_count };
}

void stmt_key(struct draft *d, const void *step, struct str key)
{
	const struct draft_key *known = d->repeats ? find_key(d, step) : NULL;
	if (!known) {
		stmt_value(d, key);
		add_key(d, step);
		return;
	}
	buf_char(&d->sql, '$');
	buf_u64(&d->sql, known->param);
}

void stmt_binary(struct draft *d, struct str value, uint32_t type)
{
	*next_param(d) = (struct stmt_param){ .value = value, .type = type, .binary = true };
}

void stmt_large(struct draft *d, struct str value)
{
	*next_param(d) = (struct stmt_param){ .value = value };
}

void stmt_digits(struct draft *d, int64_t value)
{
	assert(value >= 0);
	buf_u64(&d->sql, (uint64_t)value);
}

void stmt_number(struct draft *d, int64_t value)
{
	*next_param(d) = (struct stmt_param){ .value = str_printf(d->arena, "%jd", (intmax_t)value) };
}

void stmt_array(struct draft *d, const struct str *values, size_t count)
{
	struct buf out = buf_new(d->arena, MAX_SQL);
	sqlname_array(&out, values, count);
	buf_char(&out, '\0');
	d->sql.overflow = d->sql.overflow || out.overflow;
	*next_param(d) = (struct stmt_param){ .value = { buf_str(&out).p, buf_str(&out).n - !out.overflow } };
}
