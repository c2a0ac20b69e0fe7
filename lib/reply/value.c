/* The encoders, and how long values go through them in pieces.
 * SPDX-License-Identifier: MIT */
#include "reply/value.h"

#include "base/ascii.h"

enum { PIECE = VALUE_SHORT + VALUE_EXTRA };

static char *encode_raw(char *to, struct str text)
{
	return value_append(to, text);
}

static char *encode_escaped(char *to, struct str text)
{
	*to++ = '"';
	to = escape_to(to, text);
	*to++ = '"';
	return to;
}

static char *quote(char *to, struct str text)
{
	*to++ = '"';
	to = value_append(to, text);
	*to++ = '"';
	return to;
}

/* NaN and the infinities are no JSON numbers. */
static bool is_number(struct str text)
{
	size_t at = text.n > 1 && text.p[0] == '-';
	return text.n > at && ascii_is_digit(text.p[at]);
}

static char *encode_number(char *to, struct str text)
{
	return is_number(text) ? value_append(to, text) : quote(to, text);
}

static char *encode_bool(char *to, struct str text)
{
	return value_append(to, text.n > 0 && text.p[0] == 't' ? STR("true") : STR("false"));
}

static bool is_infinite(struct str text)
{
	return str_starts(text, STR("i")) || str_starts(text, STR("-i"));
}

/* ISO 8601 from PostgreSQL's ISO: `2024-05-01 10:00:00.5+02 BC` to `2024-05-01T10:00:00.5+02:00 BC`. An offset with
 * seconds, as local mean times have, ends in :ss and stays. */
static char *encode_time(char *to, struct str text, bool zoned)
{
	if (is_infinite(text))
		return quote(to, text);
	bool before_christ = str_ends(text, STR(" BC"));
	if (before_christ)
		text.n -= 3;
	*to++ = '"';
	char *blank = to + str_index(text, ' ');
	to = value_append(to, text);
	if (blank < to)
		*blank = 'T';
	if (zoned && text.n > 3 && (to[-3] == '+' || to[-3] == '-'))
		to = value_append(to, STR(":00"));
	if (before_christ)
		to = value_append(to, STR(" BC"));
	*to++ = '"';
	return to;
}

static char *encode_timestamp(char *to, struct str text)
{
	return encode_time(to, text, false);
}

static char *encode_timestamptz(char *to, struct str text)
{
	return encode_time(to, text, true);
}

/* Encoders by what becomes of a built-in type. */
static value_fn *const encoders[] = {
	[CAT_ENCODE_ESCAPED] = encode_escaped,
	[CAT_ENCODE_RAW] = encode_raw,
	[CAT_ENCODE_NUMBER] = encode_number,
	[CAT_ENCODE_BOOL] = encode_bool,
	[CAT_ENCODE_TIMESTAMP] = encode_timestamp,
	[CAT_ENCODE_TIMESTAMPTZ] = encode_timestamptz,
	[CAT_ENCODE_ARRAY] = encode_escaped,
	[CAT_ENCODE_TO_JSON] = encode_escaped,
};
static_assert(COUNT_OF(encoders) == CAT_ENCODE_TO_JSON + 1, "an encoder for each way");

value_fn *value_encoder(enum cat_encoding encoding)
{
	return encoders[encoding];
}

bool value_is_text(value_fn *encode)
{
	return encode == encode_escaped;
}

bool value_is_raw(value_fn *encode)
{
	return encode == encode_raw;
}

void value_put_escaped(struct spool *out, struct str text)
{
	while (text.n > 0) {
		struct str piece = str_sub(text, 0, PIECE);
		char *to = spool_room(out, ESCAPE_MOST * piece.n);
		if (!to)
			return;
		out->n += (size_t)(escape_to(to, piece) - to);
		text = str_from(text, piece.n);
	}
}

/* Long values are texts, json or numbers of very many digits; no other type's text can be long. */
static void put_long(struct spool *out, value_fn *encode, struct str text)
{
	if (encode != encode_escaped) {
		spool_put(out, text);
		return;
	}
	spool_put(out, STR("\""));
	value_put_escaped(out, text);
	spool_put(out, STR("\""));
}

void value_put(struct spool *out, value_fn *encode, struct str text)
{
	if (text.n > VALUE_SHORT) {
		put_long(out, encode, text);
		return;
	}
	char *to = spool_room(out, ESCAPE_MOST * text.n + VALUE_EXTRA);
	if (to)
		out->n += (size_t)(encode(to, text) - to);
}
