/* E-mail addresses: what passes for one, and the form in which they are unique.
 * SPDX-License-Identifier: MIT */
#include "account/email.h"

#include <idn2.h>
#include <string.h>

#include "base/buf.h"

enum { EMAIL_MAX = 254, LOCAL_MAX = 64, LABEL_MAX = 63 };

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

/* A label beyond ASCII by UTS 46, non-transitional: ß stays ß. It may become several, where it has a dot of another
 * script. */
static bool put_converted(struct buf *out, struct str label, struct arena *a)
{
	char *ascii;
	if (idn2_to_ascii_8z(str_cstr(a, label), &ascii, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT) != IDN2_OK)
		return false;
	buf_put(out, str_of(ascii));
	idn2_free(ascii);
	return true;
}

/* Labels in ASCII stay what they are, as names that no IDNA knows ("r3---sn") are found in the DNS all the same. */
static bool put_domain(struct buf *out, struct str domain, struct arena *a)
{
	for (struct str rest = domain; rest.p;) {
		struct str label = str_cut(&rest, '.');
		if (!label_good(label))
			return false;
		if (is_ascii(label))
			buf_put(out, label);
		else if (!put_converted(out, label, a))
			return false;
		if (rest.p)
			buf_char(out, '.');
	}
	return true;
}

static bool domain_good(struct str domain)
{
	for (struct str rest = domain; rest.p;) {
		struct str label = str_cut(&rest, '.');
		if (!label_good(label) || !is_ascii(label) || label.n > LABEL_MAX)
			return false;
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
	if (!put_domain(&out, rest, a))
		return false;
	*key_r = buf_str(&out);
	return domain_good(str_from(*key_r, local.n + 1)) && key_r->n <= EMAIL_MAX;
}
