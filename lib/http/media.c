/* Media types: one table of names, the Accept list sorted as PostgREST sorts it, and the vendor parameters.
 * SPDX-License-Identifier: MIT */
#include "http/media.h"

#include "base/ascii.h"

#define PLAN_JSON "application/vnd.pgrst.plan+json"

/* clang-format off */
const struct media_type media_types[] = {
	[MEDIA_ANY] = { .names = { STR_INIT("*/*") }, .rows = true, .document = true },
	[MEDIA_JSON] = {
		.names = { STR_INIT("application/json"), STR_INIT("application/vnd.pgrst.array+json"),
			STR_INIT("application/vnd.pgrst.array") },
		.rows = true, .document = true, .stripped = MEDIA_JSON_STRIPPED },
	[MEDIA_JSON_STRIPPED] = {
		.names = { STR_INIT("application/vnd.pgrst.array+json;nulls=stripped") },
		.rows = true, .fixed = true, .strip_nulls = true },
	[MEDIA_OBJECT] = {
		.names = { STR_INIT("application/vnd.pgrst.object+json"), STR_INIT("application/vnd.pgrst.object") },
		.rows = true, .fixed = true, .singular = true, .stripped = MEDIA_OBJECT_STRIPPED },
	[MEDIA_OBJECT_STRIPPED] = {
		.names = { STR_INIT("application/vnd.pgrst.object+json;nulls=stripped") },
		.rows = true, .fixed = true, .singular = true, .strip_nulls = true },
	[MEDIA_CSV] = { .names = { STR_INIT("text/csv") }, .rows = true, .plain = true },
	[MEDIA_GEOJSON] = { .names = { STR_INIT("application/geo+json") }, .rows = true, .plain = true, .features = true },
	[MEDIA_OPENAPI] = { .names = { STR_INIT("application/openapi+json") }, .document = true },
	[MEDIA_TEXT] = { .names = { STR_INIT("text/plain") } },
	[MEDIA_XML] = { .names = { STR_INIT("text/xml") } },
	[MEDIA_OCTETS] = { .names = { STR_INIT("application/octet-stream") }, .binary = true },
	[MEDIA_FORM] = { .names = { STR_INIT("application/x-www-form-urlencoded") } },
	[MEDIA_PLAN] = {
		.names = { STR_INIT("application/vnd.pgrst.plan+text"), STR_INIT("application/vnd.pgrst.plan"),
			STR_INIT(PLAN_JSON) } },
	[MEDIA_OTHER] = { .binary = true },
};
/* clang-format on */
static_assert(COUNT_OF(media_types) == MEDIA_KIND_COUNT, "a row for each kind");

const struct media_plan_option media_plan_options[] = {
	{ STR_INIT("analyze"), STR_INIT("ANALYZE") },
	{ STR_INIT("verbose"), STR_INIT("VERBOSE") },
	{ STR_INIT("settings"), STR_INIT("SETTINGS") },
	{ STR_INIT("buffers"), STR_INIT("BUFFERS") },
	{ STR_INIT("wal"), STR_INIT("WAL") },
};

static struct str unquoted(struct str s)
{
	if (s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"')
		return str_sub(s, 1, s.n - 2);
	return s;
}

static unsigned plan_options_of(struct str list)
{
	unsigned bits = 0;
	while (list.p) {
		struct str name = str_trim(str_cut(&list, '|'));
		for (size_t i = 0; i < MEDIA_PLAN_OPTION_COUNT; i++)
			if (str_eq_nocase(name, media_plan_options[i].name))
				bits |= 1u << i;
	}
	return bits;
}

/* application/json itself takes no parameters, unlike its other names. */
static bool may_strip(const struct media *m)
{
	bool bare = m->kind == MEDIA_JSON && str_eq(m->text, media_types[MEDIA_JSON].names[0]);
	return media_types[m->kind].stripped != MEDIA_ANY && !bare;
}

/* What a parameter means depends on the kind; an unknown one means nothing. */
static void apply_parameter(struct media *m, struct str parameter)
{
	struct str value = parameter;
	struct str name = str_trim(str_cut(&value, '='));
	value = unquoted(str_trim(value));
	if (m->kind == MEDIA_PLAN && str_eq_nocase(name, STR("for")))
		m->plan_for = value;
	else if (m->kind == MEDIA_PLAN && str_eq_nocase(name, STR("options")))
		m->plan_options = plan_options_of(value);
	else if (!str_eq_nocase(name, STR("nulls")) || !str_eq_nocase(value, STR("stripped")))
		return;
	else if (may_strip(m))
		m->kind = media_types[m->kind].stripped;
}

/* Up to the next ';' that is not part of a quoted value, as the one in for="…;nulls=stripped" is. */
static struct str cut_parameter(struct str *rest)
{
	struct str all = *rest;
	bool quoted = false;
	for (size_t i = 0; i < all.n; i++) {
		quoted ^= all.p[i] == '"';
		if (all.p[i] == ';' && !quoted) {
			*rest = str_from(all, i + 1);
			return str_sub(all, 0, i);
		}
	}
	*rest = STR_NONE;
	return all;
}

static enum media_kind kind_of(struct str text)
{
	for (size_t kind = 0; kind < MEDIA_KIND_COUNT; kind++)
		for (size_t i = 0; i < MEDIA_NAMES_MAX && media_types[kind].names[i].p; i++)
			if (str_eq(text, media_types[kind].names[i]))
				return (enum media_kind)kind;
	return MEDIA_OTHER;
}

static struct media media_of(struct str value, struct arena *a)
{
	struct str rest = value;
	struct media m = { .text = str_lower(a, str_trim(str_cut(&rest, ';'))), .full = value, .quality = 1000 };
	m.kind = kind_of(m.text);
	m.plan_json = str_eq(m.text, STR(PLAN_JSON));
	while (rest.p)
		apply_parameter(&m, str_trim(cut_parameter(&rest)));
	return m;
}

unsigned media_quality(struct str text)
{
	struct str fraction = text;
	uint64_t whole, thousandths = 0;
	if (!str_to_u64(str_trim(str_cut(&fraction, '.')), &whole))
		return 1000;
	unsigned scale = 100;
	for (size_t i = 0; i < fraction.n && scale > 0 && ascii_is_digit(fraction.p[i]); i++, scale /= 10)
		thousandths += (uint64_t)(fraction.p[i] - '0') * scale;
	return whole >= 1 ? 1000 : (unsigned)thousandths;
}

/* Where the weight begins: everything from `;q=` on is no part of the media type. */
static size_t weight_at(struct str value)
{
	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] != ';')
			continue;
		struct str parameter = str_trim(str_from(value, i + 1));
		if (str_starts_nocase(parameter, STR("q=")))
			return i;
	}
	return value.n;
}

