/* Authorization to an identity. The order of the checks is PostgREST's: form, signature, claims, role.
 * SPDX-License-Identifier: MIT */
#include "token/auth.h"

#include "token/claims.h"
#include "token/cookie.h"
#include "token/rolepath.h"
#include "token/signer.h"
#include "token/tokenjson.h"

struct auth {
	struct jwt_keys *keys;  /* NULL: no jwt-secret */
	struct jwtcache *cache; /* NULL: jwt-cache-max-entries is 0 */
	struct rolepath *role_path;
	struct claims_rules rules;
	struct str anon_role; /* STR_NONE: anonymous access is disabled */
	struct str anon_claims;
	bool accounts, sessionless; /* auth-enabled, auth-accept-sessionless */
	struct str issuer;          /* of accounts' tokens */
	struct cookie_rules cookies;
};

bool auth_new(struct auth **out_r, const struct conf *c, struct arena *forever, struct fault *f)
{
	struct auth *auth = arena_make(forever, struct auth);
	if (sodium_init() < 0)
		return fault_set(f, 500, "PGRST300", STR("libsodium cannot be initialised"));
	if (!rolepath_parse(&auth->role_path, c->jwt_role_claim_key.n ? c->jwt_role_claim_key : STR("$.role"), forever, f))
		return false;
	/* An empty one, which only a file can hold, is too short. */
	if (c->jwt_secret.p && !keys_from_secret(&auth->keys, c->jwt_secret, c->jwt_secret_is_base64, forever, f))
		return false;
	if (!c->jwt_secret.p && c->auth_signing_key.n
		&& !keys_from_secret(&auth->keys, c->auth_signing_key, false, forever, f))
		return false;
	auth->cache = jwtcache_new((size_t)c->jwt_cache_max_entries, forever);
	auth->rules = (struct claims_rules){ c->jwt_aud.n ? c->jwt_aud : STR_NONE, c->jwt_require };
	auth->anon_role = c->db_anon_role.n ? c->db_anon_role : STR_NONE;
	if (auth->anon_role.p)
		auth->anon_claims = tokenjson_set(STR("{}"), STR("role"), tokenjson_quote(auth->anon_role, forever), forever);
	auth->accounts = c->auth_enabled;
	auth->sessionless = c->auth_accept_sessionless;
	auth->issuer = c->auth_issuer;
	auth->cookies = cookie_rules(c, forever);
	*out_r = auth;
	return true;
}

void auth_normalise(struct conf *c, const struct auth *auth, struct arena *a)
{
	c->jwt_role_claim_key = rolepath_text(auth->role_path, a);
	if (c->jwt_secret_is_base64)
		c->jwt_secret = keys_base64(c->jwt_secret, a);
	/* Raw bytes have no other spelling. */
	if (!str_is_text(c->jwt_secret)) {
		c->jwt_secret = keys_encode(c->jwt_secret, a);
		c->jwt_secret_is_base64 = true;
	}
}

struct str auth_role_path_successor(const struct auth *auth, struct arena *a)
{
	return rolepath_successor(auth->role_path, a);
}

/* The token of "Bearer TOKEN", the scheme in any case; false for every other scheme and for none. */
static bool bearer(struct str *token_r, struct str authorization)
{
	static const char blanks[] = " \t";
	struct str scheme = STR("bearer");
	if (!str_starts_nocase(authorization, scheme))
		return false;
	struct str rest = str_from(authorization, scheme.n);
	if (rest.n && rest.p[0] != blanks[0] && rest.p[0] != blanks[1])
		return false;
	*token_r = str_trim(rest);
	return true;
}

static bool anonymous_disabled(struct fault *f)
{
	fault_set(f, 401, "PGRST302", STR("Anonymous access is disabled"));
	f->www_authenticate = STR("Bearer");
	return false;
}

/* set_config('role', 'none') would return to the authenticator itself; PostgreSQL reserves the name, so to a
 * token it is a role that does not exist, as is anything that cannot be a name at all: PostgreSQL's own answer. */
static bool check_role(struct str role, struct arena *a, struct fault *f)
{
	bool is_text = str_is_text(role);
	if (role.n && is_text && !str_eq(role, STR("none")))
		return true;
	struct str shown = is_text ? role : STR("?");
	fault_printf(f, a, 401, "22023", "role \"%.*s\" does not exist", STR_ARG(shown));
	f->www_authenticate = STR("Bearer");
	f->sqlstate = STR("22023");
	return false;
}

