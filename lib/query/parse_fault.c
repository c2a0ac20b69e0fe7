/* Words a failed parse as Parsec would: `unexpected "x" expecting "a", "b" or c`.
 * SPDX-License-Identifier: MIT */
#include "query/parse.h"

#include "base/buf.h"
#include "base/utf8.h"

/* A backslash escape for control characters, as Haskell shows them. */
static const char *control_text(uint32_t c)
{
	/* clang-format off */
	static const char *const names[] = {
		"\\NUL", "\\SOH", "\\STX", "\\ETX", "\\EOT", "\\ENQ", "\\ACK", "\\a",
		"\\b", "\\t", "\\n", "\\v", "\\f", "\\r", "\\SO", "\\SI",
		"\\DLE", "\\DC1", "\\DC2", "\\DC3", "\\DC4", "\\NAK", "\\SYN", "\\ETB",
		"\\CAN", "\\EM", "\\SUB", "\\ESC", "\\FS", "\\GS", "\\RS", "\\US",
	};
	/* clang-format on */
	return c < 0x20 ? names[c] : "\\DEL";
}

/* A character between quotes; beyond ASCII by its number. */
static void put_character(struct buf *b, uint32_t c, char quote)
{
	buf_char(b, quote);
	if (c >= 0x80)
		buf_printf(b, "\\%u", (unsigned)c);
	else if (c < 0x20 || c == 0x7f)
		buf_put(b, str_of(control_text(c)));
	else if (c == '\\' || c == (unsigned char)quote)
		buf_printf(b, "\\%c", (char)c);
	else
		buf_char(b, (char)c);
	buf_char(b, quote);
}

static void put_label(struct buf *b, uint8_t label)
{
	static const struct {
		struct str text;
		bool quoted;
	} labels[] = {
#define PARSE_BARE(name, words) [name - LABEL_BASE] = { STR_INIT(words), false },
#define PARSE_QUOTED(name, words) [name - LABEL_BASE] = { STR_INIT(words), true },
		PARSE_LABELS(PARSE_BARE, PARSE_QUOTED)
	};
	static_assert(COUNT_OF(labels) == PARSE_LABEL_COUNT, "a text for each label");
	if (label <= LABEL_BASE) {
		put_character(b, label, '"');
		return;
	}
	struct str text = labels[label - LABEL_BASE].text;
	const char *quote = labels[label - LABEL_BASE].quoted ? "\"" : "";
	buf_printf(b, "%s%.*s%s", quote, STR_ARG(text), quote);
}

/* What goes before the i-th of count things: "a, b or c". */
static struct str glue(size_t i, size_t count)
{
	return i == 0 ? STR("") : i + 1 == count ? STR(" or ") : STR(", ");
}

static void put_unexpected(struct buf *b, const struct parse_error *e)
{
	size_t refused = e->refused[0] ? 1 + (e->refused[1] != 0) : 0;
	if (refused || e->met)
		buf_lit(b, "unexpected ");
	for (size_t i = 0; i < refused; i++) {
		buf_put(b, glue(i, refused));
		put_character(b, e->refused[i] - 1, '\'');
	}
	if (refused == 0 && e->met == PARSE_MET_END)
		buf_lit(b, "end of input");
	else if (refused == 0 && e->met)
		put_character(b, e->met - 1, '"');
}

static void put_expected(struct buf *b, const struct parse_error *e)
{
	if (e->count > 0)
		buf_put(b, b->n ? STR(" expecting ") : STR("expecting "));
	for (size_t i = 0; i < e->count; i++) {
		buf_put(b, glue(i, e->count));
		put_label(b, e->expected[i]);
	}
}

struct position {
	unsigned line, column;
};

/* Columns count characters; a tab goes on to the next multiple of eight. */
static struct position place_of(const struct parse *p)
{
	struct position at = { 1, 1 };
	for (const char *c = p->start; c < p->error.at; c++) {
		if (*c == '\n')
			at = (struct position){ at.line + 1, 1 };
		else if (*c == '\t')
			at.column += 8 - (at.column - 1) % 8;
		else if (!utf8_is_tail(*c))
			at.column++;
	}
	return at;
}

bool parse_fault(const struct parse *p, const char *what, struct str shown, struct fault *f)
{
	struct position at = place_of(p);
	struct buf details = buf_new(p->arena, 4096);
	put_unexpected(&details, &p->error);
	put_expected(&details, &p->error);
	if (p->too_deep) {
		details.n = 0;
		buf_printf(&details, "nested deeper than %d levels", PARSE_DEPTH_MAX);
	}
	fault_printf(f, p->arena, 400, "PGRST100", "\"failed to parse %s (%.*s)\" (line %u, column %u)", what,
		STR_ARG(shown), at.line, at.column);
	return fault_details(f, details.n ? buf_str(&details) : STR("unknown parse error"));
}
