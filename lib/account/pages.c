/* /account/activate, /account/reset, /account/confirm, /account/undo: where mailed links lead.
 *
 * Opening a link does nothing, so that programs which look at mails use nothing up: the page has a button. It needs no
 * script, loads nothing, and tells no other site where it was: its few styles are in it, allowed by their digest. Its
 * forms come back to the same address, without cookies meaning anything: whoever has the token may use it. What stands
 * on a page is a template like those of the mails (page-activate.html), in the reader's language.
 * SPDX-License-Identifier: MIT */
#include <sodium.h>

#include "account/caller.h"
#include "base/count.h"
#include "base/log.h"
#include "http/accept_language.h"
#include "mail/template.h"

enum { DIGEST_TEXT_MAX = 64 };

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
	struct str template;
	bool (*run)(struct account_call *c, struct fault *f);
};

static const struct page activation = { STR_INIT("page-activate"), account_activate };
static const struct page reset = { STR_INIT("page-reset"), account_reset_password };
static const struct page confirmation = { STR_INIT("page-confirm"), account_confirm_email };
static const struct page undoing = { STR_INIT("page-undo"), account_undo_change };

/* What a page says, one under the other: why not, the form, that it is done. */
struct page_text {
	int status;
	struct fault refused; /* http_status 0: nothing was */
	bool form, done;
	struct str token; /* for the form */
};

static void add_header(struct account_call *c, struct str name, struct str value)
{
	struct fault_header *header = arena_make(c->arena, struct fault_header);
	*header = (struct fault_header){ name, value, c->headers };
	c->headers = header;
}

/* Nothing but the page's own styles, and its form (CSP Level 3, section 2.3.1). A host's page may have other styles. */
static struct str policy(struct str html, struct arena *a)
{
	unsigned char digest[crypto_hash_sha256_BYTES];
	char text[DIGEST_TEXT_MAX];
	struct str styles = str_from(html, str_find(html, STR("<style>")) + sizeof "<style>" - 1);
	styles = str_sub(styles, 0, str_find(styles, STR("</style>")));
	crypto_hash_sha256(digest, (const unsigned char *)styles.p, styles.n);
	sodium_bin2base64(text, sizeof text, digest, sizeof digest, sodium_base64_VARIANT_ORIGINAL);
	return str_printf(a,
		"default-src 'none'; style-src 'sha256-%s'; form-action 'self'; frame-ancestors 'none'; "
		"base-uri 'none'",
		text);
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

/* The page as it is to be filled in; a host's own that cannot be is logged, and ours shown. */
static bool fill_page(struct template_page *page, const struct account_call *c, struct str template,
	const struct template_value *values, size_t count, struct fault *f)
{
	struct template_languages languages;
	struct str directory = c->conf->mail_templates;
	languages.count = accept_language(languages.tags, TEMPLATE_LANGUAGES_MAX, c->request);
	if (directory.n) {
		if (template_page(page, str_cstr(c->arena, directory), template, &languages, values, count, c->arena, f))
			return true;
		log_error("accounts: %.*s", STR_ARG(f->message));
		*f = (struct fault){ 0 };
	}
	return template_page(page, NULL, template, &languages, values, count, c->arena, f);
}

static void answer_page(struct account_call *c, const struct template_page *page)
{
	c->answer = page->html;
	c->answer_type = STR("text/html; charset=utf-8");
	add_header(c, STR("Content-Language"), page->language);
	add_header(c, STR("Referrer-Policy"), STR("no-referrer"));
	add_header(c, STR("Content-Security-Policy"), policy(page->html, c->arena));
}

/* A text, or what is not on the page. */
static struct str shown(bool whether, struct str text)
{
	return whether ? text : STR_NONE;
}

static bool show(struct account_call *c, const struct page *p, const struct page_text *said, struct fault *f)
{
	struct str code = said->refused.code, why = said->refused.message;
	bool weak = str_eq(code, STR("RGA03")), wrong = str_eq(code, STR("RGA07")), used = str_eq(code, STR("RGA15"));
	struct str prefix = c->conf->server_path_prefix.p ? c->conf->server_path_prefix : STR("");
	const struct template_value values[] = {
		{ STR("style"), str_of(style) },
		{ STR("action"), str_join(c->arena, (struct str[]){ prefix, c->request->path }, 2, STR("")) },
		{ STR("token"), said->token },
		{ STR("form"), shown(said->form, STR("")) },
		{ STR("done"), shown(said->done, STR("")) },
		{ STR("first"), shown(said->done && !c->again, STR("")) },
		{ STR("again"), shown(c->again, STR("")) },
		{ STR("refused"), why },
		{ STR("RGA03"), shown(weak, why) },
		{ STR("RGA07"), shown(wrong, why) },
		{ STR("RGA15"), shown(used, why) },
		{ STR("other"), shown(!weak && !wrong && !used, why) },
		{ STR("back"), shown(c->conf->auth_return_url.n, c->conf->auth_return_url) },
	};
	struct template_page page;
	if (!fill_page(&page, c, p->template, values, COUNT_OF(values), f))
		return false;
	c->status = said->status;
	answer_page(c, &page);
	return true;
}

/* A refusal that the visitor can do something about is told on the page, with the form once more where the token is
 * still good. */
static bool follow_link(struct account_call *c, const struct page *p, struct fault *f)
{
	struct page_text said = { .status = 200, .token = query_token(c) };
	if (c->request->method != HTTP_POST) {
		said.form = true;
		return show(c, p, &said, f);
	}
	said.done = p->run(c, f);
	if (said.done)
		return show(c, p, &said, f);
	if (f->http_status >= 500 || f->http_status == 429)
		return false;
	said.status = f->http_status;
	said.refused = *f;
	said.form = f->http_status == 400 && account_text(c, "token", false, &said.token, f);
	said.token = said.token.p ? said.token : STR("");
	*f = (struct fault){ 0 };
	return show(c, p, &said, f);
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

bool account_undo_page(struct account_call *c, struct fault *f)
{
	return follow_link(c, &undoing, f);
}
