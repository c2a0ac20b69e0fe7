/* FastCGI records to requests, by libfcgi, and replies to records.
 *
 * rowgate accepts by itself and gives libfcgi the socket so that it can wait for many connections at once:
 * FCGX_Accept_r then only reads. Its listening socket is set to -1, so that a broken connection makes it fail instead
 * of accepting another one behind our back, and `detached` keeps it from lingering two seconds over a socket it closes
 * itself.
 * SPDX-License-Identifier: MIT */
#include "fcgi.h"

#include <fcgiapp.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/front/deliver.h"
#include "app/front/fields.h"
#include "app/front/gather.h"
#include "app/front/refused.h"
#include "base/count.h"
#include "http/status.h"

struct fcgi_connection {
	FCGX_Request fcgi;
	int fd;
	bool asked;                /* FCGI_ASKED was said of the request that is there */
	struct gather *gather;     /* a request that did not come at once, or NULL */
	struct delivery *delivery; /* an answer that could not be sent at once, or NULL */
};

void fcgi_init(void)
{
	FCGX_Init();
}

struct fcgi_connection *fcgi_open(int fd)
{
	struct fcgi_connection *c = calloc(1, sizeof *c);
	if (!c)
		abort();
	FCGX_InitRequest(&c->fcgi, -1, FCGI_FAIL_ACCEPT_ON_INTR);
	c->fd = fd;
	return c;
}

void fcgi_close(struct fcgi_connection *c)
{
	FCGX_Free(&c->fcgi, 0);
	gather_free(c->gather);
	deliver_free(c->delivery);
	if (c->fd >= 0)
		close(c->fd);
	free(c);
}

int fcgi_fd(const struct fcgi_connection *c)
{
	return c->fd;
}

int64_t fcgi_waiting_since_us(const struct fcgi_connection *c)
{
	return c->gather ? gather_progress_us(c->gather) : c->delivery ? deliver_progress_us(c->delivery) : 0;
}

void fcgi_refuse_stalled(struct fcgi_connection *c)
{
	if (c->gather)
		gather_refuse(c->gather, c->fd);
}

/* Brings the request together: from here on libfcgi reads without waiting, from the socket or the gathered head. */
static enum gather_state fcgi_gather(struct fcgi_connection *c, const struct conf *conf)
{
	if (!c->gather) {
		enum gather_state at_once = gather_look(c->fd);
		if (at_once != GATHER_MORE)
			return at_once;
		c->gather = gather_new(conf);
		if (!c->gather)
			return GATHER_BROKEN;
	}
	return gather_take(c->gather, c->fd);
}

static struct str fcgi_copy(struct arena *a, const char *value)
{
	return str_dup(a, str_of(value));
}

/* Takes the raw path and query from REQUEST_URI, less server-path-prefix: PATH_INFO arrives decoded and
 * slash-merged. */
static void fcgi_target(struct request *r, struct str uri, struct str prefix)
{
	if (str_starts_nocase(uri, STR("http://")) || str_starts_nocase(uri, STR("https://"))) {
		/* RFC 9112 section 3.2.2, absolute-form. */
		uri = str_from(uri, str_index(uri, ':') + 3);
		uri = str_from(uri, str_index(uri, '/'));
	}
	struct str rest = uri;
	struct str path = str_cut(&rest, '?');
	path = str_sub(path, 0, str_index(path, '#'));
	while (prefix.n && prefix.p[prefix.n - 1] == '/')
		prefix.n--;
	if (prefix.n && str_starts(path, prefix) && (path.n == prefix.n || path.p[prefix.n] == '/'))
		path = str_from(path, prefix.n);
	r->path = path.n ? path : STR("/");
	r->query = rest;
}

/* Reads the rest of a body that was refused, so that the answer reaches the client. */
static void fcgi_drain(FCGX_Request *q)
{
	char scratch[16384];
	while (FCGX_GetStr(scratch, sizeof scratch, q->in) > 0)
		;
}

