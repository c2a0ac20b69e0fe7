/* Templates: what is filled in how, and which file is taken.
 * SPDX-License-Identifier: MIT */
#include "../expect.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "mail/template.h"

static const struct template_value values[] = {
	{ STR_INIT("a"), STR_INIT("<b a=\"1\" b='2'>&amp;") },
	{ STR_INIT("lines"), STR_INIT("x\r\ny\tz") },
	{ STR_INIT("nested"), STR_INIT("{{a}}") },
	{ STR_INIT("site"), STR_INIT("example.com") },
	{ STR_INIT("link"), STR_INIT("https://example.com/account/reset?token=t&x=1") },
	{ STR_INIT("hours"), STR_INIT("1") },
	{ STR_INIT("empty"), STR_INIT("") },
	{ STR_INIT("none"), { NULL, 0 } },
};

static void filling_in(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool html;
		const char *expected; /* NULL: a fault */
	} rows[] = {
		{ "", false, "" },
		{ "no places", false, "no places" },
		{ "{ {a} }} {", false, "{ {a} }} {" },
		{ "{{a}}", false, "<b a=\"1\" b='2'>&amp;" },
		{ "[{{ a }}]", true, "[&lt;b a=&quot;1&quot; b=&#39;2&#39;&gt;&amp;amp;]" },
		{ "{{lines}}", false, "x  y z" },
		{ "{{lines}}", true, "x  y z" },
		{ "{{nested}}", false, "{{a}}" },
		{ "{{unknown}}", false, NULL },
		{ "{{}}", false, NULL },
		{ "{{a", false, NULL },
		{ "{{a}}{{", false, NULL },
		{ "1{{#site}}[{{site}}]{{/site}}2", true, "1[example.com]2" },
		{ "1{{#empty}}[{{empty}}]{{/empty}}2", true, "1[]2" },
		{ "1{{#none}}[{{none}}]{{/none}}2", true, "12" },
		{ "1{{#none}}{{#site}}x{{/site}}{{unknown}}{{/none}}2{{#site}}{{#none}}x{{/none}}3{{/site}}", true, "123" },
		{ "1{{#none}}2", true, NULL },
		{ "1{{#unknown}}2{{/unknown}}", true, NULL },
		{ "1{{none}}2", true, "12" },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct arena *a = arena_new(1 << 20);
		struct fault f = { 0 };
		struct str got = STR_NONE;
		bool good = template_text(&got, str_of(rows[i].text), rows[i].html, values, COUNT_OF(values), a, &f);
		expect_int(rows[i].text, good, rows[i].expected != NULL);
		if (good)
			expect_text(rows[i].text, got, rows[i].expected);
		arena_free(a);
	}
}

