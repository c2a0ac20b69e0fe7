/* Mails as bytes: addresses, header fields that nothing breaks out of, bodies.
 * SPDX-License-Identifier: MIT */
#include "../expect.h"

#include <string.h>

#include "base/arena.h"
#include "mail/encode.h"
#include "mail/message.h"

#define A64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void addresses(void **state)
{
	(void)state;
	static const struct {
		const char *text, *name, *mailbox; /* mailbox NULL: refused */
	} rows[] = {
		{ "a@example.com", NULL, "a@example.com" },
		{ "  a@example.com\t", NULL, "a@example.com" },
		{ "first.last+tag@sub.example.com", NULL, "first.last+tag@sub.example.com" },
		{ "o'brien!#$%&*/=?^_`{|}~@x", NULL, "o'brien!#$%&*/=?^_`{|}~@x" },
		{ "a@localhost", NULL, "a@localhost" },
		{ "j\xc3\xbcrgen@m\xc3\xbcller.example", NULL, "j\xc3\xbcrgen@m\xc3\xbcller.example" },
		{ A64 "@example.com", NULL, A64 "@example.com" },
		{ "A" A64 "@example.com", NULL, NULL },
		{ "Site <noreply@example.com>", "Site", "noreply@example.com" },
		{ "\"Site, Inc.\" <noreply@example.com>", "Site, Inc.", "noreply@example.com" },
		{ "<noreply@example.com>", NULL, "noreply@example.com" },
		{ "", NULL, NULL },
		{ "a", NULL, NULL },
		{ "@example.com", NULL, NULL },
		{ "a@", NULL, NULL },
		{ "a@@example.com", NULL, NULL },
		{ "a@b@example.com", NULL, NULL },
		{ ".a@example.com", NULL, NULL },
		{ "a..b@example.com", NULL, NULL },
		{ "a@example..com", NULL, NULL },
		{ "a@example.com.", NULL, NULL },
		{ "a@-example.com", NULL, NULL },
		{ "a@[127.0.0.1]", NULL, NULL },
		{ "-oQ/tmp@example.com", NULL, NULL },
		{ "a b@example.com", NULL, NULL },
		{ "a,b@example.com", NULL, NULL },
		{ "a@example.com, b@example.com", NULL, NULL },
		{ "a@example.com>\r\nRCPT TO:<b@example.com", NULL, NULL },
		{ "a@example.com\nBcc: b@example.com", NULL, NULL },
		{ "a\r@example.com", NULL, NULL },
		{ "a\x7f@example.com", NULL, NULL },
		{ "\"a\"@example.com", NULL, NULL },
		{ "a(comment)@example.com", NULL, NULL },
		{ "@relay:a@example.com", NULL, NULL },
		{ "a\xff@example.com", NULL, NULL },
		{ "Name <a@example.com", NULL, NULL },
		{ "Name <a@example.com> <", NULL, NULL },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct address got = { 0 };
		bool good = address_read(&got, str_of(rows[i].text));
		expect_int(rows[i].text, good, rows[i].mailbox != NULL);
		expect_text(rows[i].text, got.mailbox, rows[i].mailbox);
		expect_text(rows[i].text, got.name, rows[i].name);
	}
}

static void nul_byte_in_an_address(void **state)
{
	(void)state;
	struct address got;
	assert_false(address_read(&got, (struct str){ "a\0b@example.com", 15 }));
}

static void header_texts(void **state)
{
	(void)state;
	static const struct {
		struct str text;
		const char *expected;
	} rows[] = {
		{ STR_INIT("Set a new password"), "Set a new password" },
		{ STR_INIT(""), "" },
		{ STR_INIT(" edge "), "=?UTF-8?Q?_edge_?=" },
		{ STR_INIT("=?UTF-8?Q?x?="), "=?UTF-8?Q?=3D=3FUTF-8=3FQ=3Fx=3F=3D?=" },
		{ STR_INIT("gr\xc3\xbc\xc3\x9f"), "=?UTF-8?Q?gr=C3=BC=C3=9F?=" },
		{ STR_INIT("a\r\nBcc: b@c"), "=?UTF-8?Q?a__Bcc=3A_b=40c?=" },
		{ STR_INIT("a\nb"), "=?UTF-8?Q?a_b?=" },
		{ STR_INIT("a\rb"), "=?UTF-8?Q?a_b?=" },
		{ { "a\0b", 3 }, "=?UTF-8?Q?a_b?=" },
		{ STR_INIT("a\xff"
				   "b"),
			"=?UTF-8?Q?a=3Fb?=" },
		{ STR_INIT("a\xe2\x80\xa8"
				   "b"),
			"=?UTF-8?Q?a=E2=80=A8b?=" },
		{ STR_INIT("\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"),
			"=?UTF-8?Q?=C3=A4=C3=A4=C3=A4=C3=A4=C3=A4=C3=A4=C3=A4=C3=A4=C3=A4=C3=A4?=\r\n =?UTF-8?Q?=C3=A4?=" },
	};
	struct arena *a = arena_new(1 << 16);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct buf out = buf_new(a, 1 << 12);
		encode_header_text(&out, rows[i].text);
		expect_text(rows[i].expected, buf_str(&out), rows[i].expected);
	}
	arena_free(a);
}

