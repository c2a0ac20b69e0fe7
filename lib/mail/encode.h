/* The encodings of RFC 2045 and 2047: any bytes become lines that every mail server takes.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_MAIL_ENCODE_H
#define ROWGATE_MAIL_ENCODE_H

#include "base/buf.h"

/* Appends text as the value of an unstructured field or as a phrase. Short plain words go as they are, all else as
 * UTF-8 encoded words of at most 75 characters, a line each. Line breaks and other controls become spaces and bytes
 * that are not UTF-8 question marks: the result holds no line break but those of folding, whatever text is. */
void encode_header_text(struct buf *out, struct str text);
/* Whether a body needs no encoding: ASCII without controls, in lines of at most 998 characters (RFC 5322, 2.1.1). */
bool encode_is_plain(struct str text);
/* Appends text with every kind of line end as CRLF. */
void encode_lines(struct buf *out, struct str text);
/* Appends text in quoted-printable, every kind of line end as CRLF, lines of at most 76 characters. */
void encode_quoted_printable(struct buf *out, struct str text);

#endif
