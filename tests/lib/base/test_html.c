/* Text escaped for HTML.
 * SPDX-License-Identifier: MIT */
#include "../expect.h"

#include "base/html.h"

static void escaping(void **state)
{
	(void)state;
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "", "" },
		{ "plain \xc3\xa4\n", "plain \xc3\xa4\n" },
		{ "<b a=\"1\" b='2'>&amp;", "&lt;b a=&quot;1&quot; b=&#39;2&#39;&gt;&amp;amp;" },
		{ "/;#", "/;#" },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char memory[100];
		struct buf out = buf_over(memory, sizeof memory);
		html_escape(&out, str_of(rows[i].text));
		expect_text(rows[i].text, buf_str(&out), rows[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(escaping),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
