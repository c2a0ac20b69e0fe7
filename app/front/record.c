/* FastCGI records: the header of one, and where in a sequence of them a stream is.
 * SPDX-License-Identifier: MIT */
#include "record.h"

#include <string.h>

void write_header(unsigned char *to, int type, int request_id, int64_t content)
{
	to[0] = FCGI_VERSION_1;
	to[1] = (unsigned char)type;
	to[2] = (unsigned char)(request_id >> 8);
	to[3] = (unsigned char)request_id;
	to[4] = (unsigned char)(content >> 8);
	to[5] = (unsigned char)content;
	to[6] = to[7] = 0;
}

/* A header is complete. One request after the other is all that web servers send: what would make libfcgi skip records
 * and wait for others is not let through to it. */
static enum piece records_enter(struct records *at)
{
	const unsigned char *h = at->header;
	int request_id = h[2] << 8 | h[3];
	at->type = h[1];
	at->content = (size_t)h[4] << 8 | h[5];
	at->padding = h[6];
	at->whole = at->type == FCGI_STDIN && at->content == 0;
	bool begins = at->type == FCGI_BEGIN_REQUEST && !at->begun && request_id;
	bool follows = (at->type == FCGI_PARAMS || at->type == FCGI_STDIN) && at->begun && request_id == at->request_id;
	at->request_id = request_id;
	at->begun = at->begun || begins;
	return h[0] == FCGI_VERSION_1 && (begins || follows) ? PIECE_HEADER : PIECE_BAD;
}

/* The length at p of n bytes; false when it is not all there. */
static bool params_length(size_t *out_r, size_t *used_r, const unsigned char *p, size_t n)
{
	bool is_long = n && p[0] & 0x80;
	if (n < (is_long ? 4 : 1))
		return false;
	*out_r = is_long ? (size_t)(p[0] & 0x7f) << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3] : p[0];
	*used_r = is_long ? 4 : 1;
	return true;
}

/* False when a length is beyond all measure: libfcgi adds them up in an int, and writes where there is no room. */
static bool params_feed(struct params *at, struct str in)
{
	while (in.n) {
		size_t name, value, used, more, n = at->left < in.n ? at->left : in.n;
		at->left -= n;
		in = str_from(in, n);
		if (!in.n)
			return true;
		at->lengths[at->lengths_n++] = (unsigned char)*in.p;
		in = str_from(in, 1);
		if (!params_length(&name, &used, at->lengths, at->lengths_n)
			|| !params_length(&value, &more, at->lengths + used, at->lengths_n - used))
			continue;
		if (name > GATHER_HEAD_MAX || value > GATHER_HEAD_MAX)
			return false;
		at->left = name + value;
		at->lengths_n = 0;
	}
	return true;
}

enum piece records_next(struct records *at, struct str *in, struct str *piece_r)
{
	enum piece kind = PIECE_NONE;
	if (at->header_n == FCGI_HEADER_LEN && !at->content && !at->padding)
		at->header_n = 0;
	if (in->n == 0 || at->whole)
		return PIECE_NONE;
	bool in_header = at->header_n < FCGI_HEADER_LEN;
	size_t wanted = in_header ? FCGI_HEADER_LEN - at->header_n : at->content ? at->content : at->padding;
	*piece_r = str_sub(*in, 0, wanted);
	*in = str_from(*in, piece_r->n);
	if (in_header) {
		memcpy(at->header + at->header_n, piece_r->p, piece_r->n);
		at->header_n += piece_r->n;
		return at->header_n == FCGI_HEADER_LEN ? records_enter(at) : PIECE_NONE;
	}
	kind = at->content ? PIECE_CONTENT : PIECE_PADDING;
	*(at->content ? &at->content : &at->padding) -= piece_r->n;
	if (kind == PIECE_CONTENT && at->type == FCGI_PARAMS && !params_feed(&at->params, *piece_r))
		return PIECE_BAD;
	return kind;
}
