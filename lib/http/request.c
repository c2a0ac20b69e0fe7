/* Methods, field look-up, percent-encoding and form data: the small change of HTTP.
 * SPDX-License-Identifier: MIT */
#include "http/request.h"

#include "base/ascii.h"
#include "base/hex.h"

enum http_method http_method_from(struct str token)
{
	static const struct str names[] = {
		[HTTP_GET] = STR_INIT("GET"),
		[HTTP_HEAD] = STR_INIT("HEAD"),
		[HTTP_POST] = STR_INIT("POST"),
		[HTTP_PATCH] = STR_INIT("PATCH"),
		[HTTP_PUT] = STR_INIT("PUT"),
		[HTTP_DELETE] = STR_INIT("DELETE"),
		[HTTP_OPTIONS] = STR_INIT("OPTIONS"),
	};
	static_assert(COUNT_OF(names) == HTTP_OTHER, "a name for each method that has one");
	for (unsigned i = 0; i < HTTP_OTHER; i++)
		if (str_eq(token, names[i]))
			return (enum http_method)i;
	return HTTP_OTHER;
}

struct str request_field(const struct request *r, struct str lower_name)
{
	struct str value = request_field_said(r, lower_name);
	return value.n ? value : STR_NONE;
}

struct str request_field_said(const struct request *r, struct str lower_name)
{
	for (size_t i = 0; i < r->field_count; i++)
		if (str_eq(r->fields[i].name, lower_name))
			return r->fields[i].value;
	return STR_NONE;
}

/* The byte written as the two digits behind '%', or -1. */
static int escaped_byte(struct str digits)
{
	if (digits.n < 2)
		return -1;
	int high = hex_digit(digits.p[0]), low = hex_digit(digits.p[1]);
	return high < 0 || low < 0 ? -1 : high * 16 + low;
}

bool http_decode(struct str *out_r, struct str raw, bool plus_is_blank, struct arena *a, struct fault *f)
{
	char *to = arena_bytes(a, raw.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < raw.n; i++) {
		int byte = (unsigned char)raw.p[i];
		int escaped = byte == '%' ? escaped_byte(str_from(raw, i + 1)) : -1;
		if (escaped >= 0) {
			byte = escaped;
			i += 2;
		} else if (byte == '+' && plus_is_blank) {
			byte = ' ';
		}
		to[n++] = (char)byte;
	}
	to[n] = '\0';
	*out_r = (struct str){ to, n };
	return str_is_text(*out_r)
		|| fault_set(f, 400, "PGRST100", STR("The request URL or form is not UTF-8 text or contains a NUL byte"));
}

static bool is_unreserved(char c)
{
	return ascii_is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

struct str http_encode(struct arena *a, struct str text)
{
	static const char digits[] = "0123456789ABCDEF";
	char *to = arena_bytes(a, text.n * 3 + 1);
	size_t n = 0;
	for (size_t i = 0; i < text.n; i++) {
		unsigned char byte = (unsigned char)text.p[i];
		if (is_unreserved(text.p[i])) {
			to[n++] = text.p[i];
			continue;
		}
		to[n++] = '%';
		to[n++] = digits[byte >> 4];
		to[n++] = digits[byte & 15];
	}
	to[n] = '\0';
	return (struct str){ to, n };
}

static bool pair_read(struct http_pair *out_r, struct str raw, struct arena *a, struct fault *f)
{
	struct str value = raw;
	struct str name = str_cut(&value, '=');
	out_r->value = STR_NONE;
	return http_decode(&out_r->name, name, true, a, f) && (!value.p || http_decode(&out_r->value, value, true, a, f));
}

size_t http_form_count(struct str raw)
{
	size_t count = 1;
	for (size_t i = 0; i < raw.n; i++)
		count += raw.p[i] == '&';
	return count;
}

bool http_form(struct http_pair **pairs_r, size_t *count_r, struct str raw, struct arena *a, struct fault *f)
{
	*pairs_r = arena_make_array(a, struct http_pair, http_form_count(raw));
	*count_r = 0;
	while (raw.p) {
		struct str component = str_cut(&raw, '&');
		if (component.n == 0)
			continue;
		if (!pair_read(&(*pairs_r)[*count_r], component, a, f))
			return false;
		(*count_r)++;
	}
	return true;
}
