/* Choosing the way.
 * SPDX-License-Identifier: MIT */
#include "mail/transports.h"

/* A host and perhaps a port: user, path and query have settings of their own or no meaning. */
static bool is_server(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] >= 0x7f || str_has(STR("@/?#\\\"<>"), s.p[i]))
			return false;
	return s.n > 0;
}

bool transport_read(struct transport *t, struct str setting, struct arena *a)
{
	static const struct {
		struct str prefix;
		enum transport_kind kind;
		bool with_prefix; /* the prefix is part of the target */
	} kinds[] = {
		{ STR_INIT("sendmail:/"), TRANSPORT_SENDMAIL, false },
		{ STR_INIT("file:/"), TRANSPORT_FILE, false },
		{ STR_INIT("smtp://"), TRANSPORT_SMTP, true },
		{ STR_INIT("smtps://"), TRANSPORT_SMTP, true },
	};
	if (str_eq(setting, STR("sendmail"))) {
		t->kind = TRANSPORT_SENDMAIL;
		t->target = "/usr/sbin/sendmail";
		return true;
	}
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		if (!str_starts(setting, kinds[i].prefix) || !str_is_text(setting))
			continue;
		t->kind = kinds[i].kind;
		t->target = str_cstr(a, kinds[i].with_prefix ? setting : str_from(setting, kinds[i].prefix.n - 1));
		return kinds[i].with_prefix ? is_server(str_from(setting, kinds[i].prefix.n)) : true;
	}
	return false;
}

void transport_start(void)
{
	smtp_start();
}

enum transport_verdict transport_send(const struct transport *t, const struct address *from, const struct address *to,
	struct str mail, struct arena *a, struct str *reason_r)
{
	static enum transport_verdict (*const ways[])(const struct transport *t, struct letter *l) = {
		[TRANSPORT_SENDMAIL] = sendmail_send,
		[TRANSPORT_SMTP] = smtp_send,
		[TRANSPORT_FILE] = maildrop_send,
	};
	static_assert(COUNT_OF(ways) == TRANSPORT_KIND_COUNT, "a row for each kind");
	struct letter letter = {
		.from = str_cstr(a, from->mailbox),
		.to = str_cstr(a, to->mailbox),
		.mail = mail,
		.arena = a,
	};
	enum transport_verdict verdict = ways[t->kind](t, &letter);
	*reason_r = letter.reason;
	return verdict;
}

enum transport_probe transport_try(const struct transport *t, struct arena *a, struct str *reason_r)
{
	static enum transport_probe (*const ways[])(const struct transport *t, struct arena *a, struct str *reason_r) = {
		[TRANSPORT_SENDMAIL] = sendmail_try,
		[TRANSPORT_SMTP] = smtp_try,
		[TRANSPORT_FILE] = maildrop_try,
	};
	static_assert(COUNT_OF(ways) == TRANSPORT_KIND_COUNT, "a row for each kind");
	return ways[t->kind](t, a, reason_r);
}
