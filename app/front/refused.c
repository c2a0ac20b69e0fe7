/* What the web server refused by itself and then passed on to its error handler, us.
 * SPDX-License-Identifier: MIT */
#include "app/front/refused.h"

#include <fcgiapp.h>
#include <sys/socket.h>

#include "app/front/record.h"
#include "base/buf.h"
#include "base/count.h"

/* As much as gather_look() finds whole. */
#define REFUSED_LOOK 65536

/* The same words as in the web servers' configuration, where they answer without us. */
static struct str refused_message(int64_t status)
{
	static const struct {
		int status;
		struct str message;
	} messages[] = {
		{ 400, STR_INIT("The web server cannot read the request") },
		{ 403, STR_INIT("The web server does not allow it") },
		{ 404, STR_INIT("The web server finds nothing there") },
		{ 405, STR_INIT("The web server does not take this method") },
		{ 413, STR_INIT("The body is larger than the web server allows") },
		{ 414, STR_INIT("The URL is longer than the web server allows") },
		{ 431, STR_INIT("URL and header fields are larger than the web server allows") },
		{ 500, STR_INIT("The web server could not pass the request on") },
		{ 501, STR_INIT("The web server does not know what the request asks for") },
		{ 503, STR_INIT("The web server does not reach the API") },
	};
	for (size_t i = 0; i < COUNT_OF(messages); i++)
		if (messages[i].status == status)
			return messages[i].message;
	return STR("The web server refused the request");
}

/* The status, 0: it has refused nothing. No client can set a param that does not begin with HTTP_. */
static int64_t refused_status(struct str redirect_uri, struct str redirect_status)
{
	int64_t status;
	bool asks = str_eq(redirect_uri, STR(REFUSED_URL));
	return asks && str_to_i64(redirect_status, &status) && status >= 400 && status <= 599 ? status : 0;
}

/* HTTP gives a request without a length no body (RFC 9112 section 6.3), and 411 is said of nothing but a POST. */
static bool refused_for_no_length(int64_t status, bool has_encoding)
{
	return status == 411 && !has_encoding;
}

bool refused_accepts(struct request *r, char **params, struct arena *a, struct fault *f)
{
	int64_t status = refused_status(str_of(FCGX_GetParam("REDIRECT_URI", params)),
		str_of(FCGX_GetParam("REDIRECT_STATUS", params)));
	if (!status)
		return true;
	if (refused_for_no_length(status, request_field(r, STR("transfer-encoding")).p)) {
		r->method = HTTP_POST;
		r->method_text = STR("POST");
		return true;
	}
	/* lighttpd has not read the target then, and names the one before. */
	if (status == 431) {
		r->path = STR("/");
		r->query = STR_NONE;
	}
	return fault_set(f, (int)status, str_printf(a, "RG%d", (int)status).p, refused_message(status));
}

/* The parameters of a request that the socket holds. */
static struct str refused_params(int socket, struct arena *a)
{
	char *bytes = arena_bytes(a, REFUSED_LOOK);
	ssize_t n = recv(socket, bytes, REFUSED_LOOK, MSG_PEEK | MSG_DONTWAIT);
	struct str in = { bytes, n > 0 ? (size_t)n : 0 }, piece;
	struct buf params = buf_new(a, in.n + 1);
	struct records at = { 0 };
	enum record_piece kind = RECORD_NONE;
	while (in.n && !at.named && (kind = records_next(&at, &in, &piece)) != RECORD_BAD)
		if (kind == RECORD_CONTENT && at.type == FCGI_PARAMS)
			buf_put(&params, piece);
	return buf_str(&params);
}

bool refused_is_misdirected(int socket, struct str *uri_r, struct arena *a)
{
	struct str in = refused_params(socket, a), name, value, uri = STR_NONE, status = STR_NONE;
	bool has_encoding = false;
	*uri_r = STR_NONE;
	while (record_param(&in, &name, &value)) {
		if (str_eq(name, STR("REQUEST_URI")))
			*uri_r = value;
		else if (str_eq(name, STR("REDIRECT_URI")))
			uri = value;
		else if (str_eq(name, STR("REDIRECT_STATUS")))
			status = value;
		has_encoding = has_encoding || str_eq(name, STR("HTTP_TRANSFER_ENCODING"));
	}
	return uri_r->p && refused_for_no_length(refused_status(uri, status), has_encoding);
}