/* CONTENT_LENGTH, -1: absent or not a number. */
static int64_t fcgi_content_length(char **envp)
{
	int64_t n;
	return str_to_i64(str_of(FCGX_GetParam("CONTENT_LENGTH", envp)), &n) && n >= 0 ? n : -1;
}

/* REQUEST_URI. Apache leaves a param above 16 kB out, so its configuration passes a longer one in pieces. */
static struct str fcgi_uri(char **envp, struct arena *a)
{
	static const char *const names[] = { "REQUEST_URI", "REQUEST_URI_2", "REQUEST_URI_3", "REQUEST_URI_4",
		"REQUEST_URI_5" };
	struct str pieces[COUNT_OF(names)];
	size_t n = 0;
	for (const char *piece; n < COUNT_OF(names) && (piece = FCGX_GetParam(names[n], envp)); n++)
		pieces[n] = str_of(piece);
	return n > 1 ? str_join(a, pieces, n, STR("")) : n ? pieces[0] : STR_NONE;
}

static bool fcgi_request(FCGX_Request *q, const struct conf *conf, struct request *r, struct arena *a, struct fault *f)
{
	r->method_text = fcgi_copy(a, FCGX_GetParam("REQUEST_METHOD", q->envp));
	r->method = http_method_from(r->method_text);
	r->remote_addr = fcgi_copy(a, FCGX_GetParam("REMOTE_ADDR", q->envp));
	r->protocol = fcgi_copy(a, FCGX_GetParam("SERVER_PROTOCOL", q->envp));
	struct str https = str_of(FCGX_GetParam("HTTPS", q->envp));
	r->https = https.n && !str_eq_nocase(https, STR("off"));
	r->body = STR("");
	struct str uri = fcgi_uri(q->envp, a);
	if (uri.n > (size_t)conf->server_max_url) {
		fcgi_target(r, STR("/"), STR_NONE);
		return fault_set(f, 414, "RG414", STR("The URL is longer than server-max-url allows"));
	}
	fcgi_target(r, str_dup(a, uri), conf->server_path_prefix);
	if (!fields_read(r, q->envp, (size_t)conf->server_max_header, a, f))
		return false;
	r->host = request_field(r, STR("host"));
	if (!r->host.p)
		r->host = fcgi_copy(a, FCGX_GetParam("SERVER_NAME", q->envp));
	return refused_accepts(r, q->envp, a, f);
}

/* Reads a body that is in the socket whole. */
static bool fcgi_read_body(FCGX_Request *q, struct body *b, struct fault *f)
{
	for (;;) {
		size_t room;
		char *p = body_room(b, &room, f);
		if (!p)
			return false;
		int n = FCGX_GetStr(p, room > INT_MAX ? INT_MAX : (int)room, q->in);
		if (n <= 0)
			return true;
		body_add(b, (size_t)n);
	}
}

static bool fcgi_body(struct fcgi_connection *c, const struct conf *conf, struct request *r, struct arena *a,
	struct fault *f)
{
	int64_t expected = fcgi_content_length(c->fcgi.envp);
	if (expected > conf->server_max_body)
		return fault_set(f, 413, "RG413", STR("The request body is larger than server-max-body allows"));
	if (c->gather) {
		r->body = gather_body(c->gather, f);
		return r->body.p;
	}
	if (expected == 0 || (expected < 0 && (r->method == HTTP_GET || r->method == HTTP_HEAD)))
		return true;
	struct body *b = body_new(conf, expected, a);
	if (!fcgi_read_body(&c->fcgi, b, f))
		return false;
	r->body = body_text(b);
	return true;
}

/* Forgets the descriptor that libfcgi read from and has closed, whose number must not be closed twice. */
static void fcgi_lost(struct fcgi_connection *c)
{
	if (c->gather)
		gather_head_closed(c->gather);
	else
		c->fd = -1;
	c->fcgi.ipcFd = -1;
}

