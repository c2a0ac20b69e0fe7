/* Writing a mail: the header, then one part or two.
 * SPDX-License-Identifier: MIT */
#include "mail/message.h"

#include <time.h>

#include "base/language.h"
#include "mail/encode.h"

/* RFC 5322 section 3.3, in UTC; the names are English in every locale. */
static void put_date(struct buf *out, int64_t date)
{
	static const char days[] = "SunMonTueWedThuFriSat", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t when = (time_t)date;
	struct tm t = { 0 };
	gmtime_r(&when, &t);
	buf_printf(out, "Date: %.3s, %d %.3s %d %02d:%02d:%02d +0000\r\n", days + 3 * t.tm_wday, t.tm_mday,
		months + 3 * t.tm_mon, t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
}

static void put_address(struct buf *out, struct str field, const struct address *a)
{
	buf_put(out, field);
	address_write(out, a);
	buf_lit(out, "\r\n");
}

static void put_header(struct buf *out, const struct message *m)
{
	put_date(out, m->date);
	put_address(out, STR("From: "), &m->from);
	put_address(out, STR("To: "), &m->to);
	buf_lit(out, "Subject: ");
	encode_header_text(out, m->subject);
	buf_lit(out, "\r\nMessage-ID: <");
	buf_put(out, m->id);
	buf_char(out, '@');
	buf_put(out, m->from.domain);
	buf_lit(out, ">\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n");
	if (language_is_tag(m->language)) {
		buf_lit(out, "Content-Language: ");
		buf_put(out, m->language);
		buf_lit(out, "\r\n");
	}
}

static void put_part(struct buf *out, struct str type, struct str body)
{
	bool plain = encode_is_plain(body);
	buf_lit(out, "Content-Type: ");
	buf_put(out, type);
	buf_lit(out, "; charset=utf-8\r\nContent-Transfer-Encoding: ");
	buf_put(out, plain ? STR("7bit") : STR("quoted-printable"));
	buf_lit(out, "\r\n\r\n");
	if (plain)
		encode_lines(out, body);
	else
		encode_quoted_printable(out, body);
}

static void put_boundary(struct buf *out, struct str id, struct str end)
{
	buf_lit(out, "\r\n--=_");
	buf_put(out, id);
	buf_put(out, end);
	buf_lit(out, "\r\n");
}

void message_write(struct buf *out, const struct message *m)
{
	put_header(out, m);
	if (!m->html.p) {
		put_part(out, STR("text/plain"), m->text);
		return;
	}
	buf_lit(out, "Content-Type: multipart/alternative; boundary=\"=_");
	buf_put(out, m->id);
	buf_lit(out, "\"\r\n");
	put_boundary(out, m->id, STR(""));
	put_part(out, STR("text/plain"), m->text);
	put_boundary(out, m->id, STR(""));
	put_part(out, STR("text/html"), m->html);
	put_boundary(out, m->id, STR("--"));
}
