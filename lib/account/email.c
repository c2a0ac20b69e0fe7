/* E-mail addresses: what passes for one, and the form in which they are unique.
 * SPDX-License-Identifier: MIT */
#include "account/email.h"

#include <string.h>

#include "base/buf.h"

enum { EMAIL_MAX = 254, LOCAL_MAX = 64, LABEL_MAX = 63 };

/* Punycode's parameters (RFC 3492 section 5). */
enum { BASE = 36, T_MIN = 1, T_MAX = 26, SKEW = 38, DAMP = 700, INITIAL_BIAS = 72, INITIAL_N = 128 };

static uint32_t adapt(uint32_t delta, uint32_t points, bool first)
{
	uint32_t k = 0;
	delta = first ? delta / DAMP : delta / 2;
	delta += delta / points;
	for (; delta > (BASE - T_MIN) * T_MAX / 2; k += BASE)
		delta /= BASE - T_MIN;
	return k + (BASE - T_MIN + 1) * delta / (delta + SKEW);
}

/* Code points of well-formed UTF-8. */
static size_t decode(uint32_t *out, struct str s)
{
	size_t n = 0;
	for (size_t i = 0; i < s.n; n++) {
		size_t length = str_utf8_length(str_from(s, i));
		unsigned char lead = (unsigned char)s.p[i];
		uint32_t point = length < 2 ? lead : lead & (0xffu >> (length + 1));
		for (size_t j = 1; j < length; j++)
			point = point << 6 | ((unsigned char)s.p[i + j] & 0x3f);
		out[n] = point;
		i += length ? length : 1;
	}
	return n;
}

static char digit(uint32_t value)
{
	return (char)(value < 26 ? 'a' + value : '0' + value - 26);
}

/* A delta as a generalized variable-length integer (RFC 3492 section 3.3). */
static void put_delta(struct buf *out, uint32_t delta, uint32_t bias)
{
	for (uint32_t k = BASE;; k += BASE) {
		uint32_t t = k <= bias ? T_MIN : k >= bias + T_MAX ? T_MAX : k - bias;
		if (delta < t)
			break;
		buf_char(out, digit(t + (delta - t) % (BASE - t)));
		delta = (delta - t) / (BASE - t);
	}
	buf_char(out, digit(delta));
}

/* "xn--" and the label's punycode (RFC 3492 section 6.3). */
static void put_encoded(struct buf *out, struct str label)
{
	uint32_t points[EMAIL_MAX], n = INITIAL_N, delta = 0, bias = INITIAL_BIAS;
	size_t count = decode(points, label), basic = 0;
	buf_lit(out, "xn--");
	for (size_t i = 0; i < count; i++)
		if (points[i] < INITIAL_N) {
			buf_char(out, (char)points[i]);
			basic++;
		}
	if (basic)
		buf_char(out, '-');
	for (size_t done = basic; done < count; delta++, n++) {
		uint32_t next = UINT32_MAX;
		for (size_t i = 0; i < count; i++)
			if (points[i] >= n && points[i] < next)
				next = points[i];
		delta += (next - n) * (uint32_t)(done + 1);
		n = next;
		for (size_t i = 0; i < count; i++) {
			delta += points[i] < n;
			if (points[i] != n)
				continue;
			put_delta(out, delta, bias);
			bias = adapt(delta, (uint32_t)done + 1, done == basic);
			delta = 0;
			done++;
		}
	}
}

static bool is_ascii(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x80)
			return false;
	return true;
}

/* Letters, digits and hyphens, or anything beyond ASCII. */
static bool label_good(struct str label)
{
	for (size_t i = 0; i < label.n; i++) {
		char c = label.p[i];
		bool alnum = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
		if (!alnum && (c != '-' || i == 0 || i + 1 == label.n))
			return false;
	}
	return label.n > 0;
}

static bool put_domain(struct buf *out, struct str domain)
{
	for (struct str rest = domain; rest.p;) {
		struct str label = str_cut(&rest, '.');
		size_t before = buf_str(out).n;
		if (!label_good(label))
			return false;
		if (is_ascii(label))
			buf_put(out, label);
		else
			put_encoded(out, label);
		if (buf_str(out).n - before > LABEL_MAX)
			return false;
		if (rest.p)
			buf_char(out, '.');
	}
	return true;
}

static bool local_good(struct str local)
{
	static const char never[] = " \"(),:;<>[]\\";
	for (size_t i = 0; i < local.n; i++) {
		unsigned char c = (unsigned char)local.p[i];
		if (c <= ' ' || c == 0x7f || strchr(never, c))
			return false;
	}
	return local.n > 0 && local.n <= LOCAL_MAX;
}

bool email_key(struct str *key_r, struct str email, struct arena *a)
{
	if (!str_is_text(email) || email.n > EMAIL_MAX)
		return false;
	struct str rest = str_lower(a, email), local = str_cut(&rest, '@');
	struct buf out = buf_new(a, 4 * EMAIL_MAX);
	if (!rest.p || !local_good(local))
		return false;
	buf_put(&out, local);
	buf_char(&out, '@');
	if (!put_domain(&out, rest))
		return false;
	*key_r = buf_str(&out);
	return key_r->n <= EMAIL_MAX;
}
