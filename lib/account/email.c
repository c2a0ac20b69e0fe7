/* E-mail addresses: what passes for one, and the form in which they are unique.
 * SPDX-License-Identifier: MIT */
#include "account/email.h"

#include <idn2.h>
#include <stdlib.h>
#include <string.h>

#include "account/unicode.h"
#include "base/buf.h"
#include "base/count.h"

/* TYPED_MAX: before what nobody sees is left out, and in full width. */
enum { EMAIL_MAX = 254, LOCAL_MAX = 64, LABEL_MAX = 63, TYPED_MAX = 4 * EMAIL_MAX };

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
	int made = idn2_to_ascii_8z(str_cstr(a, label), &ascii, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT);
	/* That there is no such address would be a lie. */
	if (made == IDN2_MALLOC)
		abort();
	if (made != IDN2_OK)
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
	static const char never[] = " \"(),:;<>@[]\\";
	for (size_t i = 0; i < local.n; i++) {
		unsigned char c = (unsigned char)local.p[i];
		if (c <= ' ' || c == 0x7f || strchr(never, c))
			return false;
	}
	return local.n > 0 && local.n <= LOCAL_MAX;
}

/* Cuts at the first @, which may be full width or small. */
static bool split_at_sign(struct str *local_r, struct str *domain_r, struct str email)
{
	static const struct str ats[] = { STR_INIT("@"), STR_INIT("\uff20"), STR_INIT("\ufe6b") };
	size_t at = email.n, width = 0;
	for (size_t i = 0; i < COUNT_OF(ats); i++) {
		size_t found = str_find(email, ats[i]);
		if (found < at) {
			at = found;
			width = ats[i].n;
		}
	}
	*local_r = str_sub(email, 0, at);
	*domain_r = str_from(email, at + width);
	return width > 0;
}

bool email_key(struct str *key_r, struct str email, struct arena *a)
{
	struct str local, domain;
	if (!str_is_text(email) || unicode_trim(email).n > TYPED_MAX
		|| !split_at_sign(&local, &domain, unicode_trim(email)))
		return false;
	struct str folded = unicode_fold(local, a);
	struct buf out = buf_new(a, 4 * EMAIL_MAX);
	buf_put(&out, folded);
	buf_char(&out, '@');
	if (!local_good(folded) || !local_good(unicode_visible(local, a)) || !put_domain(&out, str_lower(a, domain), a)
		|| out.overflow)
		return false;
	*key_r = buf_str(&out);
	return domain_good(str_from(*key_r, folded.n + 1)) && key_r->n <= EMAIL_MAX;
}

/* A domain as it is read: its ASCII form stands for several ways to type it. */
static struct str shown_domain(struct str key, struct arena *a)
{
	char *shown;
	struct str ascii = str_from(key, str_rindex(key, '@') + 1);
	if (idn2_to_unicode_8z8z(str_cstr(a, ascii), &shown, 0) != IDN2_OK)
		return ascii;
	struct str domain = str_dup(a, str_of(shown));
	idn2_free(shown);
	return domain;
}

bool email_address(struct str *out_r, struct str email, struct arena *a)
{
	struct str key, local, domain;
	if (!email_key(&key, email, a) || !split_at_sign(&local, &domain, unicode_trim(email)))
		return false;
	if (!is_ascii(domain))
		domain = shown_domain(key, a);
	*out_r = str_join(a, (struct str[]){ unicode_visible(local, a), domain }, 2, STR("@"));
	return true;
}

struct str email_typed(struct str email, struct arena *a)
{
	return str_lower(a, str_is_text(email) ? unicode_trim(email) : email);
}
