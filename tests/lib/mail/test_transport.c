/* The ways a mail takes, by their settings; what servers and programs do is tests/api/test_mail.py's.
 * SPDX-License-Identifier: MIT */
#include "../expect.h"

#include "base/arena.h"
#include "mail/transports.h"

static void settings(void **state)
{
	(void)state;
	static const struct {
		const char *setting, *target; /* target NULL: refused */
		enum transport_kind kind;
	} rows[] = {
		{ "sendmail", "/usr/sbin/sendmail", TRANSPORT_SENDMAIL },
		{ "sendmail:/opt/x y", "/opt/x y", TRANSPORT_SENDMAIL },
		{ "smtp://localhost", "smtp://localhost", TRANSPORT_SMTP },
		{ "smtp://[::1]:2525", "smtp://[::1]:2525", TRANSPORT_SMTP },
		{ "smtps://mail.example.com:465", "smtps://mail.example.com:465", TRANSPORT_SMTP },
		{ "file:/var/spool/x", "/var/spool/x", TRANSPORT_FILE },
		{ "", NULL, 0 },
		{ "sendmail:", NULL, 0 },
		{ "sendmail:relative", NULL, 0 },
		{ "file:relative", NULL, 0 },
		{ "smtp://", NULL, 0 },
		{ "smtp://user:secret@host", NULL, 0 },
		{ "smtp://host/path", NULL, 0 },
		{ "smtp://host?x", NULL, 0 },
		{ "smtp://ho st", NULL, 0 },
		{ "http://host", NULL, 0 },
		{ "SMTP://host", NULL, 0 },
	};
	struct arena *a = arena_new(1 << 16);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct transport t = { 0 };
		bool good = transport_read(&t, str_of(rows[i].setting), a);
		expect_int(rows[i].setting, good, rows[i].target != NULL);
		if (!good)
			continue;
		expect_text(rows[i].setting, str_of(t.target), rows[i].target);
		expect_int(rows[i].setting, t.kind, rows[i].kind);
	}
	arena_free(a);
}

static void unix_lines(void **state)
{
	(void)state;
	struct arena *a = arena_new(1 << 16);
	expect_text("CRLF", transport_unix_lines(STR("a\r\nb\rc\r\n\r\n"), a), "a\nb\rc\n\n");
	expect_text("empty", transport_unix_lines(STR(""), a), "");
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(settings), cmocka_unit_test(unix_lines) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
