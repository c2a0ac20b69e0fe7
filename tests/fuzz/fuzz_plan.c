/* Any bytes as a request to a fixed catalog: refused with a reason, or planned and written as SQL whose parameters are
 * all there.
 * SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/plan/fixture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* In a name that is not quoted, a type's, a dollar is a letter. */
static bool in_word(const char *start, const char *at)
{
	unsigned char before = at > start ? (unsigned char)at[-1] : ' ';
	return before == '_' || before == '$' || before >= 0x80 || isalnum(before);
}

/* Every $n of the text has its parameter, and no value holds the NUL that ends it. */
static void expect_whole(const struct stmt *s)
{
	bool quoted = false;
	for (size_t i = 0; i + 1 < s->sql.n; i++) {
		quoted ^= s->sql.p[i] == '"';
		if (s->sql.p[i] != '$' || quoted || in_word(s->sql.p, s->sql.p + i))
			continue;
		size_t n = (size_t)strtoul(s->sql.p + i + 1, NULL, 10);
		if (n > s->param_count)
			abort();
	}
	for (size_t i = 0; i < s->param_count; i++)
		if (!s->params[i].binary && s->params[i].value.p && memchr(s->params[i].value.p, '\0', s->params[i].value.n))
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new((size_t)64 << 20);
	struct conf c = fixture_conf();
	c.db_aggregates_enabled = size % 4;
	c.db_plan_enabled = true;
	c.db_max_rows = size % 3 ? -1 : 10;
	c.url_max_embeds = 100;
	struct made *m = fixture_make(str_dup(a, (struct str){ (const char *)data, size }).p, &c, a);
	if (m->fault.http_status && (m->fault.http_status < 300 || !m->fault.code.n || !m->fault.message.n))
		abort();
	const struct stmt *made[] = { m->stmts.main, m->stmts.count, m->stmts.explain };
	for (size_t i = 0; i < COUNT_OF(made); i++)
		if (!m->fault.http_status && made[i])
			expect_whole(made[i]);
	arena_free(a);
	return 0;
}
