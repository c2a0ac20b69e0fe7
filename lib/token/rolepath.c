/* Reading a role path by its syntax, and taking the role from the claims.
 * SPDX-License-Identifier: MIT */
#include "token/rolepath.h"

#include <string.h>

#include "base/jsonc.h"
#include "base/utf8.h"
#include "token/rolepath_tree.h"
#include "token/tokenjson.h"

bool rolepath_parse(struct rolepath **out_r, struct str text, struct arena *forever, struct fault *f)
{
	struct rolepath_parser p = { .s = scan_of(text), .arena = forever };
	*out_r = arena_make(forever, struct rolepath);
	(*out_r)->old = !scan_char(&p.s, '$');
	bool good = (*out_r)->old ? rolepath_old(*out_r, &p) : rolepath_rfc(*out_r, &p);
	if (good && (scan_done(&p.s) || rolepath_expected(&p, "the end")))
		return true;
	return fault_printf(f, forever, 500, "PGRST300",
		"jwt-role-claim-key: failed to parse role-claim-key value (%.*s): expected %s at character %zu", STR_ARG(text),
		p.expected, scan_at(&p.s) + 1);
}

struct rolepath_walk {
	struct json_object *root;
	int64_t *count; /* else NULL: goes over all that is selected and counts it, instead of ending at the first */
};

static bool first(const struct rolepath_walk *w, const struct segment *seg, struct json_object *node,
	struct json_object **out_r);
static bool holds(const struct rolepath_walk *w, const struct condition *c, struct json_object *node);

/* A value in a comparison; a query that selects nothing is a value of its own kind (RFC 9535 section 2.3.5.2.2). */
struct value {
	bool present;
	bool computed; /* a number, not from the claims */
	struct json_object *json;
	int64_t number;
};

static struct value number_value(int64_t number)
{
	return (struct value){ .present = true, .computed = true, .number = number };
}

/* Characters, elements or members; of what has none: nothing. */
static struct value length_value(struct value v)
{
	struct str text = v.json ? jsonc_text(v.json) : STR_NONE;
	if (text.p)
		return number_value((int64_t)utf8_count(text));
	if (json_object_is_type(v.json, json_type_array))
		return number_value((int64_t)json_object_array_length(v.json));
	if (json_object_is_type(v.json, json_type_object))
		return number_value(json_object_object_length(v.json));
	return (struct value){ .present = false };
}

static const struct segment *start_of(const struct operand *query, const struct rolepath_walk *w,
	struct json_object **node)
{
	if (query->from_root)
		*node = w->root;
	return query->query;
}

/* How many values a query selects, and the value if it is one. */
static struct value counted_value(const struct rolepath_walk *w, const struct operand *query, struct json_object *node,
	bool as_count)
{
	int64_t count = 0;
	struct rolepath_walk counting = { w->root, &count };
	struct value v = { 0 };
	const struct segment *start = start_of(query, w, &node);
	first(&counting, start, node, &v.json);
	v.present = count == 1;
	return as_count ? number_value(count) : v;
}

static struct value value_of(const struct rolepath_walk *w, const struct operand *o, struct json_object *node)
{
	struct value v = { .present = true, .json = o->literal };
	switch (o->kind) {
	case PATH_LITERAL:
		return v;
	case PATH_QUERY: {
		struct rolepath_walk ending = { w->root, NULL };
		const struct segment *start = start_of(o, w, &node);
		v.present = first(&ending, start, node, &v.json);
		return v;
	}
	case PATH_LENGTH:
		return length_value(value_of(w, o->argument, node));
	default:
		return counted_value(w, o->argument, node, o->kind == PATH_COUNT);
	}
}

static bool is_number(struct value v)
{
	return v.computed || json_object_is_type(v.json, json_type_int) || json_object_is_type(v.json, json_type_double);
}

static double number_of(struct value v)
{
	return v.computed ? (double)v.number : json_object_get_double(v.json);
}

