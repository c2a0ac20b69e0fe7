/* Which URL is which account endpoint, and what every one of them asks first.
 * SPDX-License-Identifier: MIT */
#include "account/account.h"
#include "account/database.h"

static const struct account_endpoint endpoints[] = {
	{ STR_INIT("/rpc/register_user"), .post = true, .run = account_register_user },
	{ STR_INIT("/rpc/login"), .post = true, .run = account_login },
	{ STR_INIT("/rpc/refresh_token"), .post = true, .run = account_refresh_token },
	{ STR_INIT("/rpc/current_user"), .get = true, .post = true, .signed_in = true, .run = account_current_user },
	{ STR_INIT("/rpc/logout"), .post = true, .signed_in = true, .run = account_logout },
	{ STR_INIT("/rpc/change_password"), .post = true, .signed_in = true, .run = account_change_password },
	{ STR_INIT("/rpc/sessions"), .get = true, .signed_in = true, .run = account_sessions },
	{ STR_INIT("/rpc/revoke_session"), .post = true, .signed_in = true, .run = account_revoke_session },
	{ STR_INIT("/rpc/delete_account"), .post = true, .signed_in = true, .run = account_delete_account },
	{ STR_INIT("/rpc/request_password_reset"), .post = true, .run = account_request_password_reset },
	{ STR_INIT("/rpc/reset_password"), .post = true, .run = account_reset_password },
	{ STR_INIT("/rpc/activate_account"), .post = true, .run = account_activate },
	{ STR_INIT("/rpc/resend_activation"), .post = true, .run = account_resend_activation },
	{ STR_INIT("/rpc/change_email"), .post = true, .signed_in = true, .run = account_change_email },
	{ STR_INIT("/rpc/confirm_email"), .post = true, .run = account_confirm_email },
	{ STR_INIT("/account/activate"), .get = true, .post = true, .any_origin = true, .run = account_activate_page },
	{ STR_INIT("/account/reset"), .get = true, .post = true, .any_origin = true, .run = account_reset_page },
	{ STR_INIT("/account/confirm"), .get = true, .post = true, .any_origin = true, .run = account_confirm_page },
	{ STR_INIT("/.well-known/jwks.json"), .get = true, .may_cache = true, .run = account_jwks },
};

const struct account_endpoint *account_find(struct str path, struct arena *a)
{
	struct fault ignored = { 0 };
	struct str name;
	if (!http_decode(&name, path, false, a, &ignored))
		return NULL;
	for (size_t i = 0; i < COUNT_OF(endpoints); i++)
		if (str_eq(name, endpoints[i].path))
			return &endpoints[i];
	return NULL;
}

struct str account_methods(const struct account_endpoint *e)
{
	return e->get && e->post ? STR("OPTIONS,GET,HEAD,POST") : e->get ? STR("OPTIONS,GET,HEAD") : STR("OPTIONS,POST");
}

static bool check_method(const struct account_call *c, const struct account_endpoint *e, struct fault *f)
{
	enum http_method method = c->request->method;
	if ((e->get && (method == HTTP_GET || method == HTTP_HEAD)) || (e->post && method == HTTP_POST))
		return true;
	struct fault_header *allow = arena_make(c->arena, struct fault_header);
	*allow = (struct fault_header){ STR("Allow"), account_methods(e), NULL };
	fault_set(f, 405, "RGA09", STR("This address does not know the method"));
	f->headers = allow;
	return false;
}

/* The caller, whose session must not have ended. */
static bool check_session(struct account_call *c, struct fault *f)
{
	struct database_row row;
	if (!c->session.p)
		return account_unauthorized(c, f, "RGA08", STR("This needs a token of an account"));
	return database_call(&row, c, f, "check_session", c->session, database_int(c, c->issued_at));
}

bool account_run(struct account_call *c, const struct account_endpoint *e, struct fault *f)
{
	return check_method(c, e, f) && account_read(c, f)
		&& (e->signed_in ? account_identify(c, f) && check_session(c, f)
						 : e->any_origin || auth_check_origin(c->auth, c->request, f))
		&& e->run(c, f);
}
