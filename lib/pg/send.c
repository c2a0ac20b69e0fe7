/* A struct stmt in the shape libpq takes it.
 * SPDX-License-Identifier: MIT */
#include <assert.h>
#include <limits.h>

#include "inner.h"

/* libpq's parallel arrays, NULL when there is no parameter. */
struct params {
	Oid *types;
	const char **values;
	int *lengths;
	int *formats;
	int count;
};

static struct params params_of(const struct stmt *s, struct arena *a)
{
	assert(s->param_count <= INT_MAX && s->sql.p[s->sql.n] == '\0');
	struct params p = { .count = (int)s->param_count };
	if (s->param_count == 0)
		return p;
	p.types = arena_make_array(a, Oid, s->param_count);
	p.values = arena_make_array(a, const char *, s->param_count);
	p.lengths = arena_make_array(a, int, s->param_count);
	p.formats = arena_make_array(a, int, s->param_count);
	for (size_t i = 0; i < s->param_count; i++) {
		const struct stmt_param *param = &s->params[i];
		assert(param->binary || !param->value.p || param->value.p[param->value.n] == '\0');
		p.types[i] = param->type;
		p.values[i] = param->value.p;
		p.lengths[i] = (int)param->value.n;
		p.formats[i] = param->binary;
	}
	return p;
}

bool conn_send(struct conn *c, const struct stmt *s, struct arena *a)
{
	struct params p = params_of(s, a);
	return PQsendQueryParams(c->pg, s->sql.p, p.count, p.types, p.values, p.lengths, p.formats, 0) == 1;
}

bool conn_send_parse(struct conn *c, const char *name, const struct stmt *s, struct arena *a)
{
	Oid *types = arena_make_array(a, Oid, s->param_count);
	for (size_t i = 0; i < s->param_count; i++)
		types[i] = s->params[i].type;
	return PQsendPrepare(c->pg, name, s->sql.p, (int)s->param_count, types) == 1;
}

bool conn_send_execute(struct conn *c, const char *name, const struct stmt *s, struct arena *a)
{
	struct params p = params_of(s, a);
	return PQsendQueryPrepared(c->pg, name, p.count, p.values, p.lengths, p.formats, 0) == 1;
}
