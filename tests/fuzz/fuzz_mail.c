/* Mails from anything: the input, cut at its NUL bytes, is names, addresses, subject, text and HTML. Whatever they are,
 * the header has the fields it always has, and no line is too long for a mail server or ends in anything but CRLF.
 * SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "base/arena.h"
#include "mail/message.h"
#include "mail/template.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FIELDS = 8, LINE_MAX_SMTP = 998 };

/* The lines of the header in front of the empty one: continuations start with a blank. */
static void check(struct str mail, bool with_html)
{
	size_t fields = 0;
	bool in_header = true;
	for (struct str rest = mail; rest.n;) {
		struct str line = str_cut(&rest, '\n');
		if (!str_ends(line, STR("\r")) || line.n > LINE_MAX_SMTP + 1 || str_has(str_sub(line, 0, line.n - 1), '\r'))
			abort();
		in_header = in_header && line.n > 1;
		fields += in_header && line.p[0] != ' ';
	}
	/* One body has its encoding in the header, two have it in their parts. */
	if (fields != FIELDS + (size_t)!with_html)
		abort();
}

static void compose(struct str rest, struct arena *a)
{
	struct message m = { .id = STR("0123456789abcdef"), .date = 1700000000 };
	struct str name = str_cut(&rest, '\0'), from = str_cut(&rest, '\0'), to = str_cut(&rest, '\0');
	if (!address_read(&m.from, from))
		address_read(&m.from, STR("noreply@example.com"));
	if (!address_read(&m.to, to))
		address_read(&m.to, STR("user@example.com"));
	m.from.name = name;
	m.subject = str_cut(&rest, '\0');
	m.text = str_cut(&rest, '\0');
	m.html = rest;
	struct buf out = buf_new(a, SIZE_MAX);
	message_write(&out, &m);
	check(buf_str(&out), m.html.p);
}

/* Markup in a value never becomes markup of the text. */
static void fill(struct str text, struct arena *a)
{
	const struct template_value value = { STR("v"), text };
	struct str out;
	struct fault f = { 0 };
	if (!template_text(&out, STR("{{v}}"), true, &value, 1, a, &f))
		return;
	for (size_t i = 0; i < out.n; i++)
		if (str_has(STR("<>\"'"), out.p[i]))
			abort();
	/* A text of anybody's as the template itself is refused or filled in, and neither is wrong. */
	bool filled = template_text(&out, text, true, &value, 1, a, &f);
	(void)filled;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(SIZE_MAX);
	struct str input = str_dup(a, (struct str){ (const char *)data, size });
	compose(input, a);
	fill(input, a);
	arena_free(a);
	return 0;
}
