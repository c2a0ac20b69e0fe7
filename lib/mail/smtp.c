/* SMTP, by libcurl: STARTTLS, TLS, AUTH.
 * SPDX-License-Identifier: MIT */
#include <curl/curl.h>
#include <string.h>

#include "mail/transports.h"

enum { CONNECT_TIMEOUT_S = 15 };

struct upload {
	struct str rest;
	bool begun; /* the server has asked for the mail */
};

void smtp_start(void)
{
	curl_global_init(CURL_GLOBAL_DEFAULT);
}

static size_t give(char *to, size_t size, size_t count, void *arg)
{
	struct upload *u = arg;
	struct str next = str_sub(u->rest, 0, size * count);
	u->begun = true;
	if (next.n)
		memcpy(to, next.p, next.n);
	u->rest = str_from(u->rest, next.n);
	return next.n;
}

/* No proxy, no .netrc, no other protocol: only what the configuration says. */
static void set_server(CURL *curl, const struct transport *t)
{
	static const long levels[] = {
		[TRANSPORT_TLS_REQUIRED] = CURLUSESSL_ALL,
		[TRANSPORT_TLS_TRY] = CURLUSESSL_TRY,
		[TRANSPORT_TLS_NONE] = CURLUSESSL_NONE,
	};
	static_assert(COUNT_OF(levels) == TRANSPORT_TLS_COUNT, "a row for each kind");
	curl_easy_setopt(curl, CURLOPT_URL, t->target);
#if LIBCURL_VERSION_NUM >= 0x075500
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
#else
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS, (long)(CURLPROTO_SMTP | CURLPROTO_SMTPS));
#endif
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_USE_SSL, levels[t->tls]);
	curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_TIMEOUT_S);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)t->timeout_s);
	/* The answer to QUIT is waited for after that time, too. */
	curl_easy_setopt(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, (long)t->timeout_s);
	if (t->ca_file)
		curl_easy_setopt(curl, CURLOPT_CAINFO, t->ca_file);
}

static void set_login(CURL *curl, const struct transport *t)
{
	if (!t->user)
		return;
	curl_easy_setopt(curl, CURLOPT_USERNAME, t->user);
	curl_easy_setopt(curl, CURLOPT_PASSWORD, t->password ? t->password : "");
}

/* A refusal for good counts only when it is about this mail: of sender, recipient or content. One of the greeting, of
 * the encryption or of the password is about the way there, which somebody will put in order. */
static enum transport_verdict judge_reply(CURL *curl, CURLcode result, const struct upload *u)
{
	long code = 0;
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &code);
	if (result == CURLE_OK)
		return TRANSPORT_TAKEN;
	bool about_mail = result == CURLE_SEND_ERROR || (result == CURLE_WEIRD_SERVER_REPLY && u->begun);
	bool about_way = code == 530 || code == 534 || code == 535 || code == 538;
	return about_mail && code >= 500 && code < 600 && !about_way ? TRANSPORT_REFUSED : TRANSPORT_LATER;
}

static struct str explain(CURL *curl, CURLcode result, const char *error, const struct transport *t, struct arena *a)
{
	long code = 0;
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &code);
	return str_printf(a, "%s: %s (last answer %ld)", t->target, error[0] ? error : curl_easy_strerror(result), code);
}

static enum transport_verdict send_with(CURL *curl, struct curl_slist *to, const struct transport *t, struct letter *l)
{
	struct upload upload = { l->mail, false };
	char error[CURL_ERROR_SIZE] = "";
	set_server(curl, t);
	set_login(curl, t);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error);
	curl_easy_setopt(curl, CURLOPT_MAIL_FROM, l->from);
	curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, to);
	curl_easy_setopt(curl, CURLOPT_READFUNCTION, give);
	curl_easy_setopt(curl, CURLOPT_READDATA, &upload);
	curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
	CURLcode result = curl_easy_perform(curl);
	enum transport_verdict verdict = judge_reply(curl, result, &upload);
	if (verdict != TRANSPORT_TAKEN)
		l->reason = explain(curl, result, error, t, l->arena);
	return verdict;
}

enum transport_verdict smtp_send(const struct transport *t, struct letter *l)
{
	CURL *curl = curl_easy_init();
	struct curl_slist *to = curl ? curl_slist_append(NULL, l->to) : NULL;
	enum transport_verdict verdict = TRANSPORT_LATER;
	if (to)
		verdict = send_with(curl, to, t, l);
	else
		l->reason = STR("no memory for libcurl");
	curl_slist_free_all(to);
	curl_easy_cleanup(curl);
	return verdict;
}

/* What a server has said of itself in its greeting and in answer to EHLO. */
struct greeting {
	bool spoke, offers_tls, offers_login;
};

/* For CURLOPT_HEADERFUNCTION: one line of the server's. */
static size_t take_line(char *from, size_t size, size_t count, void *arg)
{
	struct greeting *g = arg;
	struct str word = str_from(str_trim((struct str){ from, size * count }), 4); /* behind "250-" */
	g->spoke = true;
	g->offers_tls |= str_starts_nocase(word, STR("STARTTLS"));
	g->offers_login |= str_starts_nocase(word, STR("AUTH"));
	return size * count;
}

static enum transport_probe judge_try(CURLcode result, const struct greeting *g, const struct transport *t)
{
	bool plain = str_starts(str_of(t->target), STR("smtp://"));
	if (result == CURLE_PEER_FAILED_VERIFICATION || result == CURLE_SSL_CONNECT_ERROR
		|| result == CURLE_SSL_CACERT_BADFILE || result == CURLE_USE_SSL_FAILED)
		return TRANSPORT_PROBE_INSECURE;
	if (plain && t->tls == TRANSPORT_TLS_REQUIRED && g->spoke && !g->offers_tls)
		return TRANSPORT_PROBE_INSECURE;
	if (result == CURLE_LOGIN_DENIED || (t->user && result == CURLE_OK && !g->offers_login))
		return TRANSPORT_PROBE_NO_LOGIN;
	return result == CURLE_OK ? TRANSPORT_PROBE_GOOD : TRANSPORT_PROBE_UNREACHABLE;
}

enum transport_probe smtp_try(const struct transport *t, struct arena *a, struct str *reason_r)
{
	struct greeting greeting = { 0 };
	char error[CURL_ERROR_SIZE] = "";
	CURL *curl = curl_easy_init();
	*reason_r = STR("no memory for libcurl");
	if (!curl)
		return TRANSPORT_PROBE_UNREACHABLE;
	set_server(curl, t);
	set_login(curl, t);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_line);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, &greeting);
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, "NOOP");
	curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
	CURLcode result = curl_easy_perform(curl);
	enum transport_probe probe = judge_try(result, &greeting, t);
	*reason_r = result == CURLE_OK && probe == TRANSPORT_PROBE_NO_LOGIN
		? str_printf(a, "%s: it does not offer AUTH", t->target)
		: explain(curl, result, error, t, a);
	curl_easy_cleanup(curl);
	return probe;
}
