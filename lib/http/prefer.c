/* Preferences: a table of what is known, one pass over the Prefer fields, and the answer's Preference-Applied.
 * SPDX-License-Identifier: MIT */
#include "http/prefer.h"

enum { WORDS_MAX = 4 };

/* Each choice's place in struct prefer and its words, by their enumerators: 0 is nothing said. */
static const struct choice {
	size_t member;
	struct str words[WORDS_MAX];
} choices[] = {
#define CHOICE_WORD(enumerator, text) [enumerator] = STR_INIT(text),
#define CHOICE_ROW(kind, tag, member, unset, words) [kind] = { offsetof(struct prefer, member), { words } },
	PREFER_CHOICES(CHOICE_ROW, CHOICE_WORD)
};
static_assert(COUNT_OF(choices) == PREFER_CHOICE_COUNT, "a row for each choice");

/* The member as the number that its enumerator is. */
static unsigned *chosen(struct prefer *p, size_t kind)
{
	return (unsigned *)(void *)((char *)p + choices[kind].member);
}

static unsigned chosen_of(const struct prefer *p, size_t kind)
{
	return *(const unsigned *)(const void *)((const char *)p + choices[kind].member);
}

static unsigned word_of(const struct choice *choice, struct str text)
{
	for (unsigned i = 1; i < WORDS_MAX && choice->words[i].p; i++)
		if (str_eq(text, choice->words[i]))
			return i;
	return 0;
}

static bool take_choice(struct prefer *p, struct str text)
{
	for (size_t i = 0; i < PREFER_CHOICE_COUNT; i++) {
		unsigned word = word_of(&choices[i], text);
		if (word == 0)
			continue;
		if (chosen_of(p, i) == 0)
			*chosen(p, i) = word;
		return true;
	}
	return false;
}

static bool take_timezone(struct prefer *p, struct str text)
{
	if (!str_starts(text, STR("timezone=")))
		return false;
	if (!p->timezone.p)
		p->timezone = str_from(text, STR("timezone=").n);
	return true;
}

/* A max-affected that is no row count is ignored, not invalid: PostgREST knows the name and drops the value. */
static bool take_max_affected(struct prefer *p, bool *seen, struct str text)
{
	if (!str_starts(text, STR("max-affected=")))
		return false;
	int64_t value;
	if (!*seen && str_to_i64(str_trim(str_from(text, STR("max-affected=").n)), &value))
		p->max_affected = value;
	*seen = true;
	return true;
}

static bool is_preference(const struct http_field *field)
{
	return str_eq(field->name, STR("prefer")) && field->value.n;
}

static size_t preference_count(const struct request *r)
{
	size_t count = 0;
	for (size_t i = 0; i < r->field_count; i++) {
		struct str rest = is_preference(&r->fields[i]) ? r->fields[i].value : STR_NONE;
		for (; rest.p; str_cut(&rest, ','))
			count++;
	}
	return count;
}

static void read_field(struct prefer *p, bool *max_seen, struct str *invalid, struct str rest)
{
	while (rest.p) {
		struct str text = str_trim(str_cut(&rest, ','));
		if (!take_choice(p, text) && !take_timezone(p, text) && !take_max_affected(p, max_seen, text))
			invalid[p->invalid_count++] = text;
	}
}

void prefer_read(struct prefer *out_r, const struct request *r, struct arena *a)
{
	struct str *invalid = arena_make_array(a, struct str, preference_count(r));
	bool max_seen = false;
	*out_r = (struct prefer){ .max_affected = MAX_AFFECTED_NONE, .invalid = invalid };
	for (size_t i = 0; i < r->field_count; i++)
		if (is_preference(&r->fields[i]))
			read_field(out_r, &max_seen, invalid, r->fields[i].value);
}

bool prefer_check(const struct prefer *p, struct arena *a, struct fault *f)
{
	if (p->handling != HANDLING_STRICT || p->invalid_count == 0)
		return true;
	struct str list = str_join(a, p->invalid, p->invalid_count, STR(", "));
	fault_set(f, 400, "PGRST122", STR("Invalid preferences given with handling=strict"));
	return fault_details(f, str_printf(a, "Invalid preferences: %.*s", STR_ARG(list)));
}

void prefer_keep(struct prefer *p, unsigned kinds)
{
	for (size_t i = 0; i < PREFER_CHOICE_COUNT; i++)
		if (!(kinds & PREFER_BIT(i)))
			*chosen(p, i) = 0;
	if (!(kinds & PREFER_BIT(PREFER_TIMEZONE)))
		p->timezone = STR_NONE;
	if (!(kinds & PREFER_BIT(PREFER_MAX_AFFECTED)))
		p->max_affected = MAX_AFFECTED_NONE;
}

struct str prefer_applied(const struct prefer *p, struct arena *a)
{
	struct str parts[PREFER_KIND_COUNT];
	size_t n = 0;
	for (size_t i = 0; i < PREFER_CHOICE_COUNT; i++)
		if (chosen_of(p, i) != 0)
			parts[n++] = choices[i].words[chosen_of(p, i)];
	if (p->timezone.p)
		parts[n++] = str_printf(a, "timezone=%.*s", STR_ARG(p->timezone));
	if (p->max_affected != MAX_AFFECTED_NONE)
		parts[n++] = str_printf(a, "max-affected=%lld", (long long)p->max_affected);
	return n ? str_join(a, parts, n, STR(", ")) : STR_NONE;
}
