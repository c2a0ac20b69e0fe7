/* FastCGI records: the header of one, and where in a sequence of them a stream is.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_FRONT_RECORD_H
#define ROWGATE_APP_FRONT_RECORD_H

#include <fastcgi.h>

#include "base/str.h"

/* Records before the body; what a web server sends is a few kilobytes. */
#define GATHER_HEAD_MAX ((size_t)1 << 20)
/* The largest content of a record that needs no padding. */
#define RECORD_CONTENT ((int64_t)65528)
#define RECORD_SIZE (FCGI_HEADER_LEN + RECORD_CONTENT)

/* Where in the stream of parameters it is: two lengths of one byte or four each, then a name and a value. */
struct params {
	unsigned char lengths[8];
	size_t lengths_n; /* bytes of them seen */
	size_t left;      /* of name and value */
};

/* Where in the sequence of records the stream is. */
struct records {
	unsigned char header[FCGI_HEADER_LEN];
	size_t header_n;         /* bytes of the header seen; all of them while inside a record */
	size_t content, padding; /* bytes of the record still to come */
	int type, request_id;
	struct params params;
	bool begun, whole;
};

enum piece { PIECE_NONE, PIECE_HEADER, PIECE_CONTENT, PIECE_PADDING, PIECE_BAD };

void write_header(unsigned char *to, int type, int request_id, int64_t content);
/* Takes the next piece off the input: the rest of a header (PIECE_HEADER when that completes it), of content or of
 * padding. PIECE_NONE when the input is used up. */
enum piece records_next(struct records *at, struct str *in, struct str *piece_r);

#endif
