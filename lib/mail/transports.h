/* The ways a mail can take, each in a file of its own: sendmail.c, smtp.c, maildrop.c. See transport.h for what they
 * return.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_MAIL_TRANSPORTS_H
#define ROWGATE_MAIL_TRANSPORTS_H

#include "mail/transport.h"

struct letter {
	const char *from, *to; /* mailboxes */
	struct str mail;
	struct arena *arena;
	struct str reason;
};

enum transport_verdict sendmail_send(const struct transport *t, struct letter *l);
enum transport_verdict smtp_send(const struct transport *t, struct letter *l);
enum transport_verdict maildrop_send(const struct transport *t, struct letter *l);
/* The same ways, as far as transport_try() goes. */
enum transport_probe sendmail_try(const struct transport *t, struct arena *a, struct str *reason_r);
enum transport_probe smtp_try(const struct transport *t, struct arena *a, struct str *reason_r);
enum transport_probe maildrop_try(const struct transport *t, struct arena *a, struct str *reason_r);
/* Makes libcurl ready, once in a process. */
void smtp_start(void);

/* The mail with the line ends of this system, as programs and files want it. */
struct str transport_unix_lines(struct str mail, struct arena *a);

#endif
