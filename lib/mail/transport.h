/* Handing a finished mail to whoever delivers it: the machine's sendmail, an SMTP server, or a directory.
 *
 * Every way ends within the time given, and says one of three things: taken, not now, never. Only "taken" is a
 * promise: a mail whose fate is unknown (the server died after DATA) may arrive twice, but is not lost.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_MAIL_TRANSPORT_H
#define ROWGATE_MAIL_TRANSPORT_H

#include "base/arena.h"
#include "mail/message.h"

enum transport_kind { TRANSPORT_SENDMAIL, TRANSPORT_SMTP, TRANSPORT_FILE };
enum { TRANSPORT_KIND_COUNT = TRANSPORT_FILE + 1 };

/* How much an smtp:// connection must be worth; smtps:// is encrypted in any case. */
enum transport_tls { TRANSPORT_TLS_REQUIRED, TRANSPORT_TLS_TRY, TRANSPORT_TLS_NONE };
enum { TRANSPORT_TLS_COUNT = TRANSPORT_TLS_NONE + 1 };

struct transport {
	enum transport_kind kind;
	const char *target;          /* path of the program, smtp(s)://host:port, or directory */
	const char *user, *password; /* SMTP AUTH, or NULL */
	const char *ca_file;         /* certificates to trust instead of the system's, or NULL */
	enum transport_tls tls;
	int timeout_s; /* for a whole mail; a silent SMTP server is given it once more to say goodbye */
};

enum transport_verdict {
	TRANSPORT_TAKEN,
	TRANSPORT_LATER,  /* refused for now, or the way there is out of order */
	TRANSPORT_REFUSED /* this mail will never be taken */
};

/* What became of a try to reach who takes mails, without one. */
enum transport_probe {
	TRANSPORT_PROBE_GOOD,
	TRANSPORT_PROBE_UNREACHABLE, /* nobody there, or nothing to hand a mail to */
	TRANSPORT_PROBE_INSECURE,    /* no TLS where it is wanted, or a certificate that nobody vouches for */
	TRANSPORT_PROBE_NO_LOGIN     /* AUTH is not offered, or refused */
};
enum { TRANSPORT_PROBE_COUNT = TRANSPORT_PROBE_NO_LOGIN + 1 };

/* From a setting: "sendmail", "sendmail:/path", "smtp://host[:port]", "smtps://host[:port]" or "file:/directory".
 * Fills kind and target, which lives in the arena. False: it is none of them. */
bool transport_read(struct transport *t, struct str setting, struct arena *a);
/* Once in a process, before anything else runs. */
void transport_start(void);
/* mail: as message_write() made it. reason_r: one line for the log, whenever it was not taken; it may quote what the
 * server said, which may quote the mail. */
enum transport_verdict transport_send(const struct transport *t, const struct address *from, const struct address *to,
	struct str mail, struct arena *a, struct str *reason_r);
/* The way to there, as far as a mail would need it: connection, encryption, sign-in. reason_r: one line whenever it is
 * not good. */
enum transport_probe transport_try(const struct transport *t, struct arena *a, struct str *reason_r);

#endif
