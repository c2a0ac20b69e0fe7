/* The header fields of a request, out of the params that a web server made of them (RFC 3875 section 4.1.18).
 *
 * nginx passes each of several lines of a field as a param of its own, before 1.23. All others join them (RFC 9110
 * section 5.2), so two params of one name are two spellings there: `-` and `_` are one in a param's name, and what a
 * client sends as X_Forwarded_For must not stand for the X-Forwarded-For of a proxy. Which of the two is whose nobody
 * can tell any more.
 * SPDX-License-Identifier: MIT */
#include "app/front/fields.h"

#include "base/ascii.h"
#include "base/count.h"

struct fields_line {
	struct str param, name, value; /* name: as in struct http_field; STR_NONE: taken already */
};

struct fields_lines {
	struct fields_line *lines;
	size_t count, bytes;
	struct str *values;    /* room for those of one name */
	struct str redirected; /* what Apache's rewriting leaves of Authorization, or STR_NONE */
	bool by_line, named;   /* the web server is nginx; it says who it is */
	bool bodiless;         /* the method has no body */
};

/* Makes ACCEPT_PROFILE accept-profile. */
static struct str fields_name(struct arena *a, struct str name)
{
	char *lower = arena_bytes(a, name.n + 1);
	for (size_t i = 0; i < name.n; i++)
		lower[i] = name.p[i] == '_' ? '-' : ascii_lower(name.p[i]);
	lower[name.n] = 0;
	return (struct str){ lower, name.n };
}

/* Web servers pass CONTENT_TYPE for every request, empty where there was none, and some a length of 0. */
static bool fields_says_nothing(const struct fields_lines *l, struct str name, struct str value)
{
	if (str_eq_nocase(name, STR("CONTENT_TYPE")))
		return !value.n;
	return str_eq_nocase(name, STR("CONTENT_LENGTH")) && (!value.n || (l->bodiless && str_eq(value, STR("0"))));
}

/* The part of a param's name that names a field; STR_NONE: it is none. Type and length of the body have params of their
 * own, and a field that makes HTTP_CONTENT_TYPE is a copy or another spelling. */
static struct str fields_of_param(struct str param)
{
	static const struct str own[] = { STR_INIT("CONTENT_TYPE"), STR_INIT("CONTENT_LENGTH") };
	bool prefixed = str_starts(param, STR("HTTP_"));
	struct str name = prefixed ? str_from(param, 5) : param;
	for (size_t i = 0; i < COUNT_OF(own); i++)
		if (str_eq_nocase(name, own[i]))
			return prefixed ? STR_NONE : name;
	return prefixed ? name : STR_NONE;
}

/* What is no field, but is to be known of a request. */
static void fields_note(struct fields_lines *l, struct str param, struct str value)
{
	if (str_eq(param, STR("REDIRECT_HTTP_AUTHORIZATION")))
		l->redirected = value;
	else if (str_eq(param, STR("SERVER_SOFTWARE")))
		l->by_line = str_starts(value, STR("nginx"));
	l->named = l->named || str_eq(param, STR("SERVER_SOFTWARE")) || str_eq(param, STR("GATEWAY_INTERFACE"));
}

static void fields_put(struct fields_lines *l, struct str param, struct str name, struct str value)
{
	l->lines[l->count++] = (struct fields_line){ param, name, str_trim(value) };
	l->bytes += name.n + value.n + 4;
}

/* False beyond max bytes or FIELD_LINES_MAX. */
static bool fields_collect(struct fields_lines *l, char **params, size_t max, struct arena *a)
{
	for (char **p = params; *p; p++) {
		struct str value = str_of(*p), param = str_cut(&value, '='), name = fields_of_param(param);
		if (!name.p)
			fields_note(l, param, value);
		if (!name.p || fields_says_nothing(l, name, value))
			continue;
		if (l->count == FIELD_LINES_MAX || l->bytes > max)
			return false;
		fields_put(l, param, fields_name(a, name), str_dup(a, value));
	}
	return l->bytes <= max;
}

