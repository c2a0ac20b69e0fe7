/* Values of options: text to field and back.
 * SPDX-License-Identifier: MIT */
#include "conf/conf_value.h"

#include <assert.h>

#include "base/arena.h"

/* The field o describes, as a pointer to type. */
#define FIELD(c, o, type) ((type *)(void *)((char *)(c) + (o)->offset))
#define CONST_FIELD(c, o, type) ((const type *)(const void *)((const char *)(c) + (o)->offset))

static const struct {
	char letter;
	int shift;
} units[] = { { 'G', 30 }, { 'M', 20 }, { 'k', 10 } };

static bool in_range(const struct conf_option *o, int64_t value)
{
	return value >= o->min && value <= o->max;
}

static bool is_letter(char c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

/* As PostgREST a word is read without what is no letter, so that quotes within quotes do no harm. */
static struct str word_of(struct str text)
{
	while (text.n && !is_letter(text.p[0]))
		text = str_from(text, 1);
	while (text.n && !is_letter(text.p[text.n - 1]))
		text.n--;
	return text;
}

static bool read_bool(struct str text, bool *out_r)
{
	static const struct {
		struct str word;
		bool value;
	} words[] = {
		{ STR_INIT("true"), true },
		{ STR_INIT("false"), false },
		{ STR_INIT("on"), true },
		{ STR_INIT("off"), false },
	};
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (str_eq_nocase(word_of(text), words[i].word)) {
			*out_r = words[i].value;
			return true;
		}
	int64_t number;
	if (!str_to_i64(str_trim(text), &number))
		return false;
	*out_r = number > 0;
	return true;
}

static bool read_bytes(struct str text, int64_t *out_r)
{
	int shift = 0;
	for (size_t i = 0; i < COUNT_OF(units) && text.n; i++)
		if ((text.p[text.n - 1] | 0x20) == (units[i].letter | 0x20))
			shift = units[i].shift;
	int64_t number;
	if (!str_to_i64(str_sub(text, 0, text.n - (shift ? 1 : 0)), &number))
		return false;
	return !__builtin_mul_overflow(number, INT64_C(1) << shift, out_r);
}

static bool read_mode(struct str text, int64_t *out_r)
{
	int64_t mode = 0;
	if (text.n == 0 || text.n > 4)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] < '0' || text.p[i] > '7')
			return false;
		mode = mode * 8 + (text.p[i] - '0');
	}
	*out_r = mode;
	return true;
}

static bool read_enum(const struct conf_option *o, struct str text, int64_t *out_r)
{
	for (int64_t i = 0; o->words[i]; i++)
		if (str_eq(text, str_of(o->words[i]))) {
			*out_r = i;
			return true;
		}
	return false;
}

static struct conf_list read_list(struct str text, struct arena *a)
{
	size_t count = 1;
	for (size_t i = 0; i < text.n; i++)
		count += text.p[i] == ',';
	struct str *items = arena_make_array(a, struct str, count);
	struct conf_list list = { items, 0 };
	while (text.p) {
		struct str item = str_trim(str_cut(&text, ','));
		if (item.n)
			items[list.count++] = str_dup(a, item);
	}
	return list;
}

static void put_bytes(struct buf *out, int64_t value)
{
	for (size_t i = 0; i < COUNT_OF(units); i++)
		if (value && value % (INT64_C(1) << units[i].shift) == 0) {
			buf_i64(out, value >> units[i].shift);
			buf_char(out, units[i].letter);
			return;
		}
	buf_i64(out, value);
}

static void put_number(struct buf *out, const struct conf_option *o, int64_t value)
{
	if (o->type == CONF_BYTES)
		put_bytes(out, value);
	else if (o->type == CONF_MODE)
		buf_printf(out, "%llo", (unsigned long long)value);
	else
		buf_i64(out, value);
}

static struct str expected_number(const struct conf_option *o, const char *what, struct arena *a)
{
	struct buf out = buf_new(a, 200);
	buf_put(&out, str_of(what));
	buf_lit(&out, " from ");
	put_number(&out, o, o->min);
	if (o->max < INT64_MAX) {
		buf_lit(&out, " to ");
		put_number(&out, o, o->max);
	} else {
		buf_lit(&out, " up");
	}
	return buf_str(&out);
}

static struct str expected_word(const struct conf_option *o, struct arena *a)
{
	struct buf out = buf_new(a, 200);
	buf_lit(&out, "one of");
	for (size_t i = 0; o->words[i]; i++)
		buf_printf(&out, "%s %s", i ? "," : "", o->words[i]);
	return buf_str(&out);
}

