/* The JSON writer: commas in every place.
 * SPDX-License-Identifier: MIT */
#include "../expect.h"

#include "base/arena.h"
#include "base/jsonw.h"

static void write_document(struct jsonw *w)
{
	jsonw_open(w, '{');
	jsonw_member(w, STR("a"), STR("x\"y"));
	jsonw_member(w, STR("absent"), STR_NONE);
	jsonw_key(w, STR("list"));
	jsonw_open(w, '[');
	jsonw_int(w, -1);
	jsonw_bool(w, true);
	jsonw_text(w, STR_NONE);
	jsonw_open(w, '{');
	jsonw_close(w, '}');
	jsonw_open(w, '[');
	jsonw_close(w, ']');
	jsonw_close(w, ']');
	jsonw_key(w, STR("raw"));
	jsonw_raw(w, STR("{\"n\":1}"));
	jsonw_close(w, '}');
}

static void commas(void **state)
{
	(void)state;
	struct arena *a = arena_new(1 << 16);
	struct buf out = buf_new(a, 1 << 10);
	write_document(&(struct jsonw){ .out = &out });
	expect_text("document", buf_str(&out), "{\"a\":\"x\\\"y\",\"list\":[-1,true,null,{},[]],\"raw\":{\"n\":1}}");
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(commas) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
