/* The shape of a JSON body: one object or an array, and whether all objects have the same keys.
 * SPDX-License-Identifier: MIT */
#include "query/payload.h"

#include <string.h>

#include "base/json_scan.h"
#include "base/name_set.h"

/* Keys of the first object; of every further one it is only counted how many of them it has. */
struct shape {
	struct json_scan scan;
	struct name_set keys; /* decoded */
	struct str *raw;      /* the same as they are spelled without escapes; STR_NONE where that cannot be */
	size_t *seen;         /* number of the last object that had the key, from 1 */
	char *scratch;        /* where further escaped keys are decoded */
	size_t longest;       /* bytes of the longest key */
	size_t rows;
	bool uneven;
	bool too_large; /* the keys alone outgrew the request's memory */
	size_t most;    /* keys there may be */
	struct arena *arena;
};

/* A key with a NUL byte names no column and could not be passed on. */
static bool has_nul(struct str name)
{
	return str_has(name, '\0');
}

static bool first_key(struct shape *sh, struct json_string key)
{
	struct str name = str_dup(sh->arena, json_decoded(key, sh->arena));
	if (has_nul(name))
		return false;
	if (name.n > sh->longest)
		sh->longest = name.n;
	name_set_add(&sh->keys, name);
	sh->too_large = arena_overflowed(sh->arena) || sh->keys.count > sh->most;
	return !sh->too_large;
}

/* Members of the first object, whose opening brace was taken. */
static bool first_object(struct shape *sh)
{
	struct json_scan *s = &sh->scan;
	struct json_string key;
	json_blanks(s);
	if (json_take(s, '}'))
		return true;
	do {
		json_blanks(s);
		if (!json_take(s, '"') || !json_string_rest(s, &key) || !first_key(sh, key) || !json_colon(s)
			|| !json_skip_value(s))
			return false;
		json_blanks(s);
	} while (json_take(s, ','));
	return json_take(s, '}');
}

/* The key at this place of the first object, spelled the same: the usual case, one comparison. */
static bool same_key(struct shape *sh, size_t place)
{
	struct json_scan *s = &sh->scan;
	if (place >= sh->keys.count)
		return false;
	struct str raw = sh->raw[place];
	if (!raw.p || (size_t)(s->end - s->cur) <= raw.n || s->cur[raw.n] != '"' || memcmp(s->cur, raw.p, raw.n) != 0)
		return false;
	s->cur += raw.n + 1;
	return true;
}

/* Index of a key in the first object's, SIZE_MAX when it has none like it. An escape makes at most six bytes of one,
 * so a key far longer than any is not decoded. */
static size_t find_key(struct shape *sh, struct json_string key)
{
	if (!key.escaped)
		return name_set_find(&sh->keys, key.raw);
	if (key.raw.n > sh->longest * 6)
		return SIZE_MAX;
	return name_set_find(&sh->keys, (struct str){ sh->scratch, json_decode(key, sh->scratch) });
}

/* The key whose opening quote was taken; counts it in *distinct if this object did not have it before. */
static bool further_key(struct shape *sh, size_t place, size_t *distinct)
{
	struct json_string key;
	size_t index = place;
	if (!same_key(sh, place)) {
		if (!json_string_rest(&sh->scan, &key))
			return false;
		index = sh->uneven ? SIZE_MAX : find_key(sh, key);
	}
	if (index == SIZE_MAX) {
		sh->uneven = true;
	} else if (sh->seen[index] != sh->rows) {
		sh->seen[index] = sh->rows;
		(*distinct)++;
	}
	return true;
}

static bool further_object(struct shape *sh)
{
	struct json_scan *s = &sh->scan;
	size_t distinct = 0, place = 0;
	json_blanks(s);
	if (!json_take(s, '}')) {
		do {
			json_blanks(s);
			if (!json_take(s, '"') || !further_key(sh, place++, &distinct) || !json_colon(s) || !json_skip_value(s))
				return false;
			json_blanks(s);
		} while (json_take(s, ','));
		if (!json_take(s, '}'))
			return false;
	}
	sh->uneven |= distinct != sh->keys.count;
	return true;
}

static bool needs_escapes(struct str name)
{
	for (size_t i = 0; i < name.n; i++)
		if ((unsigned char)name.p[i] < ' ' || name.p[i] == '"' || name.p[i] == '\\')
			return true;
	return false;
}

/* What comparing further objects needs, once the keys are known. */
static void prepare_further(struct shape *sh)
{
	sh->raw = arena_make_array(sh->arena, struct str, sh->keys.count);
	for (size_t i = 0; i < sh->keys.count; i++)
		if (!needs_escapes(sh->keys.names[i]))
			sh->raw[i] = sh->keys.names[i];
	sh->seen = arena_make_array(sh->arena, size_t, sh->keys.count);
	sh->scratch = arena_bytes(sh->arena, sh->longest * 6);
}

static bool element(struct shape *sh)
{
	sh->rows++;
	if (!json_take(&sh->scan, '{')) {
		sh->uneven = true;
		return json_skip_value(&sh->scan);
	}
	if (sh->rows > 1)
		return further_object(sh);
	bool ok = first_object(sh);
	prepare_further(sh);
	return ok;
}

static bool array(struct shape *sh)
{
	struct json_scan *s = &sh->scan;
	json_blanks(s);
	if (json_take(s, ']'))
		return true;
	do {
		json_blanks(s);
		if (!element(sh))
			return false;
		json_blanks(s);
	} while (json_take(s, ','));
	return json_take(s, ']');
}

/* True when the text is one JSON value and nothing else. */
static bool read_text(struct shape *sh, bool *is_object_r)
{
	struct json_scan *s = &sh->scan;
	json_blanks(s);
	*is_object_r = json_take(s, '{');
	bool ok = *is_object_r ? first_object(sh) : json_take(s, '[') ? array(sh) : json_skip_value(s);
	json_blanks(s);
	return ok && s->cur == s->end;
}

bool payload_json(struct payload *out_r, struct str body, size_t most, const struct watch *w, struct arena *a,
	struct fault *f)
{
	struct shape *sh = arena_make(a, struct shape);
	bool is_object;
	sh->keys = name_set_new(16, a);
	sh->arena = a;
	sh->most = most;
	json_scan_start(&sh->scan, body);
	sh->scan.way = watch_begin(w, body);
	bool ok = read_text(sh, &is_object);
	if (sh->scan.way.left)
		return watch_fault(f);
	if (sh->too_large)
		return payload_too_many(f, "keys", PAYLOAD_COLUMNS_MAX, a);
	if (!ok)
		return fault_set(f, 400, "PGRST102", STR("Empty or invalid json"));
	if (sh->uneven)
		return fault_set(f, 400, "PGRST102", STR("All object keys must match"));
	out_r->kind = PAYLOAD_JSON;
	out_r->is_array = !is_object;
	out_r->row_count = is_object ? 1 : sh->rows;
	out_r->body = out_r->row_count ? body : STR("[]");
	out_r->keys = sh->keys.names;
	out_r->key_count = sh->keys.count;
	return true;
}
