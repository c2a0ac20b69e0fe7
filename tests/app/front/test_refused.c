/* What lighttpd refused and asks us about is answered as it says, and nothing else is.
 * SPDX-License-Identifier: MIT */
#include "../../lib/expect.h"
#include "wire.h"

#include <sys/socket.h>
#include <unistd.h>

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

/* Params behind their lengths. */
#define ASKS "\14\20REDIRECT_URI/rowgate-refused"
#define URI "\13\5REQUEST_URI/a?b="

static void what_a_socket_holds(void **state)
{
	(void)state;
	static const struct {
		const char *row, *params, *uri;
		bool cut; /* into a record for each byte */
	} rows[] = {
		{ "misdirected", URI ASKS "\17\3REDIRECT_STATUS411", "/a?b=", false },
		{ "in many records", URI ASKS "\17\3REDIRECT_STATUS411", "/a?b=", true },
		{ "refused for something else", URI ASKS "\17\3REDIRECT_STATUS400", NULL, false },
		{ "with a body all the same", URI ASKS "\26\7HTTP_TRANSFER_ENCODINGchunked\17\3REDIRECT_STATUS411", NULL,
			false },
		{ "the client says so", URI "\21\20HTTP_REDIRECT_URI/rowgate-refused\24\3HTTP_REDIRECT_STATUS411", NULL,
			false },
		{ "no target", ASKS "\17\3REDIRECT_STATUS411", NULL, false },
		{ "cut short", URI ASKS "\17\4REDIRECT_STATUS411", NULL, false },
		{ "longer than there is", "\13\377\377\377\377REQUEST_URI", NULL, false },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct arena *a = arena_new(1 << 20);
		struct wire w = { .n = 0 };
		struct str params = str_of(rows[i].params), uri = STR_NONE;
		int pair[2];
		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
		wire_add(&w, FCGI_BEGIN_REQUEST, 1, STR("\0\1\1\0\0\0\0\0"), 0);
		for (size_t step = rows[i].cut ? 1 : params.n; params.n; params = str_from(params, step))
			wire_add(&w, FCGI_PARAMS, 1, str_sub(params, 0, step), 3);
		wire_add(&w, FCGI_PARAMS, 1, STR(""), 0);
		wire_add(&w, FCGI_STDIN, 1, STR(""), 0);
		assert_int_equal(send(pair[1], w.p, w.n, 0), w.n);
		expect_int(rows[i].row, refused_is_misdirected(pair[0], &uri, a), rows[i].uri != NULL);
		if (rows[i].uri)
			expect_text(rows[i].row, uri, rows[i].uri);
		expect_int("nothing is taken", recv(pair[0], w.p, sizeof w.p, 0), (int64_t)w.n);
		close(pair[0]);
		close(pair[1]);
		arena_free(a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_params_say),
		cmocka_unit_test(what_a_socket_holds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
