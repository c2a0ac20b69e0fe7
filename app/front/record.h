/* FastCGI records: their headers are written here, and a stream of them is taken apart (FastCGI specification 1.0,
 * sections 3.3, 3.4 and 5).
 *
 * A struct records is a cursor over what a web server sends on one connection for one request. It may be fed any number
 * of bytes at a time, believes none of them, and keeps nothing of them but the header it is at.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_FRONT_RECORD_H
#define ROWGATE_APP_FRONT_RECORD_H

#include <fastcgi.h>

#include "base/str.h"

/* The largest content of a record that needs no padding, and the bytes of such a record. */
#define RECORD_CONTENT_MAX ((int64_t)65528)
#define RECORD_SIZE_MAX (FCGI_HEADER_LEN + RECORD_CONTENT_MAX)
/* The bytes of the record that ends a request. */
#define RECORD_END_SIZE ((int)sizeof(FCGI_EndRequestRecord))

/* The header of a record without padding, in network byte order. content: bytes that follow, up to 65535. */
void record_header(unsigned char to_r[static FCGI_HEADER_LEN], int type, int request_id, int64_t content);
/* FCGI_END_REQUEST with application status 0 and FCGI_REQUEST_COMPLETE. */
void record_end(unsigned char to_r[static RECORD_END_SIZE], int request_id);

/* Where in the stream of parameters it is: two lengths of one byte or four each, then a name and a value. */
struct record_params {
	unsigned char lengths[8];
	size_t lengths_n; /* bytes of them seen */
	size_t left;      /* of name and value */
};

/* Where in the sequence of records of one request the stream is; zeroed: at its beginning. */
struct records {
	unsigned char header[FCGI_HEADER_LEN];
	size_t header_n;         /* bytes of the header seen; all of them while inside a record */
	size_t content, padding; /* bytes of the record still to come */
	int type, request_id;    /* of the last header */
	struct record_params params;
	bool begun; /* FCGI_BEGIN_REQUEST has come */
	bool named; /* so has the empty FCGI_PARAMS behind the parameters: what follows is the body */
	bool last;  /* so has the header of the empty FCGI_STDIN that ends the request */
	bool whole; /* and what padding it has: nothing is taken any more */
};

enum record_piece {
	RECORD_NONE,    /* the input is used up, or ended within a header */
	RECORD_HEADER,  /* the rest of a header: `header`, type and request_id are the new record's */
	RECORD_CONTENT, /* content of the record, or some of it */
	RECORD_PADDING, /* what is to be thrown away behind it */
	RECORD_BAD      /* no FastCGI, not a request as web servers send them, or a parameter beyond all measure */
};

/* Takes the next piece off the input: piece_r is a view into it, unset for RECORD_NONE. */
enum record_piece records_next(struct records *at, struct str *in, struct str *piece_r);

/* Takes a name and its value off the front of parameters; false when there is none, or not all of it. */
bool record_param(struct str *in, struct str *name_r, struct str *value_r);

#endif
