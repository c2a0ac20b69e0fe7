/* An HTTP request as a value: method, target, fields, body; no I/O.
 *
 * The front fills it from FCGI params (or a test, or a fuzzer from bytes); everything behind it only reads.
 * All strings are views that live as long as the request arena.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_HTTP_REQUEST_H
#define ROWGATE_HTTP_REQUEST_H

#include "base/arena.h"
#include "base/fault.h"
#include "base/str.h"
#include "base/watch.h"

enum http_method {
	HTTP_GET,
	HTTP_HEAD,
	HTTP_POST,
	HTTP_PATCH,
	HTTP_PUT,
	HTTP_DELETE,
	HTTP_OPTIONS,
	HTTP_OTHER, /* see struct request.method_text */
	HTTP_METHOD_COUNT
};

struct http_field {
	struct str name;  /* lower case, '-' between words */
	struct str value; /* without blanks around it */
};

struct request {
	enum http_method method;
	struct str method_text; /* as sent */
	struct str path;        /* raw (percent-encoded) path, server-path-prefix taken off, starts with '/' */
	struct str query;       /* raw query string behind '?', STR_NONE when there was no '?' */
	const struct http_field *fields;
	size_t field_count;
	struct str body; /* whole; mapped from a file when large; p != NULL also when empty */
	struct str remote_addr;
	struct str host;     /* Host field or SERVER_NAME */
	struct str protocol; /* "HTTP/1.1" */
	bool https;
	struct watch watch; /* whether its client still waits */
};

/* Token of RFC 9110 section 9 to the enum; case-sensitive; HTTP_OTHER for what rowgate does not know. */
enum http_method http_method_from(struct str token);
/* First field of that lower-case name, or STR_NONE; one without a value is as good as none. */
struct str request_field(const struct request *r, struct str lower_name);
/* The same, but a field without a value is "". */
struct str request_field_said(const struct request *r, struct str lower_name);
/* Percent-decodes one path segment or query component (RFC 3986 section 2.1; '+' is a blank only when
 * plus_is_blank). A '%' without two hexadecimal digits behind it stands for itself, as PostgREST's library reads it:
 * people write `like.%a%`. Faults 400 on a NUL byte and invalid UTF-8. */
MUST_CHECK bool http_decode(struct str *out_r, struct str raw, bool plus_is_blank, struct arena *a, struct fault *f);
/* Percent-encodes everything outside RFC 3986's unreserved set. */
struct str http_encode(struct arena *a, struct str text);

/* One name=value of a query string, decoded, in order of appearance; both NUL-terminated behind their end. */
struct http_pair {
	struct str name, value;
};
/* Splits and decodes application/x-www-form-urlencoded (a query string or a form body): '+' is a blank, an empty
 * component is left out, a component without '=' has the value STR_NONE. */
MUST_CHECK bool http_form(struct http_pair **pairs_r, size_t *count_r, struct str raw, struct arena *a,
	struct fault *f);
/* How many pairs that makes at most. */
size_t http_form_count(struct str raw);

#endif
