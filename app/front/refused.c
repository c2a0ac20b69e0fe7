/* What the web server refused by itself and then passed on to its error handler, us.
 * SPDX-License-Identifier: MIT */
#include "app/front/refused.h"

#include <fcgiapp.h>

#include "base/count.h"

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
static int64_t refused_status(char **params)
{
	int64_t status;
	bool asks = str_eq(str_of(FCGX_GetParam("REDIRECT_URI", params)), STR(REFUSED_URL));
	return asks && str_to_i64(str_of(FCGX_GetParam("REDIRECT_STATUS", params)), &status) && status >= 400
			&& status <= 599
		? status
		: 0;
}

bool refused_accepts(struct request *r, char **params, struct arena *a, struct fault *f)
{
	int64_t status = refused_status(params);
	if (!status)
		return true;
	/* 411 says nothing else: HTTP gives a request without a length no body (RFC 9112 section 6.3). */
	if (status == 411 && !request_field(r, STR("transfer-encoding")).p) {
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
