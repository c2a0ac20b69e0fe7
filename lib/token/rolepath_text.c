/* A role path back to text, in the spelling of PostgREST's --dump-config.
 * SPDX-License-Identifier: MIT */
#include "token/rolepath.h"

#include <string.h>

#include "base/buf.h"
#include "base/jsonc.h"
#include "token/rolepath_tree.h"
#include "token/tokenjson.h"

enum { TEXT_MAX = 64 * 1024 };

static void put_segments(struct buf *out, const struct segment *segment);
static void put_condition(struct buf *out, const struct condition *c);

/* Between single quotes (RFC 9535 section 2.3.1.1): those and backslashes escaped. */
static void put_string(struct buf *out, struct str text)
{
	buf_char(out, '\'');
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '\'' || text.p[i] == '\\')
			buf_char(out, '\\');
		if ((unsigned char)text.p[i] < 0x20)
			buf_printf(out, "\\u%04x", (unsigned)text.p[i]);
		else
			buf_char(out, text.p[i]);
	}
	buf_char(out, '\'');
}

static void put_bound(struct buf *out, struct bound b)
{
	if (b.given)
		buf_i64(out, b.at);
}

static void put_slice(struct buf *out, const struct selector *s)
{
	put_bound(out, s->from);
	buf_char(out, ':');
	put_bound(out, s->to);
	buf_char(out, ':');
	buf_i64(out, s->step.given ? s->step.at : 1);
}

static void put_selector(struct buf *out, const struct selector *s)
{
	switch (s->kind) {
	case SELECTOR_NAME:
		put_string(out, str_of(s->name));
		break;
	case SELECTOR_INDEX:
		buf_i64(out, s->index);
		break;
	case SELECTOR_SLICE:
		put_slice(out, s);
		break;
	case SELECTOR_ALL:
		buf_char(out, '*');
		break;
	case SELECTOR_FILTER:
		buf_char(out, '?');
		put_condition(out, s->filter);
		break;
	}
}

static void put_segment(struct buf *out, const struct segment *segment)
{
	if (segment->descend)
		buf_lit(out, "..");
	if (segment->dotted) {
		if (!segment->descend)
			buf_char(out, '.');
		buf_put(out, segment->selectors->kind == SELECTOR_ALL ? STR("*") : str_of(segment->selectors->name));
		return;
	}
	buf_char(out, '[');
	for (const struct selector *s = segment->selectors; s; s = s->next) {
		put_selector(out, s);
		if (s->next)
			buf_char(out, ',');
	}
	buf_char(out, ']');
}

static void put_segments(struct buf *out, const struct segment *segment)
{
	for (; segment; segment = segment->next)
		put_segment(out, segment);
}

static void put_operand(struct buf *out, const struct operand *o)
{
	static const char *const calls[] = {
		[PATH_LENGTH] = "length(",
		[PATH_COUNT] = "count(",
		[PATH_VALUE] = "value(",
	};
	if (o->argument) {
		buf_put(out, str_of(calls[o->kind]));
		put_operand(out, o->argument);
		buf_char(out, ')');
	} else if (o->kind == PATH_QUERY) {
		buf_char(out, o->from_root ? '$' : '@');
		put_segments(out, o->query);
	} else if (json_object_is_type(o->literal, json_type_string)) {
		put_string(out, jsonc_text(o->literal));
	} else {
		buf_put(out, str_of(json_object_to_json_string_ext(o->literal, JSON_C_TO_STRING_PLAIN)));
	}
}

static void put_joined(struct buf *out, const struct condition *c, struct str operator)
{
	put_condition(out, c->a);
	buf_put(out, operator);
	put_condition(out, c->b);
}

static void put_comparison(struct buf *out, const struct condition *c)
{
	static const char *const operators[] = {
		[CONDITION_EQ] = " == ",
		[CONDITION_NE] = " != ",
		[CONDITION_LT] = " < ",
		[CONDITION_LE] = " <= ",
		[CONDITION_GT] = " > ",
		[CONDITION_GE] = " >= ",
	};
	assert(c->kind < COUNT_OF(operators) && operators[c->kind]);
	put_operand(out, &c->left);
	buf_put(out, str_of(operators[c->kind]));
	put_operand(out, &c->right);
}