static bool is_equal(struct value a, struct value b)
{
	if (!a.present || !b.present)
		return a.present == b.present;
	if (is_number(a) && is_number(b))
		return number_of(a) == number_of(b);
	return !a.computed && !b.computed && json_object_equal(a.json, b.json);
}

static bool is_less(struct value a, struct value b)
{
	if (!a.present || !b.present)
		return false;
	if (is_number(a) && is_number(b))
		return number_of(a) < number_of(b);
	struct str left = jsonc_text(a.json), right = jsonc_text(b.json);
	return left.p && right.p && str_cmp(left, right) < 0;
}

/* The older syntax compares strings only: another type never matches, not even !=. */
static bool holds_of_strings(enum condition_kind kind, struct str text, struct str pattern)
{
	switch (kind) {
	case CONDITION_STARTS:
		return str_starts(text, pattern);
	case CONDITION_ENDS:
		return str_ends(text, pattern);
	case CONDITION_CONTAINS:
		return str_find(text, pattern) < text.n || !pattern.n;
	default:
		return !str_eq(text, pattern);
	}
}

static bool holds_between(const struct condition *c, struct value a, struct value b)
{
	switch (c->kind) {
	case CONDITION_EQ:
		return is_equal(a, b);
	case CONDITION_NE:
		return !is_equal(a, b);
	case CONDITION_LT:
		return is_less(a, b);
	case CONDITION_LE:
		return is_less(a, b) || is_equal(a, b);
	case CONDITION_GT:
		return is_less(b, a);
	case CONDITION_GE:
		return is_less(b, a) || is_equal(a, b);
	default:
		break;
	}
	struct str text = a.present ? jsonc_text(a.json) : STR_NONE;
	return text.p && holds_of_strings(c->kind, text, jsonc_text(b.json));
}

static bool matches(const struct condition *c, struct value v)
{
	struct str text = v.present ? jsonc_text(v.json) : STR_NONE;
	return text.p && strlen(text.p) == text.n && regexec(&c->regex, text.p, 0, NULL, 0) == 0;
}

static bool holds(const struct rolepath_walk *w, const struct condition *c, struct json_object *node)
{
	switch (c->kind) {
	case CONDITION_OR:
		return holds(w, c->a, node) || holds(w, c->b, node);
	case CONDITION_AND:
		return holds(w, c->a, node) && holds(w, c->b, node);
	case CONDITION_NOT:
		return !holds(w, c->a, node);
	case CONDITION_GROUP:
		return holds(w, c->a, node);
	case CONDITION_EXISTS:
		return value_of(w, &c->left, node).present;
	case CONDITION_REGEX:
		return matches(c, value_of(w, &c->left, node));
	default:
		return holds_between(c, value_of(w, &c->left, node), value_of(w, &c->right, node));
	}
}

static int64_t length_of(struct json_object *array)
{
	return json_object_is_type(array, json_type_array) ? (int64_t)json_object_array_length(array) : 0;
}

static bool first_at(const struct rolepath_walk *w, const struct segment *seg, struct json_object *array, int64_t index,
	struct json_object **out_r)
{
	int64_t n = length_of(array), at = index < 0 ? index + n : index;
	return at >= 0 && at < n && first(w, seg->next, json_object_array_get_idx(array, (size_t)at), out_r);
}

static int64_t clamp(int64_t value, int64_t low, int64_t high)
{
	return value < low ? low : value > high ? high : value;
}

/* RFC 9535 section 2.3.4.2.2. */
static bool first_in_slice(const struct rolepath_walk *w, const struct segment *seg, const struct selector *s,
	struct json_object *array, struct json_object **out_r)
{
	int64_t n = length_of(array), step = s->step.given ? s->step.at : 1;
	int64_t from = s->from.given ? s->from.at : step > 0 ? 0 : n - 1;
	int64_t to = s->to.given ? s->to.at : step > 0 ? n : -n - 1;
	from = from < 0 ? from + n : from;
	to = to < 0 ? to + n : to;
	from = step > 0 ? clamp(from, 0, n) : clamp(from, -1, n - 1);
	to = step > 0 ? clamp(to, 0, n) : clamp(to, -1, n - 1);
	for (int64_t i = from; step > 0 ? i < to : step < 0 && i > to; i += step)
		if (first_at(w, seg, array, i, out_r))
			return true;
	return false;
}

