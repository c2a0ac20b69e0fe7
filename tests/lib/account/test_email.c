/* What passes for an e-mail address, and its key.
 * SPDX-License-Identifier: MIT */
#include "../expect.h"

#include "account/email.h"
#include "base/arena.h"
#include "base/count.h"

#define TEN "abcdefghij"
#define SIXTY TEN TEN TEN TEN TEN TEN
#define LABEL SIXTY "abc"

static const struct {
	const char *email, *key; /* key NULL: no address */
} rows[] = {
	{ "someone@shop.example", "someone@shop.example" },
	{ "Some.One+Tag@Shop.EXAMPLE", "some.one+tag@shop.example" },
	{ "a@b", "a@b" },
	{ "a@127.0.0.1", "a@127.0.0.1" },
	{ "a@r3---sn.example", "a@r3---sn.example" },
	{ "a@XN--bcher-kva.example", "a@xn--bcher-kva.example" },
	{ "a@xn--a.example", "a@xn--a.example" },
	/* RFC 3492 section 7.1 and other names as registries have them. */
	{ "a@bücher.example", "a@xn--bcher-kva.example" },
	{ "a@faß.example", "a@xn--fa-hia.example" },
	{ "a@παράδειγμα.example", "a@xn--hxajbheg2az3al.example" },
	{ "a@例え.テスト", "a@xn--r8jz45g.xn--zckzah" },
	{ "a@почемужеонинеговорятпорусски.example", "a@xn--b1abfaaepdrnnbgefbadotcwatmq2g4l.example" },
	{ "a@למההםפשוטלאמדבריםעברית", "a@xn--4dbcagdahymbxekheh6e0a7fei0b" },
	{ "a@他们为什么不说中文.example", "a@xn--ihqwcrb4cv8a8dqg056pqjye.example" },
	/* What UTS 46 maps, and what it lets nobody register. */
	{ "a@BÜCHER.example", "a@xn--bcher-kva.example" },
	{ "a@bu\u0308cher.example", "a@xn--bcher-kva.example" },
	{ "a@ｓｈｏｐ.example", "a@shop.example" },
	{ "a@例え。テスト", "a@xn--r8jz45g.xn--zckzah" },
	{ "a@r3---sn.bücher.example", "a@r3---sn.xn--bcher-kva.example" },
	{ "a@\u202eü.example", NULL },
	{ "a@\u200b", NULL },
	{ "a@ü\u2024x.example", NULL },
	{ "a@1א.example", NULL },
	{ "a@🙂.example", NULL },
	{ "müller@shop.example", "müller@shop.example" },
	{ SIXTY "abcd@shop.example", SIXTY "abcd@shop.example" },
	{ SIXTY "abcde@shop.example", NULL },
	{ "a@" LABEL ".example", "a@" LABEL ".example" },
	{ "a@" LABEL "d.example", NULL },
	{ "a@ü" SIXTY ".example", NULL },
	{ "a@" LABEL "." LABEL "." LABEL "." SIXTY, "a@" LABEL "." LABEL "." LABEL "." SIXTY },
	{ "a@" LABEL "." LABEL "." LABEL "." LABEL, NULL },
	/* Nobody is two people for how a keyboard, a form or a paste wrote the address. */
	{ " a@shop.example\t", "a@shop.example" },
	{ "\u00a0a@shop.example\u3000\r\n", "a@shop.example" },
	{ "\ufeffa@shop.example\u200b", "a@shop.example" },
	{ "MÜLLER@BÜCHER", "müller@xn--bcher-kva" },
	{ "mu\u0308ller@bücher", "müller@xn--bcher-kva" },
	{ "MU\u0308LLER@BU\u0308CHER", "müller@xn--bcher-kva" },
	{ "ΝΊΚΟΣ@shop.example", "νίκοσ@shop.example" },
	{ "νίκος@shop.example", "νίκοσ@shop.example" },
	{ "ИВАН@shop.example", "иван@shop.example" },
	{ "\u212aelvin@shop.example", "kelvin@shop.example" },
	{ "\ufb01nn@shop.example", "finn@shop.example" },
	{ "straße@faß.example", "strasse@xn--fa-hia.example" },
	{ "STRA\u1e9eE@shop.example", "strasse@shop.example" },
	{ "ｍｉｋｅ@shop.example", "mike@shop.example" },
	{ "ＭＩＫＥ＠ＳＨＯＰ．ＥＸＡＭＰＬＥ", "mike@shop.example" },
	{ "mi\u00adke@sh\u00adop.example", "mike@shop.example" },
	{ "mi\u200bke@sh\u200bop.example", "mike@shop.example" },
	{ "mi\u2060ke@shop\u2060.example", "mike@shop.example" },
	{ "mi\u202eke@shop.example", "mike@shop.example" },
	{ "mi\ufe0fke@shop.example", "mike@shop.example" },
	{ "e\u00ad\u0301@shop.example", "é@shop.example" },
	{ "\u00ad@shop.example", NULL },
	{ "a＠b@shop.example", NULL },
	{ "a\ufe6bb＠shop.example", NULL },
	{ "a，b@shop.example", NULL },
	{ "a\u00a0b@shop.example", NULL },
	{ "＜a@shop.example＞", NULL },
	{ "", NULL },
	{ " ", NULL },
	{ "someone", NULL },
	{ "@shop.example", NULL },
	{ "someone@", NULL },
	{ "a@b@c", NULL },
	{ "a b@shop.example", NULL },
	{ "a@shop example", NULL },
	{ "a\tb@shop.example", NULL },
	{ "a\177b@shop.example", NULL },
	{ "a,b@shop.example", NULL },
	{ "a;b@shop.example", NULL },
	{ "<a@shop.example>", NULL },
	{ "\"a\"@shop.example", NULL },
	{ "a@shop..example", NULL },
	{ "a@.example", NULL },
	{ "a@shop.example.", NULL },
	{ "a@-shop.example", NULL },
	{ "a@shop-.example", NULL },
	{ "a@under_score.example", NULL },
	{ "a@ü_x.example", NULL },
	{ "a@-ü.example", NULL },
	{ "a@ü-.example", NULL },
	{ "a@[127.0.0.1]", NULL },
	{ "a@\xff.example", NULL },
};