/* Looks at a whole request that the web server may have been unable to send where it belongs. */
static bool fcgi_asks(struct fcgi_connection *c, const struct conf *conf, struct request *r, struct arena *a)
{
	struct str uri;
	if (c->asked || !refused_is_misdirected(c->fd, &uri, a))
		return false;
	c->asked = true;
	r->method = HTTP_POST;
	r->method_text = STR("POST");
	fcgi_target(r, uri, conf->server_path_prefix);
	return true;
}

enum fcgi_received fcgi_receive(struct fcgi_connection *c, const struct conf *conf, struct request *out_r,
	struct arena *a, struct fault *f)
{
	*out_r = (struct request){ .method = HTTP_OTHER, .path = STR("/"), .body = STR("") };
	enum gather_state state = fcgi_gather(c, conf);
	if (state == GATHER_MORE || state == GATHER_BROKEN)
		return state == GATHER_MORE ? FCGI_PARTIAL : FCGI_GONE;
	if (state == GATHER_ASKED && fcgi_asks(c, conf, out_r, a))
		return FCGI_ASKED;
	c->fcgi.ipcFd = c->gather ? gather_head(c->gather) : c->fd;
	c->fcgi.keepConnection = 1;
	c->fcgi.detached = 1;
	if (FCGX_Accept_r(&c->fcgi) < 0) {
		fcgi_lost(c);
		return FCGI_GONE;
	}
	bool whole = fcgi_request(&c->fcgi, conf, out_r, a, f) && fcgi_body(c, conf, out_r, a, f);
	fcgi_drain(&c->fcgi);
	if (FCGX_GetError(c->fcgi.in))
		return FCGI_GONE;
	int64_t told = fcgi_content_length(c->fcgi.envp);
	if (whole && told > 0 && out_r->body.n < (size_t)told)
		return FCGI_GONE; /* the client left in the middle of its body */
	return whole ? FCGI_RECEIVED : FCGI_REFUSED;
}

/* Frees the memory of the request that was answered: libfcgi's and the gathering's, a gathered body with it. */
static void fcgi_forget(struct fcgi_connection *c)
{
	FCGX_Free(&c->fcgi, 0);
	gather_free(c->gather);
	c->gather = NULL;
	c->asked = false;
}

static struct str fcgi_head(const struct reply *r)
{
	struct str reason = r->reason.p ? r->reason : http_reason(r->status), fields = buf_str(&r->fields);
	struct arena *a = r->body.arena;
	struct str line = str_join(a, (struct str[]){ STR("Status:"), str_from_i64(a, r->status), reason }, 3, STR(" "));
	return str_join(a, (struct str[]){ line, fields, STR("") }, 3, STR("\r\n"));
}

bool fcgi_send(struct fcgi_connection *c, struct reply *r)
{
	bool whole = !spool_broken(&r->body);
	struct outgoing answer = { .request_id = c->fcgi.requestId, .head = fcgi_head(r), .fd = -1, .rest = STR("") };
	answer.dir = r->body.dir;
	answer.arena = r->body.arena;
	if (!r->no_body) {
		answer.fd = r->body.fd;
		answer.in_file = r->body.flushed;
		answer.rest = (struct str){ r->body.p, r->body.n };
	}
	fcgi_forget(c);
	enum deliver_state state = whole ? deliver(&c->delivery, &answer, c->fd) : DELIVER_BROKEN;
	return state == DELIVER_MORE || (state == DELIVER_DONE && c->fcgi.keepConnection);
}

bool fcgi_sending(const struct fcgi_connection *c)
{
	return c->delivery;
}

bool fcgi_send_more(struct fcgi_connection *c)
{
	enum deliver_state state = deliver_more(c->delivery, c->fd);
	if (state == DELIVER_MORE)
		return true;
	deliver_free(c->delivery);
	c->delivery = NULL;
	return state == DELIVER_DONE && c->fcgi.keepConnection;
}