static void put_condition(struct buf *out, const struct condition *c)
{
	switch (c->kind) {
	case CONDITION_OR:
		put_joined(out, c, STR(" || "));
		break;
	case CONDITION_AND:
		put_joined(out, c, STR(" && "));
		break;
	case CONDITION_NOT:
		buf_char(out, '!');
		put_condition(out, c->a);
		break;
	case CONDITION_GROUP:
		buf_char(out, '(');
		put_condition(out, c->a);
		buf_char(out, ')');
		break;
	case CONDITION_EXISTS:
		put_operand(out, &c->left);
		break;
	case CONDITION_REGEX:
		buf_put(out, c->whole ? STR("match(") : STR("search("));
		put_operand(out, &c->left);
		buf_lit(out, ", ");
		put_operand(out, &c->right);
		buf_char(out, ')');
		break;
	default:
		put_comparison(out, c);
	}
}

static void put_old_filter(struct buf *out, const struct condition *c)
{
	static const char *const operators[] = {
		[CONDITION_EQ] = "==",
		[CONDITION_DIFFERS] = "!=",
		[CONDITION_STARTS] = "^==",
		[CONDITION_ENDS] = "==^",
		[CONDITION_CONTAINS] = "*==",
	};
	struct str text = jsonc_text(c->right.literal);
	buf_printf(out, "[?(@ %s \"%.*s\")]", operators[c->kind], STR_ARG(text));
}

static void put_old(struct buf *out, const struct rolepath *path)
{
	for (const struct segment *segment = path->segments; segment; segment = segment->next) {
		const struct selector *s = segment->selectors;
		if (s->kind == SELECTOR_NAME)
			buf_printf(out, ".\"%s\"", s->name);
		else if (s->kind == SELECTOR_INDEX)
			buf_printf(out, "[%lld]", (long long)s->index);
		else
			put_old_filter(out, s->filter);
	}
	for (const struct selector *s = path->cuts; s; s = s->next) {
		buf_char(out, '[');
		put_bound(out, s->from);
		buf_char(out, ':');
		put_bound(out, s->to);
		buf_char(out, ']');
	}
}

/* A name that JSONPath takes behind a dot (RFC 9535 section 2.5.1.1), of those in ASCII. */
static bool is_shorthand(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_", digits[] = "0123456789";
	size_t n = strlen(name);
	return n && strchr(letters, *name) && strspn(name, letters) + strspn(name + strspn(name, letters), digits) == n;
}

/* One step of the older syntax in JSONPath; false when it has none that finds the same. */
static bool put_successor(struct buf *out, const struct segment *segment)
{
	const struct selector *s = segment->selectors;
	if (s->kind == SELECTOR_NAME && is_shorthand(s->name)) {
		buf_printf(out, ".%s", s->name);
	} else if (s->kind == SELECTOR_FILTER) {
		if (s->filter->kind != CONDITION_EQ)
			return false;
		buf_lit(out, "[?@ == ");
		put_string(out, jsonc_text(s->filter->right.literal));
		buf_char(out, ']');
	} else {
		put_segment(out, segment);
	}
	return true;
}

struct str rolepath_successor(const struct rolepath *path, struct arena *a)
{
	struct buf out = buf_new(a, TEXT_MAX);
	if (!path->old)
		return STR_NONE;
	buf_char(&out, '$');
	for (const struct segment *segment = path->segments; segment; segment = segment->next)
		if (!put_successor(&out, segment))
			return STR("");
	return path->cuts ? STR("") : buf_str(&out);
}

struct str rolepath_text(const struct rolepath *path, struct arena *a)
{
	struct buf out = buf_new(a, TEXT_MAX);
	if (path->old) {
		put_old(&out, path);
	} else {
		buf_char(&out, '$');
		put_segments(&out, path->segments);
	}
	return buf_str(&out);
}