/* Of these one line has to do: a second one has no meaning, or the first is what PostgREST goes by. */
static bool fields_is_single(struct str name)
{
	static const struct str single[] = {
		STR_INIT("accept-profile"),
		STR_INIT("content-length"),
		STR_INIT("content-profile"),
		STR_INIT("content-type"),
		STR_INIT("host"),
		STR_INIT("range"),
		STR_INIT("referer"),
		STR_INIT("user-agent"),
	};
	for (size_t i = 0; i < COUNT_OF(single); i++)
		if (str_eq(name, single[i]))
			return true;
	return false;
}

/* Puts the values of line i and of all later ones of its name into values, and takes these. Among several, those that
 * say nothing add nothing. False: one of them is spelled in another way. */
static bool fields_gather(struct fields_lines *l, size_t i, size_t *count_r)
{
	const struct fields_line *first = &l->lines[i];
	*count_r = 0;
	l->values[(*count_r)++] = first->value;
	for (size_t k = i + 1; k < l->count; k++) {
		if (!str_eq(l->lines[k].name, first->name))
			continue;
		if ((l->named && !l->by_line) || !str_eq(l->lines[k].param, first->param))
			return false;
		if (l->lines[k].value.n)
			l->values[(*count_r)++] = l->lines[k].value;
		l->lines[k].name = STR_NONE;
	}
	return true;
}

/* Where the web server has joined the lines: up to the first comma outside of quotes. */
static struct str fields_first(struct str value)
{
	bool quoted = false;
	for (size_t i = 0; i < value.n; i++) {
		quoted = value.p[i] == '"' ? !quoted : quoted;
		if (value.p[i] == ',' && !quoted)
			return str_trim(str_sub(value, 0, i));
	}
	return value;
}

/* What names one thing, so that a comma in it can only be that between two lines; in others a comma may be meant. */
static bool fields_names_one(struct str name)
{
	return str_eq(name, STR("accept-profile")) || str_eq(name, STR("content-profile"))
		|| str_eq(name, STR("content-type"));
}

static struct str fields_join(const struct fields_lines *l, struct str name, size_t count, struct arena *a)
{
	if (fields_names_one(name))
		return str_dup(a, fields_first(l->values[0]));
	if (count == 1 || fields_is_single(name))
		return l->values[0];
	size_t empty = l->values[0].n == 0;
	return str_join(a, l->values + empty, count - empty, str_eq(name, STR("cookie")) ? STR("; ") : STR(", "));
}

static void fields_redirected(const struct fields_lines *l, struct http_field *next, struct request *r, struct arena *a)
{
	if (!l->redirected.n || request_field(r, STR("authorization")).p)
		return;
	*next = (struct http_field){ STR("authorization"), str_trim(str_dup(a, l->redirected)) };
	r->field_count++;
}

static size_t fields_most(char **params)
{
	size_t n = 0;
	while (params[n] && n < FIELD_LINES_MAX)
		n++;
	return n;
}

bool fields_read(struct request *r, char **params, size_t max, struct arena *a, struct fault *f)
{
	size_t most = fields_most(params);
	struct fields_lines l = {
		.lines = arena_make_array(a, struct fields_line, most + 1),
		.values = arena_make_array(a, struct str, most + 1),
		.bodiless = r->method == HTTP_GET || r->method == HTTP_HEAD || r->method == HTTP_OPTIONS,
	};
	struct http_field *fields = arena_make_array(a, struct http_field, most + 1);
	r->fields = fields;
	bool fits = fields_collect(&l, params, max, a), one_spelling = true;
	for (size_t i = 0; i < l.count; i++) {
		size_t count;
		struct str name = l.lines[i].name;
		if (!name.p)
			continue;
		one_spelling = fields_gather(&l, i, &count) && one_spelling;
		fields[r->field_count++] = (struct http_field){ name, fields_join(&l, name, count, a) };
	}
	fields_redirected(&l, &fields[r->field_count], r, a);
	if (!fits)
		return fault_set(f, 431, "RG431", STR("The header fields are larger than server-max-header allows"));
	return one_spelling || fault_set(f, 400, "RG400", STR("A header field is there in two spellings"));
}
