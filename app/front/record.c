/* FastCGI records: their headers are written here, and a stream of them is taken apart.
 * SPDX-License-Identifier: MIT */
#include "record.h"

#include <assert.h>
#include <string.h>

/* The longest name or value of a parameter; what a web server sends is a few kilobytes. */
#define RECORD_PARAM_MAX ((size_t)1 << 20)

void record_header(unsigned char to_r[static FCGI_HEADER_LEN], int type, int request_id, int64_t content)
{
	assert(content >= 0 && content <= FCGI_MAX_LENGTH && request_id >= 0 && request_id <= UINT16_MAX);
	to_r[0] = FCGI_VERSION_1;
	to_r[1] = (unsigned char)type;
	to_r[2] = (unsigned char)(request_id >> 8);
	to_r[3] = (unsigned char)request_id;
	to_r[4] = (unsigned char)(content >> 8);
	to_r[5] = (unsigned char)content;
	to_r[6] = to_r[7] = 0;
}

void record_end(unsigned char to_r[static RECORD_END_SIZE], int request_id)
{
	record_header(to_r, FCGI_END_REQUEST, request_id, sizeof(FCGI_EndRequestBody));
	memset(to_r + FCGI_HEADER_LEN, 0, sizeof(FCGI_EndRequestBody));
}

/* Whether a record belongs to the request that has begun, where it stands: first the parameters, then the body. */
static bool records_follows(const struct records *at, int request_id)
{
	return at->begun && request_id == at->request_id && at->type == (at->named ? FCGI_STDIN : FCGI_PARAMS);
}

/* Reads a header that is complete. One request after the other is all that web servers send: what would make libfcgi
 * skip records and wait for others is not let through to it. */
static enum record_piece records_enter(struct records *at)
{
	const unsigned char *h = at->header;
	int request_id = h[2] << 8 | h[3];
	at->type = h[1];
	at->content = (size_t)h[4] << 8 | h[5];
	at->padding = h[6];
	at->last = at->type == FCGI_STDIN && at->content == 0;
	at->whole = at->last && at->padding == 0;
	bool begins = at->type == FCGI_BEGIN_REQUEST && !at->begun && request_id;
	bool follows = records_follows(at, request_id);
	at->request_id = request_id;
	at->begun = at->begun || begins;
	at->named = at->named || (at->type == FCGI_PARAMS && at->content == 0);
	return h[0] == FCGI_VERSION_1 && (begins || follows) ? RECORD_HEADER : RECORD_BAD;
}

/* Reads the length at p, where n bytes are; false when it is not all there. */
static bool params_length(size_t *out_r, size_t *used_r, const unsigned char *p, size_t n)
{
	bool is_long = n && p[0] & 0x80;
	if (n < (is_long ? 4 : 1))
		return false;
	*out_r = is_long ? (size_t)(p[0] & 0x7f) << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3] : p[0];
	*used_r = is_long ? 4 : 1;
	return true;
}

/* Follows the parameters; false when a length is beyond all measure: libfcgi adds them up in an int, and writes where
 * there is no room. */
static bool params_feed(struct record_params *at, struct str in)
{
	while (in.n) {
		size_t name, value, used, more, n = at->left < in.n ? at->left : in.n;
		at->left -= n;
		in = str_from(in, n);
		if (!in.n)
			return true;
		assert(at->lengths_n < sizeof at->lengths);
		at->lengths[at->lengths_n++] = (unsigned char)*in.p;
		in = str_from(in, 1);
		if (!params_length(&name, &used, at->lengths, at->lengths_n)
			|| !params_length(&value, &more, at->lengths + used, at->lengths_n - used))
			continue;
		if (name > RECORD_PARAM_MAX || value > RECORD_PARAM_MAX)
			return false;
		at->left = name + value;
		at->lengths_n = 0;
	}
	return true;
}

enum record_piece records_next(struct records *at, struct str *in, struct str *piece_r)
{
	enum record_piece kind = RECORD_NONE;
	if (at->header_n == FCGI_HEADER_LEN && !at->content && !at->padding)
		at->header_n = 0;
	if (in->n == 0 || at->whole)
		return RECORD_NONE;
	bool in_header = at->header_n < FCGI_HEADER_LEN;
	size_t wanted = in_header ? FCGI_HEADER_LEN - at->header_n : at->content ? at->content : at->padding;
	*piece_r = str_sub(*in, 0, wanted);
	*in = str_from(*in, piece_r->n);
	if (in_header) {
		memcpy(at->header + at->header_n, piece_r->p, piece_r->n);
		at->header_n += piece_r->n;
		return at->header_n == FCGI_HEADER_LEN ? records_enter(at) : RECORD_NONE;
	}
	kind = at->content ? RECORD_CONTENT : RECORD_PADDING;
	*(at->content ? &at->content : &at->padding) -= piece_r->n;
	at->whole = at->last && at->padding == 0;
	if (kind == RECORD_CONTENT && at->type == FCGI_PARAMS && !params_feed(&at->params, *piece_r))
		return RECORD_BAD;
	return kind;
}

bool record_param(struct str *in, struct str *name_r, struct str *value_r)
{
	const unsigned char *p = (const unsigned char *)in->p;
	size_t name, value, used, more;
	if (!params_length(&name, &used, p, in->n) || !params_length(&value, &more, p + used, in->n - used))
		return false;
	struct str rest = str_from(*in, used + more);
	if (name > rest.n || value > rest.n - name)
		return false;
	*name_r = str_sub(rest, 0, name);
	*value_r = str_sub(rest, name, value);
	*in = str_from(rest, name + value);
	return true;
}
