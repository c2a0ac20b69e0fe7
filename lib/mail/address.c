/* Addresses: what may stand in one, and how it is written.
 * SPDX-License-Identifier: MIT */
#include "mail/address.h"

#include "base/ascii.h"
#include "mail/encode.h"

/* RFC 5321 section 4.5.3.1. */
enum { LOCAL_MAX = 64, DOMAIN_MAX = 253, LABEL_MAX = 63 };

static bool is_beyond_ascii(char c)
{
	return (unsigned char)c >= 0x80;
}

static bool is_atom(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!ascii_is_alnum(s.p[i]) && !is_beyond_ascii(s.p[i]) && !str_has(STR("!#$%&'*+-/=?^_`{|}~"), s.p[i]))
			return false;
	return s.n > 0;
}

static bool is_label(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!ascii_is_alnum(s.p[i]) && !is_beyond_ascii(s.p[i]) && s.p[i] != '-')
			return false;
	return s.n > 0 && s.n <= LABEL_MAX && s.p[0] != '-' && s.p[s.n - 1] != '-';
}

static bool all_parts(struct str s, bool (*is_part)(struct str part))
{
	for (struct str rest = s; rest.p;)
		if (!is_part(str_cut(&rest, '.')))
			return false;
	return true;
}

/* A leading '-' would be an option to some programs that stand in for sendmail. */
static bool read_mailbox(struct address *out_r, struct str text)
{
	size_t at = str_rindex(text, '@');
	struct str local = str_sub(text, 0, at), domain = str_from(text, at + 1);
	bool good = at < text.n && local.n <= LOCAL_MAX && domain.n <= DOMAIN_MAX && !str_starts(local, STR("-"))
		&& str_is_text(text) && all_parts(local, is_atom) && all_parts(domain, is_label);
	if (good)
		*out_r = (struct address){ STR_NONE, text, domain };
	return good;
}

bool address_read(struct address *out_r, struct str text)
{
	struct str trimmed = str_trim(text);
	if (!str_ends(trimmed, STR(">")))
		return read_mailbox(out_r, trimmed);
	size_t open = str_rindex(trimmed, '<');
	if (open == trimmed.n || !read_mailbox(out_r, str_sub(trimmed, open + 1, trimmed.n - open - 2)))
		return false;
	struct str name = str_trim(str_sub(trimmed, 0, open));
	if (name.n >= 2 && str_starts(name, STR("\"")) && str_ends(name, STR("\"")))
		name = str_sub(name, 1, name.n - 2);
	out_r->name = name.n ? name : STR_NONE;
	return true;
}

void address_write(struct buf *out, const struct address *a)
{
	if (a->name.n) {
		encode_header_text(out, a->name);
		/* A name in several encoded words ends a line of its own. */
		buf_lit(out, "\r\n ");
	}
	buf_char(out, '<');
	buf_put(out, a->mailbox);
	buf_char(out, '>');
}
