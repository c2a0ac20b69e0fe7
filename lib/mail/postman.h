/* One mail from its template to the server, by the configuration's mail-* keys.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_MAIL_POSTMAN_H
#define ROWGATE_MAIL_POSTMAN_H

#include "conf/conf.h"
#include "mail/template.h"
#include "mail/transport.h"

struct postman {
	struct transport transport;
	struct address from;
	const char *templates;     /* the host's directory, or NULL */
	struct str site, site_url; /* what every template may name: host of auth-site-url, and all of it */
};

struct postman_order {
	struct str to; /* as the account has it: anything */
	struct str template, language;
	const struct template_value *values; /* besides {{site}} and {{link}} */
	size_t value_count;
	struct str link;   /* STR_NONE: the site itself */
	struct str secret; /* what no log line may show though a server should quote it, or STR_NONE */
};

/* Views into the configuration and the arena. The fault names the key that is missing. */
MUST_CHECK bool postman_new(struct postman *out_r, const struct conf *c, struct arena *a, struct fault *f);
/* reason_r: one line for the log whenever it was not taken. An address that is none is refused, a template that cannot
 * be filled in waits for somebody to put it right. */
enum transport_verdict postman_send(const struct postman *p, const struct postman_order *o, struct arena *a,
	struct str *reason_r);

#endif