static bool passes(const struct rolepath_walk *w, const struct selector *s, struct json_object *child)
{
	return s->kind == SELECTOR_ALL || holds(w, s->filter, child);
}

/* Wildcards and filters go over the elements of an array and the values of an object. */
static bool first_child(const struct rolepath_walk *w, const struct segment *seg, const struct selector *s,
	struct json_object *node, struct json_object **out_r)
{
	int64_t n = length_of(node);
	for (int64_t i = 0; i < n; i++)
		if (passes(w, s, json_object_array_get_idx(node, (size_t)i)) && first_at(w, seg, node, i, out_r))
			return true;
	if (!json_object_is_type(node, json_type_object) || s->arrays_only)
		return false;
	json_object_object_foreach(node, name, child)
	{
		(void)name;
		if (passes(w, s, child) && first(w, seg->next, child, out_r))
			return true;
	}
	return false;
}

static bool first_selected(const struct rolepath_walk *w, const struct segment *seg, const struct selector *s,
	struct json_object *node, struct json_object **out_r)
{
	struct json_object *child;
	switch (s->kind) {
	case SELECTOR_NAME:
		return json_object_object_get_ex(node, s->name, &child) && first(w, seg->next, child, out_r);
	case SELECTOR_INDEX:
		return first_at(w, seg, node, s->index, out_r);
	case SELECTOR_SLICE:
		return first_in_slice(w, seg, s, node, out_r);
	default:
		return first_child(w, seg, s, node, out_r);
	}
}

/* The first value that seg and the segments behind it select below node, in RFC 9535's order. */
static bool first(const struct rolepath_walk *w, const struct segment *seg, struct json_object *node,
	struct json_object **out_r)
{
	static const struct selector all = { .kind = SELECTOR_ALL };
	if (!seg) {
		*out_r = node;
		if (w->count)
			(*w->count)++;
		return !w->count;
	}
	for (const struct selector *s = seg->selectors; s; s = s->next)
		if (first_selected(w, seg, s, node, out_r))
			return true;
	struct segment again = { .next = seg };
	return seg->descend && first_child(w, &again, &all, node, out_r);
}

/* Byte offset of the character at index (negative: from the end) of UTF-8 text. */
static size_t character_at(struct str text, int64_t index)
{
	int64_t n = (int64_t)utf8_count(text);
	index = clamp(index < 0 ? index + n : index, 0, n);
	size_t at = 0;
	for (; at < text.n; at++)
		if (!utf8_is_tail(text.p[at]) && index-- == 0)
			break;
	return at;
}

static struct str cut_string(struct str text, const struct selector *s)
{
	size_t from = s->from.given ? character_at(text, s->from.at) : 0;
	size_t to = s->to.given ? character_at(text, s->to.at) : text.n;
	return str_sub(text, from, to > from ? to - from : 0);
}

struct str rolepath_role(const struct rolepath *path, struct json_object *claims, struct arena *a)
{
	struct rolepath_walk w = { claims, NULL };
	struct json_object *value;
	if (!first(&w, path->segments, claims, &value))
		return STR_NONE;
	struct str role = jsonc_text(value);
	if (!role.p)
		return path->cuts ? STR_NONE
						  : str_dup(a, str_of(json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN)));
	for (const struct selector *s = path->cuts; s; s = s->next)
		role = cut_string(role, s);
	return role.n || !path->cuts ? role : STR_NONE;
}

bool rolepath_enters(const struct rolepath *path, struct str claim)
{
	const struct segment *step = path->segments;
	if (!step || step->descend)
		return true;
	for (const struct selector *s = step->selectors; s; s = s->next)
		if (s->kind == SELECTOR_ALL || s->kind == SELECTOR_FILTER
			|| (s->kind == SELECTOR_NAME && str_eq(claim, str_of(s->name))))
			return true;
	return false;
}
