/* Preferences: a table of what is known, one pass over the Prefer fields, and the answer's Preference-Applied.
 * SPDX-License-Identifier: MIT */
#include "http/prefer.h"

enum prefer_kind {
	PREFER_RESOLUTION,
	PREFER_MISSING,
	PREFER_RETURN,
	PREFER_COUNT,
	PREFER_TX,
	PREFER_HANDLING,
	PREFER_KINDS
};

/* In the order in which Preference-Applied names them. */
static const struct {
	enum prefer_kind kind;
	int value;
	struct str text;
} known[] = {
	{ PREFER_RESOLUTION, RESOLUTION_MERGE, STR_INIT("resolution=merge-duplicates") },
	{ PREFER_RESOLUTION, RESOLUTION_IGNORE, STR_INIT("resolution=ignore-duplicates") },
	{ PREFER_MISSING, MISSING_DEFAULT, STR_INIT("missing=default") },
	{ PREFER_MISSING, MISSING_NULL, STR_INIT("missing=null") },
	{ PREFER_RETURN, RETURN_REPRESENTATION, STR_INIT("return=representation") },
	{ PREFER_RETURN, RETURN_MINIMAL, STR_INIT("return=minimal") },
	{ PREFER_RETURN, RETURN_HEADERS, STR_INIT("return=headers-only") },
	{ PREFER_COUNT, COUNT_EXACT, STR_INIT("count=exact") },
	{ PREFER_COUNT, COUNT_PLANNED, STR_INIT("count=planned") },
	{ PREFER_COUNT, COUNT_ESTIMATED, STR_INIT("count=estimated") },
	{ PREFER_TX, TX_COMMIT, STR_INIT("tx=commit") },
	{ PREFER_TX, TX_ROLLBACK, STR_INIT("tx=rollback") },
	{ PREFER_HANDLING, HANDLING_STRICT, STR_INIT("handling=strict") },
	{ PREFER_HANDLING, HANDLING_LENIENT, STR_INIT("handling=lenient") },
};
enum { KNOWN_COUNT = COUNT_OF(known) };

/* Values of the enumerated kinds, 0 as long as unset. */
struct choice {
	int of[PREFER_KINDS];
};

static bool take_known(struct choice *choice, struct str text)
{
	for (size_t i = 0; i < KNOWN_COUNT; i++) {
		if (!str_eq(text, known[i].text))
			continue;
		if (choice->of[known[i].kind] == 0)
			choice->of[known[i].kind] = known[i].value;
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

static size_t preference_count(const struct request *r)
{
	size_t count = 0;
	for (size_t i = 0; i < r->field_count; i++) {
		struct str rest = str_eq(r->fields[i].name, STR("prefer")) ? r->fields[i].value : STR_NONE;
		for (; rest.p; str_cut(&rest, ','))
			count++;
	}
	return count;
}

static void read_field(struct prefer *p, struct choice *choice, bool *max_seen, struct str *invalid, struct str rest)
{
	while (rest.p) {
		struct str text = str_trim(str_cut(&rest, ','));
		if (!take_known(choice, text) && !take_timezone(p, text) && !take_max_affected(p, max_seen, text))
			invalid[p->invalid_count++] = text;
	}
}

static void choose(struct prefer *p, const struct choice *choice)
{
	p->resolution = (enum prefer_resolution)choice->of[PREFER_RESOLUTION];
	p->missing = (enum prefer_missing)choice->of[PREFER_MISSING];
	p->ret = (enum prefer_return)choice->of[PREFER_RETURN];
	p->count = (enum prefer_count)choice->of[PREFER_COUNT];
	p->tx = (enum prefer_tx)choice->of[PREFER_TX];
	p->handling = (enum prefer_handling)choice->of[PREFER_HANDLING];
}

void prefer_read(struct prefer *out_r, const struct request *r, struct arena *a)
{
	struct choice choice = { { 0 } };
	struct str *invalid = arena_make_array(a, struct str, preference_count(r));
	bool max_seen = false;
	*out_r = (struct prefer){ .max_affected = MAX_AFFECTED_NONE, .invalid = invalid };
	for (size_t i = 0; i < r->field_count; i++)
		if (str_eq(r->fields[i].name, STR("prefer")))
			read_field(out_r, &choice, &max_seen, invalid, r->fields[i].value);
	choose(out_r, &choice);
}

bool prefer_check(const struct prefer *p, struct arena *a, struct fault *f)
{
	if (p->handling != HANDLING_STRICT || p->invalid_count == 0)
		return true;
	struct str list = str_join(a, p->invalid, p->invalid_count, STR(", "));
	fault_set(f, 400, "PGRST122", STR("Invalid preferences given with handling=strict"));
	return fault_details(f, str_printf(a, "Invalid preferences: %.*s", STR_ARG(list)));
}

struct str prefer_applied(const struct prefer *p, struct arena *a)
{
	const int chosen[PREFER_KINDS] = {
		[PREFER_RESOLUTION] = (int)p->resolution,
		[PREFER_MISSING] = (int)p->missing,
		[PREFER_RETURN] = (int)p->ret,
		[PREFER_COUNT] = (int)p->count,
		[PREFER_TX] = (int)p->tx,
		[PREFER_HANDLING] = (int)p->handling,
	};
	struct str parts[PREFER_KINDS + 2];
	size_t n = 0;
	for (size_t i = 0; i < KNOWN_COUNT; i++)
		if (chosen[known[i].kind] == known[i].value)
			parts[n++] = known[i].text;
	if (p->timezone.p)
		parts[n++] = str_printf(a, "timezone=%.*s", STR_ARG(p->timezone));
	if (p->max_affected != MAX_AFFECTED_NONE && p->handling == HANDLING_STRICT)
		parts[n++] = str_printf(a, "max-affected=%lld", (long long)p->max_affected);
	return n ? str_join(a, parts, n, STR(", ")) : STR_NONE;
}