static void keys(void **state)
{
	(void)state;
	struct arena *a = arena_new(1 << 20);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct str key = STR_NONE;
		bool good = email_key(&key, str_of(rows[i].email), a);
		expect_text(rows[i].email, good ? key : STR_NONE, rows[i].key);
	}
	arena_free(a);
}

/* An address as it is written to has the key of what was typed, and is not written differently again. */
static void addresses(void **state)
{
	(void)state;
	static const struct {
		const char *email, *address;
	} shown[] = {
		{ " Some.One@Shop.Example ", "Some.One@Shop.Example" },
		{ "ＭiKe＠ＳＨＯＰ．example", "MiKe@shop.example" },
		{ "Mu\u0308l\u00adler@BÜCHER", "Müller@bücher" },
		{ "a@XN--BCHER-KVA.example", "a@XN--BCHER-KVA.example" },
		{ "Straße@faß.example", "Straße@faß.example" },
	};
	struct arena *a = arena_new(1 << 20);
	for (size_t i = 0; i < COUNT_OF(shown); i++) {
		struct str key, again, address;
		expect_int(shown[i].email, email_key(&key, str_of(shown[i].email), a), true);
		expect_int(shown[i].email, email_address(&address, str_of(shown[i].email), a), true);
		expect_text(shown[i].email, address, shown[i].address);
		expect_int(shown[i].email, email_key(&again, address, a) && str_eq(again, key), true);
	}
	arena_free(a);
}

static void no_nul(void **state)
{
	(void)state;
	struct arena *a = arena_new(1 << 16);
	struct str key;
	expect_int("NUL", email_key(&key, STR("a\0b@shop.example"), a), false);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(keys), cmocka_unit_test(addresses), cmocka_unit_test(no_nul) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
