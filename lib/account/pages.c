/* /account/activate, /account/reset, /account/confirm: where mailed links lead.
 *
 * Opening a link does nothing, so that programs which look at mails use nothing up: the page has a button. It needs no
 * script, loads nothing, and tells no other site where it was: its few styles are in it, allowed by their digest. Its
 * forms come back to the same address, without cookies meaning anything: whoever has the token may use it.
 * SPDX-License-Identifier: MIT */
#include <sodium.h>

#include "account/caller.h"
#include "base/html.h"

enum { PAGE_MAX = 64 * 1024, DIGEST_TEXT_MAX = 64 };

static const char style[] =
	"body{margin:0;color:#1b2430;background:#f5f7fa;font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}"
	"main{max-width:32rem;margin:2rem auto;padding:1rem 1.5rem;box-sizing:border-box;background:#fff;"
	"border:1px solid #cdd5df;border-radius:.5rem}h1{font-size:1.5rem;line-height:1.2}a{color:#0b5394}"
	"input{display:block;width:100%;box-sizing:border-box;font:inherit;padding:.5rem;border:1px solid #6b7686;"
	"border-radius:.25rem}button{font:inherit;padding:.5rem 1rem;color:#fff;background:#0b5394;border:0;"
	"border-radius:.25rem;cursor:pointer}:focus-visible{outline:3px solid #b45309;outline-offset:2px}"
	"[role]{padding:.75rem 1rem;background:#e6f4ea;border-left:.3rem solid #18794e}"
	"[role=alert]{background:#fdecea;border-color:#b3261e}";

struct page {
	const char *title, *text, *button, *done;
	bool password; /* asks for a new one */
	bool (*run)(struct account_call *c, struct fault *f);
};

static const struct page activation = { "Confirm your e-mail address",
	"Press the button to confirm that this address is yours.", "Confirm this address",
	"The address is confirmed. You can sign in now.", false, account_activate };
static const struct page reset = { "Choose a new password",
	"It needs at least 8 characters. All sessions will be ended.", "Set this password",
	"The password is set. You can sign in with it now.", true, account_reset_password };
static const struct page confirmation = { "Confirm your new e-mail address",
	"Press the button to use this address from now on.", "Use this address",
	"The address is yours now. Sign in with it from now on.", false, account_confirm_email };

static void add_header(struct account_call *c, struct str name, struct str value)
{
	struct fault_header *header = arena_make(c->arena, struct fault_header);
	*header = (struct fault_header){ name, value, c->headers };
	c->headers = header;
}

static void put_head(struct buf *out, const struct page *l)
{
	buf_lit(out,
		"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
	html_escape(out, str_of(l->title));
	buf_lit(out, "</title>\n<style>");
	buf_put(out, str_of(style));
	buf_lit(out, "</style>\n</head>\n<body>\n<main>\n<h1>");
	html_escape(out, str_of(l->title));
	buf_lit(out, "</h1>\n");
}

static void put_form(struct buf *out, const struct page *l, struct str action, struct str token)
{
	buf_lit(out, "<p>");
	html_escape(out, str_of(l->text));
	buf_lit(out, "</p>\n<form method=\"post\" action=\"");
	html_escape(out, action);
	buf_lit(out, "\">\n<input type=\"hidden\" name=\"token\" value=\"");
	html_escape(out, token);
	buf_lit(out, "\">\n");
	if (l->password)
		buf_lit(out,
			"<p><label for=\"password\">New password</label>\n<input type=\"password\" id=\"password\" "
			"name=\"password\" autocomplete=\"new-password\" minlength=\"8\" required></p>\n");
	buf_lit(out, "<p><button>");
	html_escape(out, str_of(l->button));
	buf_lit(out, "</button></p>\n</form>\n");
}

/* Nothing but the page's own styles, and its form (CSP Level 3, section 2.3.1). */
static struct str policy(struct arena *a)
{
	unsigned char digest[crypto_hash_sha256_BYTES];
	char text[DIGEST_TEXT_MAX];
	crypto_hash_sha256(digest, (const unsigned char *)style, sizeof style - 1);
	sodium_bin2base64(text, sizeof text, digest, sizeof digest, sodium_base64_VARIANT_ORIGINAL);
	return str_printf(a,
		"default-src 'none'; style-src 'sha256-%s'; form-action 'self'; frame-ancestors 'none'; "
		"base-uri 'none'",
		text);
}

static void put_way_back(struct buf *out, struct str url)
{
	if (!url.n)
		return;
	buf_lit(out, "<p><a href=\"");
	html_escape(out, url);
	buf_lit(out, "\">Back to the site</a></p>\n");
}

static bool page(struct account_call *c, struct buf *out, int status)
{
	put_way_back(out, c->conf->auth_return_url);
	buf_lit(out, "</main>\n</body>\n</html>\n");
	c->status = status;
	c->answer = buf_str(out);
	c->answer_type = STR("text/html; charset=utf-8");
	add_header(c, STR("Referrer-Policy"), STR("no-referrer"));
	add_header(c, STR("Content-Security-Policy"), policy(c->arena));
	add_header(c, STR("X-Content-Type-Options"), STR("nosniff"));
	return true;
}

/* The token of the link; "" when there is none, which is nobody's. */
static struct str query_token(struct account_call *c)
{
	struct fault ignored = { 0 };
	struct http_pair *pairs;
	size_t count;
	if (c->request->query.n && http_form(&pairs, &count, c->request->query, c->arena, &ignored))
		for (size_t i = 0; i < count; i++)
			if (str_eq(pairs[i].name, STR("token")) && pairs[i].value.p)
				return pairs[i].value;
	return STR("");
}

/* A refusal that the visitor can do something about is told on the page, with the form once more. */
static bool follow_link(struct account_call *c, const struct page *l, struct fault *f)
{
	struct buf out = buf_new(c->arena, PAGE_MAX);
	struct str action = str_join(c->arena,
		(struct str[]){ c->conf->server_path_prefix.p ? c->conf->server_path_prefix : STR(""), c->request->path }, 2,
		STR(""));
	struct str token = query_token(c);
	put_head(&out, l);
	if (c->request->method != HTTP_POST) {
		put_form(&out, l, action, token);
		return page(c, &out, 200);
	}
	if (l->run(c, f)) {
		buf_lit(&out, "<p role=\"status\">");
		html_escape(&out, str_of(l->done));
		buf_lit(&out, "</p>\n");
		return page(c, &out, 200);
	}
	if (f->http_status >= 500 || f->http_status == 429)
		return false;
	buf_lit(&out, "<p role=\"alert\">");
	html_escape(&out, f->message);
	buf_lit(&out, ".</p>\n");
	int status = f->http_status;
	*f = (struct fault){ 0 };
	if (status == 400 && account_text(c, "token", false, &token, f))
		put_form(&out, l, action, token.p ? token : STR(""));
	*f = (struct fault){ 0 };
	return page(c, &out, status);
}

bool account_activate_page(struct account_call *c, struct fault *f)
{
	return follow_link(c, &activation, f);
}

bool account_reset_page(struct account_call *c, struct fault *f)
{
	return follow_link(c, &reset, f);
}

bool account_confirm_page(struct account_call *c, struct fault *f)
{
	return follow_link(c, &confirmation, f);
}
