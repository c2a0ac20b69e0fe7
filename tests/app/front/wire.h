/* What a web server sends, for tests: records one behind the other.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_TESTS_WIRE_H
#define ROWGATE_TESTS_WIRE_H

#include <string.h>

#include "app/front/record.h"

struct wire {
	char p[1 << 17];
	size_t n;
};

/* Adds a record; type below 0: of another version of the protocol. */
static inline void wire_add(struct wire *w, int type, int request_id, struct str content, size_t padding)
{
	unsigned char header[FCGI_HEADER_LEN];
	record_header(header, type < 0 ? -type : type, request_id, (int64_t)content.n);
	header[0] = type < 0 ? 2 : FCGI_VERSION_1;
	header[6] = (unsigned char)padding;
	memcpy(w->p + w->n, header, sizeof header);
	memcpy(w->p + w->n + sizeof header, content.p, content.n);
	memset(w->p + w->n + sizeof header + content.n, '#', padding);
	w->n += sizeof header + content.n + padding;
}

static inline struct str wire_text(const struct wire *w)
{
	return (struct str){ w->p, w->n };
}

/* FCGI_RESPONDER, connection kept. */
#define WIRE_BEGIN                                                                                                     \
	{                                                                                                                  \
		FCGI_BEGIN_REQUEST, STR_INIT("\0\1\1\0\0\0\0\0"), 0, 0                                                         \
	}

#endif
