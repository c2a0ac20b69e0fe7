/* What a sign-in and a refresh have in common: the tokens of a session.
 * SPDX-License-Identifier: MIT */
#include "account/session.h"

#include "account/answer.h"
#include "account/cookie_give.h"
#include "token/tokenjson.h"

enum { CLAIMS_MAX = 16 * 1024 };

static int64_t expiry(const struct session *s, const struct conf *conf, int64_t now)
{
	return now + conf->auth_token_ttl < s->ends_at ? now + conf->auth_token_ttl : s->ends_at;
}

static void put_int(struct jsonw *w, struct str key, int64_t value)
{
	jsonw_key(w, key);
	jsonw_int(w, value);
}

/* Every member as it stands there: numbers keep their digits. */
static void put_more(struct jsonw *w, struct str more, struct arena *a)
{
	struct json_object *object = more.p ? tokenjson_parse(more, a) : NULL;
	if (!object)
		return;
	json_object_object_foreach(object, name, value)
	{
		(void)value;
		jsonw_key(w, str_of(name));
		jsonw_raw(w, tokenjson_raw(more, str_of(name), a));
	}
}

struct str session_token(const struct session *s, const struct conf *conf, const struct signer *signer, int64_t now,
	struct arena *a)
{
	struct buf out = buf_new(a, CLAIMS_MAX);
	struct jsonw w = { .out = &out };
	jsonw_open(&w, '{');
	jsonw_member(&w, STR("role"), s->role);
	jsonw_key(&w, STR("user_id"));
	jsonw_raw(&w, s->user_id);
	jsonw_member(&w, STR("email"), s->email);
	jsonw_member(&w, STR("sid"), s->id);
	jsonw_member(&w, STR("iss"), conf->auth_issuer);
	if (conf->jwt_aud.n)
		jsonw_member(&w, STR("aud"), conf->jwt_aud);
	put_int(&w, STR("iat"), now);
	put_int(&w, STR("exp"), expiry(s, conf, now));
	put_more(&w, s->more, a);
	jsonw_close(&w, '}');
	return signer_token(signer, buf_str(&out), a);
}

bool session_answer(struct account_call *c, const struct session *s)
{
	struct answer a;
	int64_t until = expiry(s, c->conf, c->now);
	struct str access = session_token(s, c->conf, c->signer, c->now, c->arena);
	struct str refresh = signer_refresh_token(c->signer, s->id, s->counter, c->arena);
	bool in_cookies = c->conf->auth_cookie;
	if (in_cookies)
		cookie_give(c, access, refresh, s->ends_at - c->now);
	answer_begin(&a, c);
	jsonw_member(&a.w, STR("token"), in_cookies ? STR_NONE : access);
	jsonw_key(&a.w, STR("user"));
	jsonw_open(&a.w, '{');
	jsonw_key(&a.w, STR("id"));
	jsonw_raw(&a.w, s->user_id);
	jsonw_member(&a.w, STR("email"), s->email);
	jsonw_member(&a.w, STR("role"), s->role);
	jsonw_close(&a.w, '}');
	jsonw_member(&a.w, STR("token_type"), in_cookies ? STR_NONE : STR("bearer"));
	put_int(&a.w, STR("expires_in"), until - c->now);
	put_int(&a.w, STR("expires_at"), until);
	jsonw_member(&a.w, STR("refresh_token"), in_cookies ? STR_NONE : refresh);
	return answer_end(&a, c);
}