/* A token of ours, or one that says which account it is for, must name the session it belongs to. */
static bool take_session(struct auth_identity *out_r, const struct auth *auth, struct json_object *claims,
	struct arena *a, struct fault *f)
{
	struct str session = tokenjson_member(claims, "sid");
	bool ours = str_eq(tokenjson_member(claims, "iss"), auth->issuer) || json_object_object_get(claims, "user_id");
	if (!auth->accounts || !ours || (!session.p && auth->sessionless))
		return true;
	if (!signer_is_uuid(session))
		return jwt_fault(f, a, "RGA08", STR("The token names no session"));
	out_r->session = session;
	out_r->issued_at = json_object_get_int64(json_object_object_get(claims, "iat"));
	return true;
}

/* When a token is judged, and whether one that has expired will do. */
struct moment {
	int64_t now;
	bool expired_too;
};

static bool check_claims(const struct auth *auth, struct json_object *claims, struct moment when, struct arena *a,
	struct fault *f)
{
	int64_t now = when.expired_too ? claims_before_end(claims, when.now) : when.now;
	return claims_check(claims, &auth->rules, now, a, f);
}

static bool identify_token(struct auth_identity *out_r, const struct auth *auth, struct str token, struct moment when,
	struct arena *a, struct fault *f)
{
	struct jwt jwt;
	if (token.n && !auth->keys)
		return fault_set(f, 500, "PGRST300", STR("Server lacks JWT secret"));
	if (!jwt_verify(&jwt, token, auth->keys, auth->cache, a, f) || !check_claims(auth, jwt.claims, when, a, f))
		return false;
	out_r->role = rolepath_role(auth->role_path, jwt.claims, a);
	if (!out_r->role.p)
		out_r->role = auth->anon_role;
	if (!out_r->role.p)
		return anonymous_disabled(f);
	if (!check_role(out_r->role, a, f) || !take_session(out_r, auth, jwt.claims, a, f))
		return false;
	out_r->claims = claims_with_role(&jwt, out_r->role, a);
	return true;
}

static bool identify_anonymous(struct auth_identity *out_r, const struct auth *auth, struct fault *f)
{
	out_r->role = auth->anon_role;
	out_r->claims = auth->anon_claims;
	return auth->anon_role.p || anonymous_disabled(f);
}

static bool identify(struct auth_identity *out_r, const struct auth *auth, const struct request *r, struct moment when,
	struct arena *a, struct fault *f)
{
	struct str authorization = request_field(r, STR("authorization")), token;
	out_r->session = STR_NONE;
	bool found = bearer(&token, authorization);
	if (!authorization.p) {
		if (!cookie_check_origin(&auth->cookies, r, f))
			return false;
		token = cookie_access(&auth->cookies, r);
		found = token.p;
	}
	if (!(found ? identify_token(out_r, auth, token, when, a, f) : identify_anonymous(out_r, auth, f)))
		return false;
	out_r->anonymous = auth->anon_role.p && str_eq(out_r->role, auth->anon_role);
	return true;
}

bool auth_identify(struct auth_identity *out_r, const struct auth *auth, const struct request *r, int64_t now,
	struct arena *a, struct fault *f)
{
	return identify(out_r, auth, r, (struct moment){ now, false }, a, f);
}

bool auth_identify_expired(struct auth_identity *out_r, const struct auth *auth, const struct request *r, int64_t now,
	struct arena *a, struct fault *f)
{
	return identify(out_r, auth, r, (struct moment){ now, true }, a, f);
}

bool auth_check_origin(const struct auth *auth, const struct request *r, struct fault *f)
{
	return cookie_check_origin(&auth->cookies, r, f);
}

bool auth_is_presented(const struct auth *auth, const struct request *r)
{
	return request_field(r, STR("authorization")).p || cookie_access(&auth->cookies, r).p;
}

struct jwtcache_totals auth_cache_totals(const struct auth *auth)
{
	return jwtcache_totals(auth->cache);
}

bool auth_reserves(const struct auth *auth, struct str claim)
{
	static const struct str reserved[] = {
		STR_INIT("role"),
		STR_INIT("user_id"),
		STR_INIT("email"),
		STR_INIT("sid"),
		STR_INIT("iss"),
		STR_INIT("aud"),
		STR_INIT("iat"),
		STR_INIT("exp"),
		STR_INIT("nbf"),
	};
	for (size_t i = 0; i < COUNT_OF(reserved); i++)
		if (str_eq(claim, reserved[i]))
			return true;
	return rolepath_enters(auth->role_path, claim);
}
