/* Mail addresses that cannot break out of a header field or an SMTP command.
 *
 * A struct address is only made by address_read(). What it lets through: RFC 5321's Dot-string with the letters of
 * RFC 6531, at a domain of labels (RFC 1123) or of letters beyond ASCII. Quoted local parts, address literals, comments
 * and source routes are refused: nobody has such an address, and each of them has been used to smuggle something.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_MAIL_ADDRESS_H
#define ROWGATE_MAIL_ADDRESS_H

#include "base/buf.h"

struct address {
	struct str name;    /* display name, any text; or STR_NONE */
	struct str mailbox; /* local-part@domain */
	struct str domain;  /* the part behind the @, a view into it */
};

/* "local@domain" or "Name <local@domain>"; views into text. False when it is neither. */
bool address_read(struct address *out_r, struct str text);
/* Appends it as the value of a field: the name in RFC 2047's encoded words where it must be. */
void address_write(struct buf *out, const struct address *a);

#endif
