/* The web server: asked for things whose answers only rowgate can give, in the ways that web servers get wrong.
 *
 * But for the API's own description, every question is about a table or function that does not exist: nothing is
 * changed.
 * SPDX-License-Identifier: MIT */
#include <curl/curl.h>
#include <string.h>

#include "app/doctor/looks.h"
#include "base/arena.h"
#include "http/cookie.h"

enum { ANSWER_MAX = 64 * 1024, WEB_SECONDS = 15, LONG_URL = 12 * 1024, LARGE_BODY = 2 * 1024 * 1024, MARGIN = 1024 };

#define PROBE "/rowgate_doctor_probe"

struct question {
	const char *method;    /* NULL: GET */
	const char *path;      /* behind the API's URL */
	const char *fields[2]; /* request header fields */
	struct str body;       /* STR_NONE: none, and no Content-Length */
};

struct answer {
	CURLcode result;
	long status;
	struct buf body;
	char error[CURL_ERROR_SIZE];
};

static size_t take_body(char *from, size_t size, size_t count, void *arg)
{
	buf_put(arg, (struct str){ from, size * count });
	return size * count;
}

/* No proxy of the environment and no place that an answer points to: just this server. */
static void set_limits(CURL *curl)
{
#if LIBCURL_VERSION_NUM >= 0x075500
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
#else
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)WEB_SECONDS);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
}

static void set_question(CURL *curl, const struct question *q)
{
	if (q->body.p) {
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, q->body.p);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)q->body.n);
	}
	if (q->method)
		curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, q->method);
}

static struct curl_slist *fields_of(const struct question *q)
{
	struct curl_slist *list = curl_slist_append(NULL, "Expect:");
	if (q->body.p)
		list = curl_slist_append(list, "Content-Type: application/json");
	for (size_t i = 0; i < COUNT_OF(q->fields) && q->fields[i]; i++)
		list = curl_slist_append(list, q->fields[i]);
	return list;
}

static struct answer *put_question(struct doctor *d, const struct question *q)
{
	struct answer *answer = arena_make(d->arena, struct answer);
	CURL *curl = curl_easy_init();
	struct curl_slist *fields = fields_of(q);
	answer->body = buf_new(d->arena, ANSWER_MAX);
	answer->result = CURLE_OUT_OF_MEMORY;
	if (curl) {
		set_limits(curl);
		set_question(curl, q);
		curl_easy_setopt(curl, CURLOPT_URL, str_printf(d->arena, "%.*s%s", STR_ARG(d->url), q->path).p);
		curl_easy_setopt(curl, CURLOPT_HTTPHEADER, fields);
		curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, answer->error);
		curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer->body);
		answer->result = curl_easy_perform(curl);
		curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer->status);
	}
	curl_slist_free_all(fields);
	curl_easy_cleanup(curl);
	return answer;
}

static bool says(const struct answer *a, const char *text)
{
	struct str body = buf_str(&a->body);
	return str_find(body, str_of(text)) < body.n;
}

/* A refusal of rowgate's: no web server writes them so. */
static bool is_rowgates(const struct answer *a)
{
	return a->result == CURLE_OK && says(a, "\"code\":\"") && says(a, "\"message\":");
}

/* How an answer that should not be looks to who asked. */
static struct str seen(struct doctor *d, const struct answer *a)
{
	if (a->result != CURLE_OK && !a->status)
		return str_printf(d->arena, "%s", a->error[0] ? a->error : curl_easy_strerror(a->result));
	return str_printf(d->arena, "the answer is %ld%s", a->status, is_rowgates(a) ? "" : ", not rowgate's");
}

/* Reports when rowgate's answer does not come. */
static void expect(struct doctor *d, const char *id, const char *what, const struct question *q)
{
	const struct answer *a = put_question(d, q);
	if (!is_rowgates(a))
		doctor_found(d, id, "%s: %.*s", what, STR_ARG(seen(d, a)));
}

/* A token that is none must be refused as one: else it did not arrive. */
static void look_at_tokens(struct doctor *d)
{
	const struct answer *a = put_question(d,
		&(struct question){ .path = PROBE, .fields = { "Authorization: Bearer rowgate-doctor" } });
	if (!says(a, "PGRST300") && !says(a, "PGRST301"))
		doctor_found(d, "RGD92", "a false token is not refused: %.*s", STR_ARG(seen(d, a)));
	if (!d->conf->auth_cookie)
		return;
	a = put_question(d,
		&(struct question){ .path = PROBE, .fields = { "Cookie: " HTTP_COOKIE_ACCESS "=rowgate-doctor" } });
	if (!says(a, "PGRST300") && !says(a, "PGRST301"))
		doctor_found(d, "RGD93", "a false token in a cookie is not refused: %.*s", STR_ARG(seen(d, a)));
}