static void put_file(struct arena *a, const char *directory, const char *name, const char *content)
{
	FILE *file = fopen(str_printf(a, "%s/%s", directory, name).p, "w");
	assert_non_null(file);
	assert_true(fputs(content, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

struct place {
	char directory[32];
	struct arena *arena;
};

static int set_up(void **state)
{
	struct place *p = calloc(1, sizeof *p);
	*p = (struct place){ "/tmp/rowgate-templates-XXXXXX", arena_new(1 << 22) };
	assert_non_null(mkdtemp(p->directory));
	assert_int_equal(mkdir(str_printf(p->arena, "%s/fr", p->directory).p, 0700), 0);
	assert_int_equal(mkdir(str_printf(p->arena, "%s/de", p->directory).p, 0700), 0);
	put_file(p->arena, p->directory, "fr/reset.txt", "Subject: Bonjour {{site}}\n\nSalut\n");
	put_file(p->arena, p->directory, "de/reset.txt", "subject: Eigen\r\n\r\nText\r\n");
	put_file(p->arena, p->directory, "de/reset.html", "<p>{{link}}</p>");
	put_file(p->arena, p->directory, "fr/activate.txt", "Bonjour\n");
	put_file(p->arena, p->directory, "fr/confirm.txt", "Subject: x\n\n{{secret}}");
	put_file(p->arena, p->directory, "secret.txt", "Subject: stolen\n\nstolen");
	*state = p;
	return 0;
}

static int tear_down(void **state)
{
	static const char *const names[] = { "fr/reset.txt", "de/reset.txt", "de/reset.html", "fr/activate.txt",
		"fr/confirm.txt", "secret.txt", "fr", "de", "." };
	struct place *p = *state;
	for (size_t i = 0; i + 1 < COUNT_OF(names); i++)
		remove(str_printf(p->arena, "%s/%s", p->directory, names[i]).p);
	rmdir(p->directory);
	arena_free(p->arena);
	free(p);
	return 0;
}

static void which_file(void **state)
{
	static const struct {
		const char *name, *language, *subject; /* subject NULL: a fault */
		bool host, html;
	} rows[] = {
		{ "reset", NULL, "Set a new password for example.com", true, true },
		{ "reset", "en", "Set a new password for example.com", true, true },
		{ "reset", "de", "Eigen", true, true },
		{ "reset", "de-AT", "Eigen", true, true },
		{ "reset", "de", "Neues Passwort f\xc3\xbcr example.com", false, true },
		{ "reset", "de-Latn-AT", "Neues Passwort f\xc3\xbcr example.com", false, true },
		{ "reset", "fr", "Bonjour example.com", true, false },
		{ "reset", "fr", "Set a new password for example.com", false, true },
		{ "reset", "xx", "Set a new password for example.com", true, true },
		{ "reset", "../fr", "Set a new password for example.com", true, true },
		{ "reset", "fr/", "Set a new password for example.com", true, true },
		{ "reset", "fr\nx", "Set a new password for example.com", true, true },
		{ "../secret", "fr", NULL, true, false },
		{ "nothing", "en", NULL, true, false },
		{ "activate", "fr", NULL, true, false },
		{ "confirm", "fr", NULL, true, false },
	};
	struct place *p = *state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct fault f = { 0 };
		struct template_mail got = { 0 };
		bool good = template_fill(&got, rows[i].host ? p->directory : NULL, str_of(rows[i].name),
			str_of(rows[i].language), values, COUNT_OF(values), p->arena, &f);
		expect_int(rows[i].name, good, rows[i].subject != NULL);
		if (!good)
			continue;
		expect_text(rows[i].name, got.subject, rows[i].subject);
		expect_int(rows[i].name, got.html.p != NULL, rows[i].html);
	}
}

static void faults_name_the_place(void **state)
{
	struct place *p = *state;
	struct fault f = { 0 };
	struct template_mail got;
	assert_false(template_fill(&got, p->directory, STR("confirm"), STR("fr"), values, COUNT_OF(values), p->arena, &f));
	expect_text("code", f.code, "RGA50");
	expect_text("fault", f.message,
		str_printf(p->arena, "the mail template %s/fr/confirm: {{secret}} has no value", p->directory).p);
}

/* Every shipped text can be filled in, in every language, and names the site. */
static void shipped_texts(void **state)
{
	(void)state;
	static const char *const names[] = { "activate", "confirm", "email-change", "email-changed", "new-sign-in",
		"password-changed", "registered", "reset", "trial" };
	static const struct template_value all[] = {
		{ STR_INIT("site"), STR_INIT("example.com") },
		{ STR_INIT("link"), STR_INIT("https://example.com/l?a=1&b=2") },
		{ STR_INIT("hours"), STR_INIT("24") },
		{ STR_INIT("email"), STR_INIT("a@b") },
		{ STR_INIT("when"), STR_INIT("now") },
		{ STR_INIT("ip"), STR_INIT("::1") },
		{ STR_INIT("agent"), STR_INIT("<agent>") },
		{ STR_INIT("browser"), STR_INIT("Firefox") },
		{ STR_INIT("system"), STR_INIT("Linux") },
		{ STR_INIT("program"), { NULL, 0 } },
	};
	static const struct str languages[] = { STR_INIT("en"), STR_INIT("de") };
	for (size_t i = 0; i < COUNT_OF(names) * COUNT_OF(languages); i++) {
		struct arena *a = arena_new(1 << 20);
		struct template_mail got = { 0 };
		struct fault f = { 0 };
		const char *name = names[i / COUNT_OF(languages)];
		struct str language = languages[i % COUNT_OF(languages)];
		expect_int(name, template_fill(&got, NULL, str_of(name), language, all, COUNT_OF(all), a, &f), true);
		expect_text(name, got.language, language.p);
		assert_true(str_find(got.subject, STR("example.com")) < got.subject.n);
		assert_true(str_find(got.text, STR("\nhttps://example.com/l?a=1&b=2\n")) < got.text.n);
		assert_true(str_find(got.html, STR("href=\"https://example.com/l?a=1&amp;b=2\"")) < got.html.n);
		arena_free(a);
	}
}

#define STATE(name)                                                                                                    \
	{                                                                                                                  \
		STR_INIT(name), STR_INIT("")                                                                                   \
	}

static void shipped_pages(void **state)
{
	(void)state;
	static const char *const names[] = { "page-activate", "page-confirm", "page-reset", "page-undo" };
	static const struct template_value all[] = {
		{ STR_INIT("style"), STR_INIT("a{color:#000}") },
		{ STR_INIT("action"), STR_INIT("/account/x") },
		{ STR_INIT("token"), STR_INIT("\"><b>") },
		{ STR_INIT("refused"), STR_INIT("No") },
		{ STR_INIT("back"), STR_INIT("https://example.com/?a=1&b=2") },
		STATE("form"),
		STATE("done"),
		STATE("first"),
		STATE("again"),
		STATE("RGA03"),
		STATE("RGA07"),
		STATE("RGA15"),
		STATE("other"),
	};
	static const struct {
		struct template_languages asked;
		const char *got;
	} languages[] = {
		{ { { STR_INIT("de-AT"), STR_INIT("en") }, 2 }, "de" },
		{ { { STR_INIT("fr"), STR_INIT("../de"), STR_INIT("de") }, 3 }, "de" },
		{ { { STR_INIT("en"), STR_INIT("de") }, 2 }, "en" },
		{ { { STR_INIT("fr") }, 1 }, "en" },
		{ { .count = 0 }, "en" },
	};
	for (size_t i = 0; i < COUNT_OF(names) * COUNT_OF(languages); i++) {
		struct arena *a = arena_new(1 << 20);
		struct template_page got = { 0 };
		struct fault f = { 0 };
		const char *name = names[i / COUNT_OF(languages)], *want = languages[i % COUNT_OF(languages)].got;
		const struct template_languages *asked = &languages[i % COUNT_OF(languages)].asked;
		expect_int(name, template_page(&got, NULL, str_of(name), asked, all, COUNT_OF(all), a, &f), true);
		expect_text(name, got.language, want);
		struct str tag = str_printf(a, "<html lang=\"%s\">", want);
		assert_true(str_find(got.html, tag) < got.html.n);
		assert_true(str_find(got.html, STR("value=\"&quot;&gt;&lt;b&gt;\"")) < got.html.n);
		assert_true(str_find(got.html, STR("<style>a{color:#000}</style>")) < got.html.n);
		assert_true(str_find(got.html, STR("href=\"https://example.com/?a=1&amp;b=2\"")) < got.html.n);
		arena_free(a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(filling_in),
		cmocka_unit_test_setup_teardown(which_file, set_up, tear_down),
		cmocka_unit_test_setup_teardown(faults_name_the_place, set_up, tear_down),
		cmocka_unit_test(shipped_texts),
		cmocka_unit_test(shipped_pages),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