static struct str expectation(const struct conf_option *o, struct arena *a)
{
	static const char *const what[] = {
		[CONF_INT] = "a whole number",
		[CONF_SECONDS] = "a number of seconds",
		[CONF_BYTES] = "a number of bytes (k, M and G are understood)",
		[CONF_MODE] = "an octal file mode",
	};
	static_assert(COUNT_OF(what) == CONF_TYPES, "CONF_MODE is the last type");
	if (o->type == CONF_BOOL)
		return STR("true or false");
	if (o->type == CONF_ENUM)
		return expected_word(o, a);
	assert(what[o->type]);
	return expected_number(o, what[o->type], a);
}

struct str conf_value_complaint(const struct conf_option *o, struct str text, struct arena *a)
{
	if (o->type != CONF_MODE)
		return str_of(o->complaint);
	bool octal = text.n && text.p[0] >= '0' && text.p[0] <= '7';
	return str_printf(a, "Invalid %s: %s", o->name, octal ? "needs to be between 600 and 777" : "not an octal");
}

bool conf_value_read(struct conf *c, const struct conf_option *o, struct str text, struct arena *a,
	struct str *expected_r)
{
	bool good = true;
	switch (o->type) {
	case CONF_TEXT:
		*FIELD(c, o, struct str) = str_dup(a, text);
		break;
	case CONF_LIST:
		*FIELD(c, o, struct conf_list) = read_list(text, a);
		break;
	case CONF_BOOL:
		good = read_bool(text, FIELD(c, o, bool));
		break;
	case CONF_ENUM:
		good = read_enum(o, text, FIELD(c, o, int64_t));
		break;
	case CONF_BYTES:
		good = read_bytes(text, FIELD(c, o, int64_t)) && in_range(o, *FIELD(c, o, int64_t));
		break;
	case CONF_MODE:
		good = read_mode(text, FIELD(c, o, int64_t)) && in_range(o, *FIELD(c, o, int64_t));
		break;
	case CONF_INT:
	case CONF_SECONDS:
		good = str_to_i64(str_trim(text), FIELD(c, o, int64_t)) && in_range(o, *FIELD(c, o, int64_t));
		break;
	}
	if (!good)
		*expected_r = expectation(o, a);
	return good;
}

void conf_value_unset(struct conf *c, const struct conf_option *o)
{
	switch (o->type) {
	case CONF_TEXT:
		*FIELD(c, o, struct str) = STR_NONE;
		break;
	case CONF_LIST:
		*FIELD(c, o, struct conf_list) = (struct conf_list){ NULL, 0 };
		break;
	case CONF_BOOL:
		*FIELD(c, o, bool) = false;
		break;
	default:
		*FIELD(c, o, int64_t) = -1;
	}
}

static void put_value_quoted(struct buf *out, struct str text, bool every_dollar)
{
	buf_char(out, '"');
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i], next = i + 1 < text.n ? text.p[i + 1] : '\0';
		if ((unsigned char)c < 0x20) {
			buf_printf(out, "\\u%04x", (unsigned)c);
			continue;
		}
		if (c == '"' || c == '\\')
			buf_char(out, '\\');
		if (c == '$' && (every_dollar || next == '(' || next == '$'))
			buf_char(out, '$');
		buf_char(out, c);
	}
	buf_char(out, '"');
}

/* A '$' is doubled where it would start an interpolation or another escape. */
void conf_value_quote(struct buf *out, struct str text)
{
	put_value_quoted(out, text, false);
}

static struct str list_text(const struct conf_list *list, struct arena *a)
{
	return str_join(a, list->items, list->count, STR(","));
}

void conf_value_write(struct buf *out, const struct conf_option *o, const struct conf *c)
{
	int64_t number;
	switch (o->type) {
	case CONF_TEXT:
		put_value_quoted(out, *CONST_FIELD(c, o, struct str), o->flags & CONF_DOLLARS);
		return;
	case CONF_LIST:
		conf_value_quote(out, list_text(CONST_FIELD(c, o, struct conf_list), out->arena));
		return;
	case CONF_BOOL:
		buf_put(out, *CONST_FIELD(c, o, bool) ? STR("true") : STR("false"));
		return;
	case CONF_ENUM:
		conf_value_quote(out, str_of(o->words[*CONST_FIELD(c, o, int64_t)]));
		return;
	default:
		number = *CONST_FIELD(c, o, int64_t);
	}
	bool bare = number >= 0 && o->type != CONF_BYTES && o->type != CONF_MODE;
	if (!bare)
		buf_char(out, '"');
	if (number >= 0)
		put_number(out, o, number);
	if (!bare)
		buf_char(out, '"');
}