static void quoted_printable(void **state)
{
	(void)state;
	static const struct {
		const char *text, *expected;
	} rows[] = {
		{ "", "" },
		{ "a", "a\r\n" },
		{ "a\nb\r\nc\rd", "a\r\nb\r\nc\r\nd\r\n" },
		{ "\n\n", "\r\n\r\n" },
		{ "a=b", "a=3Db\r\n" },
		{ "end \nend\t\n", "end=20\r\nend=09\r\n" },
		{ "a b", "a b\r\n" },
		{ ".\n.a\nFrom here\nfrom", "=2E\r\n=2Ea\r\n=46rom here\r\nfrom\r\n" },
		{ "gr\xc3\xbc\xc3\x9f", "gr=C3=BC=C3=9F\r\n" },
		{ A64 "aaaaaaaaaaa", A64 "aaaaaaaaaaa\r\n" },
		{ A64 "aaaaaaaaaaaa", A64 "aaaaaaaaaaa=\r\na\r\n" },
		{ A64 "aaaaaaaaa\xc3\xbc", A64 "aaaaaaaaa=\r\n=C3=BC\r\n" },
	};
	struct arena *a = arena_new(1 << 16);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct buf out = buf_new(a, 1 << 12);
		encode_quoted_printable(&out, str_of(rows[i].text));
		expect_text(rows[i].text, buf_str(&out), rows[i].expected);
	}
	arena_free(a);
}

static void plain_bodies(void **state)
{
	(void)state;
	struct arena *a = arena_new(1 << 16);
	char *line = arena_bytes(a, 1000);
	memset(line, 'x', 1000);
	assert_true(encode_is_plain(STR("a\nb\r\n")));
	assert_true(encode_is_plain((struct str){ line, 998 }));
	assert_false(encode_is_plain((struct str){ line, 999 }));
	assert_false(encode_is_plain(STR("a\tb")));
	assert_false(encode_is_plain(STR("gr\xc3\xbc\xc3\x9f")));
	arena_free(a);
}

static struct message sample(void)
{
	struct message m = { .subject = STR("Hello"), .text = STR("One\nTwo\n"), .id = STR("0a1b"), .date = 1000000000 };
	assert_true(address_read(&m.from, STR("My Site <noreply@example.com>")));
	assert_true(address_read(&m.to, STR("user@example.org")));
	return m;
}

static void one_part(void **state)
{
	(void)state;
	struct arena *a = arena_new(1 << 16);
	struct buf out = buf_new(a, 1 << 12);
	struct message m = sample();
	message_write(&out, &m);
	expect_text("text only", buf_str(&out),
		"Date: Sun, 9 Sep 2001 01:46:40 +0000\r\n"
		"From: My Site\r\n <noreply@example.com>\r\n"
		"To: <user@example.org>\r\n"
		"Subject: Hello\r\n"
		"Message-ID: <0a1b@example.com>\r\n"
		"Auto-Submitted: auto-generated\r\n"
		"MIME-Version: 1.0\r\n"
		"Content-Type: text/plain; charset=utf-8\r\n"
		"Content-Transfer-Encoding: 7bit\r\n"
		"\r\n"
		"One\r\nTwo\r\n");
	arena_free(a);
}

static void two_parts(void **state)
{
	(void)state;
	struct arena *a = arena_new(1 << 16);
	struct buf out = buf_new(a, 1 << 12);
	struct message m = sample();
	m.html = STR("<p>Gr\xc3\xbc\xc3\x9f</p>");
	m.language = STR("de-AT");
	message_write(&out, &m);
	struct str got = buf_str(&out);
	expect_text("text and HTML", str_from(got, str_find(got, STR("Content-Language"))),
		"Content-Language: de-AT\r\n"
		"Content-Type: multipart/alternative; boundary=\"=_0a1b\"\r\n"
		"\r\n--=_0a1b\r\n"
		"Content-Type: text/plain; charset=utf-8\r\n"
		"Content-Transfer-Encoding: 7bit\r\n"
		"\r\n"
		"One\r\nTwo\r\n"
		"\r\n--=_0a1b\r\n"
		"Content-Type: text/html; charset=utf-8\r\n"
		"Content-Transfer-Encoding: quoted-printable\r\n"
		"\r\n"
		"<p>Gr=C3=BC=C3=9F</p>\r\n"
		"\r\n--=_0a1b--\r\n");
	arena_free(a);
}

/* Whatever stands where text may stand, the header has the same fields. */
static void header_injection(void **state)
{
	(void)state;
	static const char *const rows[] = {
		"x\r\nBcc: victim@example.com",
		"x\nBcc: victim@example.com",
		"x\rBcc: victim@example.com",
		"x\r\n\r\n<script>",
		"\r\n",
		"\n.\n",
		"x\r\n\tfolded",
		"x\xe2\x80\xa8"
		"Bcc: victim@example.com",
		"x\x0b"
		"Bcc: y",
		"x\x0c"
		"Bcc: y",
		"x\xc2\x85"
		"Bcc: y",
		"=?UTF-8?Q?=0ABcc:_y?=",
		"\xff\r\nBcc: y",
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct arena *a = arena_new(1 << 16);
		struct buf out = buf_new(a, 1 << 14);
		struct message m = sample();
		size_t fields = 0;
		m.subject = m.from.name = m.to.name = m.language = str_of(rows[i]);
		message_write(&out, &m);
		for (struct str rest = buf_str(&out), line = str_cut(&rest, '\n'); line.n > 1; line = str_cut(&rest, '\n')) {
			assert_true(str_ends(line, STR("\r")));
			assert_false(str_has(str_sub(line, 0, line.n - 1), '\r'));
			assert_false(str_starts_nocase(line, STR("bcc")));
			fields += line.p[0] != ' ';
		}
		expect_int(rows[i], (int64_t)fields, 9);
		arena_free(a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses),
		cmocka_unit_test(nul_byte_in_an_address),
		cmocka_unit_test(header_texts),
		cmocka_unit_test(quoted_printable),
		cmocka_unit_test(plain_bodies),
		cmocka_unit_test(one_part),
		cmocka_unit_test(two_parts),
		cmocka_unit_test(header_injection),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