static struct media accept_item(struct str value, struct arena *a)
{
	size_t at = weight_at(value);
	struct media m = media_of(str_trim(str_sub(value, 0, at)), a);
	struct str weight = str_trim(str_from(value, at + 1));
	if (at < value.n)
		m.quality = media_quality(str_cut(&(struct str){ weight.p + 2, weight.n - 2 }, ';'));
	return m;
}

static int count_char(struct str s, char c)
{
	int count = 0;
	for (size_t i = 0; i < s.n; i++)
		count += s.p[i] == c;
	return count;
}

/* Whether x is to be tried before y, which came first: better q, then more parameters and fewer wildcards. */
static bool goes_before(const struct media *x, const struct media *y)
{
	if (x->quality != y->quality)
		return x->quality > y->quality;
	return count_char(x->full, ';') - count_char(x->full, '*') > count_char(y->full, ';') - count_char(y->full, '*');
}

static void insert_sorted(struct media *list, size_t count, struct media m)
{
	size_t at = count;
	for (; at > 0 && goes_before(&m, &list[at - 1]); at--)
		list[at] = list[at - 1];
	list[at] = m;
}

/* No client has a use for more; the sort is quadratic. */
enum { ACCEPT_MAX = 64 };

void media_accept(struct media **list_r, size_t *count_r, struct str value, struct arena *a)
{
	struct str all = value.p ? value : STR("*/*"), rest = all.n ? all : STR_NONE;
	*list_r = arena_make_array(a, struct media, ACCEPT_MAX);
	*count_r = 0;
	while (rest.p && *count_r < ACCEPT_MAX) {
		struct media m = accept_item(str_trim(str_cut(&rest, ',')), a);
		if (m.quality > 0)
			insert_sorted(*list_r, (*count_r)++, m);
	}
}

struct media media_content(struct str value, struct arena *a)
{
	return media_of(value.p ? str_trim(value) : STR("application/json"), a);
}

static struct str kind_text(const struct media *m)
{
	if (m->kind == MEDIA_OTHER)
		return m->text;
	return m->plan_json ? STR(PLAN_JSON) : media_types[m->kind].names[0];
}

static struct str plan_text(const struct media *m, struct arena *a)
{
	struct media inner = media_content(m->plan_for, a);
	struct str names[MEDIA_PLAN_OPTION_COUNT];
	size_t count = 0;
	for (size_t i = 0; i < MEDIA_PLAN_OPTION_COUNT; i++)
		if (m->plan_options & 1u << i)
			names[count++] = media_plan_options[i].name;
	struct str options = str_join(a, names, count, STR("|")), base = kind_text(m), target = kind_text(&inner);
	return str_printf(a, "%.*s; for=\"%.*s\"%s%.*s", STR_ARG(base), STR_ARG(target), count ? "; options=" : "",
		STR_ARG(options));
}

struct str media_name(const struct media *m, struct arena *a)
{
	return m->kind == MEDIA_PLAN ? plan_text(m, a) : kind_text(m);
}

struct str media_text(const struct media *m, struct arena *a)
{
	struct str base = media_name(m, a);
	if (media_types[m->kind].binary)
		return base;
	return str_join(a, (struct str[]){ base, STR("charset=utf-8") }, 2, STR("; "));
}
