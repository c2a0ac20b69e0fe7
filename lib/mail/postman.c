/* Template, message, transport: in this order.
 * SPDX-License-Identifier: MIT */
#include "mail/postman.h"

#include <string.h>
#include <sys/random.h>

#include "base/clock.h"

enum { ID_BYTES = 16 };
#define MAIL_MAX ((size_t)2 << 20)

/* scheme://HOST/path without its port's colon being lost: what a reader knows the site by. */
static struct str host_of(struct str url)
{
	struct str rest = str_from(url, str_find(url, STR("://")) + 3);
	return str_cut(&rest, '/');
}

static const char *optional(struct str s, struct arena *a)
{
	return s.n ? str_cstr(a, s) : NULL;
}

bool postman_new(struct postman *out_r, const struct conf *c, struct arena *a, struct fault *f)
{
	struct postman p = {
		.transport = {
			.user = optional(c->mail_user, a), .password = optional(c->mail_password, a),
			.ca_file = optional(c->mail_ca_file, a), .tls = (enum transport_tls)c->mail_tls,
			.timeout_s = (int)c->mail_timeout,
		},
		.templates = optional(c->mail_templates, a),
		.site = host_of(c->auth_site_url), .site_url = c->auth_site_url,
	};
	if (!c->auth_site_url.n)
		return fault_set(f, 500, "RGA50", STR("auth-site-url is not set: without it mails have no link"));
	if (!address_read(&p.from, c->mail_from))
		return fault_set(f, 500, "RGA50", STR("mail-from must be an address, as in: My Site <noreply@example.com>"));
	if (!transport_read(&p.transport, c->mail_transport, a))
		return fault_set(f, 500, "RGA50",
			STR("mail-transport must be sendmail, sendmail:/path, smtp://host, smtps://host or file:/directory"));
	*out_r = p;
	return true;
}

static struct str fresh_id(struct arena *a)
{
	static const char digits[] = "0123456789abcdef";
	unsigned char bytes[ID_BYTES];
	char *text = arena_bytes(a, 2 * sizeof bytes);
	while (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
		;
	for (size_t i = 0; i < sizeof bytes; i++) {
		text[2 * i] = digits[bytes[i] >> 4];
		text[2 * i + 1] = digits[bytes[i] & 15];
	}
	return (struct str){ text, 2 * sizeof bytes };
}

static bool fill_mail(struct template_mail *mail, const struct postman *p, const struct postman_order *o,
	struct arena *a, struct fault *f)
{
	struct template_value *values = arena_make_array(a, struct template_value, o->value_count + 2);
	if (o->value_count)
		memcpy(values, o->values, o->value_count * sizeof *values);
	values[o->value_count] = (struct template_value){ STR("site"), p->site };
	values[o->value_count + 1] = (struct template_value){ STR("link"), o->link.p ? o->link : p->site_url };
	return template_fill(mail, p->templates, o->template, o->language, values, o->value_count + 2, a, f);
}

/* Servers like to quote what they refuse, links included. */
static struct str without_secret(struct str reason, struct str secret)
{
	bool quoted = secret.n && str_find(reason, secret) < reason.n;
	return quoted ? STR("the answer quoted the mail's link and is not logged") : reason;
}

/* The mail whole, ready to be sent to whom it names. */
static enum transport_verdict compose(struct buf *out, struct address *to_r, const struct postman *p,
	const struct postman_order *o, struct str *reason_r)
{
	struct message m = { .from = p->from, .id = fresh_id(out->arena), .date = clock_wall_s() };
	struct template_mail filled;
	struct fault f = { 0 };
	if (!address_read(&m.to, o->to)) {
		*reason_r = STR("the recipient is no address");
		return TRANSPORT_REFUSED;
	}
	if (!fill_mail(&filled, p, o, out->arena, &f)) {
		*reason_r = f.message;
		return TRANSPORT_LATER;
	}
	m.to.name = STR_NONE;
	m.subject = filled.subject;
	m.text = filled.text;
	m.html = filled.html;
	m.language = filled.language;
	*to_r = m.to;
	message_write(out, &m);
	*reason_r = STR("the mail is too large");
	return out->overflow ? TRANSPORT_LATER : TRANSPORT_TAKEN;
}

enum transport_verdict postman_send(const struct postman *p, const struct postman_order *o, struct arena *a,
	struct str *reason_r)
{
	struct buf mail = buf_new(a, MAIL_MAX);
	struct address to;
	enum transport_verdict verdict = compose(&mail, &to, p, o, reason_r);
	if (verdict != TRANSPORT_TAKEN)
		return verdict;
	verdict = transport_send(&p->transport, &p->from, &to, buf_str(&mail), a, reason_r);
	*reason_r = without_secret(*reason_r, o->secret);
	return verdict;
}
