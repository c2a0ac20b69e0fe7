/* What lighttpd refused and asks us about is answered as it says, and nothing else is.
 * SPDX-License-Identifier: MIT */
#include "../../lib/expect.h"

#include "app/front/refused.h"
#include "base/arena.h"
#include "base/count.h"

enum { PARAMS_MAX = 4 };

static void what_the_params_say(void **state)
{
	(void)state;
	static const char asks[] = "REDIRECT_URI=" REFUSED_URL;
	static const struct {
		const char *row, *params[PARAMS_MAX], *encoding;
		int status;
		const char *code, *method, *path;
	} rows[] = {
		{ "a request", { "REQUEST_URI=/a" }, NULL, 0, NULL, "GET", "/a" },
		{ "rewritten", { "REDIRECT_URI=/b", "REDIRECT_STATUS=200" }, NULL, 0, NULL, "GET", "/a" },
		{ "asked for another one", { "REDIRECT_URI=/b", "REDIRECT_STATUS=404" }, NULL, 0, NULL, "GET", "/a" },
		{ "no URL", { "REDIRECT_STATUS=404" }, NULL, 0, NULL, "GET", "/a" },
		{ "no status", { asks }, NULL, 0, NULL, "GET", "/a" },
		{ "a status of success", { asks, "REDIRECT_STATUS=200" }, NULL, 0, NULL, "GET", "/a" },
		{ "a status that is none", { asks, "REDIRECT_STATUS=4x4" }, NULL, 0, NULL, "GET", "/a" },
		{ "beyond all statuses", { asks, "REDIRECT_STATUS=600" }, NULL, 0, NULL, "GET", "/a" },
		{ "refused", { asks, "REDIRECT_STATUS=400" }, NULL, 400, "RG400", "GET", "/a" },
		{ "refused, the other way round", { "REDIRECT_STATUS=501", asks }, NULL, 501, "RG501", "GET", "/a" },
		{ "with a status of its own", { asks, "REDIRECT_STATUS=418" }, NULL, 418, "RG418", "GET", "/a" },
		{ "before the target was read", { asks, "REDIRECT_STATUS=431" }, NULL, 431, "RG431", "GET", "/" },
		{ "POST without a length", { asks, "REDIRECT_STATUS=411" }, NULL, 0, NULL, "POST", "/a" },
		{ "with a body all the same", { asks, "REDIRECT_STATUS=411" }, "chunked", 411, "RG411", "GET", "/a" },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct arena *a = arena_new(1 << 20);
		struct http_field encoding = { STR("transfer-encoding"), str_of(rows[i].encoding) };
		struct request r = { .method = HTTP_GET, .method_text = STR("GET"), .path = STR("/a"), .fields = &encoding };
		struct fault f = { 0 };
		char *params[PARAMS_MAX + 1] = { NULL };
		r.field_count = rows[i].encoding ? 1 : 0;
		for (size_t k = 0; k < PARAMS_MAX && rows[i].params[k]; k++)
			params[k] = (char *)(uintptr_t)rows[i].params[k];
		assert_int_equal(refused_accepts(&r, params, a, &f), rows[i].status == 0);
		expect_int(rows[i].row, f.http_status, rows[i].status);
		expect_text(rows[i].row, f.code, rows[i].code);
		expect_text(rows[i].row, r.method_text, rows[i].method);
		expect_int(rows[i].row, r.method, http_method_from(str_of(rows[i].method)));
		expect_text(rows[i].row, r.path, rows[i].path);
		arena_free(a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(what_the_params_say) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