/* The document is there in one of the two types that Accept names, a line each. Where only the other line arrives it is
 * refused, so each order is asked for once. */
static void look_at_lines(struct doctor *d)
{
	static const char none[] = "Accept: text/x-rowgate-doctor", known[] = "Accept: application/openapi+json";
	const struct answer *first = put_question(d, &(struct question){ .path = "/", .fields = { none, known } });
	const struct answer *last = put_question(d, &(struct question){ .path = "/", .fields = { known, none } });
	if (says(first, "PGRST107") || says(last, "PGRST107"))
		doctor_found(d, "RGD95", "of two lines of Accept the %s is lost", says(first, "PGRST107") ? "second" : "first");
}

static void look_at_sizes(struct doctor *d)
{
	size_t url_size = d->conf->server_max_url < LONG_URL + MARGIN ? (size_t)d->conf->server_max_url / 2 : LONG_URL;
	size_t body_size = d->conf->server_max_body < LARGE_BODY + MARGIN ? (size_t)d->conf->server_max_body / 2
																	  : LARGE_BODY;
	char *path = arena_bytes(d->arena, url_size + 1), *body = arena_bytes(d->arena, body_size);
	memset(path, 'a', url_size);
	memcpy(path, PROBE "?", sizeof PROBE);
	path[url_size] = '\0';
	memset(body, ' ', body_size);
	memcpy(body, "{}", 2);
	expect(d, "RGD94", str_printf(d->arena, "a URL of %zu bytes", url_size).p, &(struct question){ .path = path });
	expect(d, "RGD98", str_printf(d->arena, "a body of %zu bytes", body_size).p,
		&(struct question){ .method = "POST", .path = "/rpc" PROBE, .body = { body, body_size } });
}

static void look_at_methods(struct doctor *d)
{
	static const char *const methods[] = { "PATCH", "PUT", "DELETE" };
	expect(d, "RGD96", "POST without a body", &(struct question){ .method = "POST", .path = "/rpc" PROBE });
	for (size_t i = 0; i < COUNT_OF(methods); i++)
		expect(d, "RGD97", methods[i], &(struct question){ .method = methods[i], .path = PROBE, .body = STR("{}") });
	expect(d, "RGD97", "an encoded slash in the path", &(struct question){ .path = PROBE "%2Fx" });
}

static void look_at_account_urls(struct doctor *d)
{
	const struct answer *a = put_question(d, &(struct question){ .path = "/.well-known/jwks.json" });
	if (d->conf->auth_enabled && !(a->status == 200 && says(a, "\"keys\"")))
		doctor_found(d, "RGD99", "/.well-known/jwks.json: %.*s", STR_ARG(seen(d, a)));
}

static bool is_local(struct str url)
{
	static const struct str hosts[] = { STR_INIT("http://localhost"), STR_INIT("http://127."),
		STR_INIT("http://[::1]") };
	for (size_t i = 0; i < COUNT_OF(hosts); i++)
		if (str_starts_nocase(url, hosts[i]))
			return true;
	return false;
}

/* Whether it is rowgate that answers: without that there is nothing to ask. */
static bool is_there(struct doctor *d)
{
	const struct answer *a = put_question(d, &(struct question){ .path = PROBE });
	if (a->result != CURLE_OK)
		doctor_found(d, "RGD90", "%.*s: %.*s", STR_ARG(d->url), STR_ARG(seen(d, a)));
	else if (!is_rowgates(a))
		doctor_found(d, "RGD91", "%.*s: %.*s", STR_ARG(d->url), STR_ARG(seen(d, a)));
	return is_rowgates(a);
}

void doctor_look_web(struct doctor *d)
{
	if (d->offline || !d->url.n) {
		doctor_not_looked(d, STR("web server"), d->offline ? STR("--offline") : STR("no --url"), false);
		return;
	}
	if (!is_there(d)) {
		doctor_not_looked(d, STR("web server"), STR("rowgate does not answer there"), true);
		return;
	}
	if (str_starts_nocase(d->url, STR("http://")) && !is_local(d->url))
		doctor_report(d, "RGD18", d->url, STR_NONE);
	look_at_tokens(d);
	look_at_lines(d);
	look_at_sizes(d);
	look_at_methods(d);
	look_at_account_urls(d);
	doctor_looked(d, STR("web server"), d->url);
}
