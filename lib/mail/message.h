/* A mail as RFC 5322 and MIME want it: plain text, and HTML beside it (multipart/alternative).
 *
 * Nothing that is given can add a field, a part or a line to the header: addresses are struct address, the subject is
 * encoded, and every other value is ours.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_MAIL_MESSAGE_H
#define ROWGATE_MAIL_MESSAGE_H

#include "mail/address.h"

struct message {
	struct address from, to;
	struct str subject;  /* any text */
	struct str text;     /* UTF-8, any line ends */
	struct str html;     /* or STR_NONE */
	struct str id;       /* letters and digits that nobody can guess: Message-ID and the boundary of parts */
	struct str language; /* a language tag for Content-Language, or STR_NONE; left out when it is no tag */
	int64_t date;        /* seconds since 1970 */
};

/* Appends the mail, lines ended by CRLF. A mail of ours is told to be one (RFC 3834), so that no robot answers it. */
void message_write(struct buf *out, const struct message *m);

#endif
