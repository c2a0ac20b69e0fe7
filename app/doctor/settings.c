/* What the configuration itself shows: keys of tokens, addresses of the site and of those who may read answers.
 * SPDX-License-Identifier: MIT */
#include "app/doctor/looks.h"
#include "base/arena.h"
#include "token/keys.h"

enum { FEW_BYTES = 12, ALL_BYTES = 256 };

/* Words that stand in examples, and in the secrets that people make up. */
static const struct str guesses[] = {
	STR_INIT("secret"),
	STR_INIT("password"),
	STR_INIT("passwort"),
	STR_INIT("changeme"),
	STR_INIT("change_me"),
	STR_INIT("change-me"),
	STR_INIT("example"),
	STR_INIT("reallyreally"),
	STR_INIT("your-"),
	STR_INIT("your_"),
	STR_INIT("12345678"),
	STR_INIT("qwertz"),
	STR_INIT("qwerty"),
};

static bool can_be_guessed(struct str secret, struct arena *a)
{
	bool seen[ALL_BYTES] = { false };
	size_t different = 0;
	struct str small = str_lower(a, secret);
	for (size_t i = 0; i < secret.n; i++) {
		different += !seen[(unsigned char)secret.p[i]];
		seen[(unsigned char)secret.p[i]] = true;
	}
	bool guessed = different < FEW_BYTES;
	for (size_t i = 0; i < COUNT_OF(guesses) && !guessed; i++)
		guessed = str_find(small, guesses[i]) < small.n;
	return guessed;
}

static void look_at_secret(struct doctor *d, struct str secret, bool is_base64, struct str name)
{
	struct jwt_keys *keys;
	struct fault f = { 0 };
	bool shared = false;
	if (!secret.n || !keys_from_secret(&keys, secret, is_base64, d->arena, &f))
		return; /* RGD01 says what is wrong with it */
	for (const struct jwt_key *k = keys->first; k; k = k->next) {
		if (k->secret.p && can_be_guessed(k->secret, d->arena))
			doctor_report(d, "RGD07", name, STR_NONE);
		shared |= k->secret.p != NULL;
	}
	if (shared)
		doctor_report(d, "RGD08", name, STR_NONE);
}

static void look_at_keys(struct doctor *d)
{
	const struct conf *c = d->conf;
	if (!c->jwt_secret.n)
		doctor_report(d, "RGD10", STR("jwt-secret"), STR_NONE);
	look_at_secret(d, c->jwt_secret, c->jwt_secret_is_base64, STR("jwt-secret"));
	look_at_secret(d, c->auth_signing_key, false, STR("auth-signing-key"));
}

/* scheme://host[:port], of a URL with whatever behind it. */
static struct str origin_of(struct str url)
{
	size_t host = str_find(url, STR("://")) + 3;
	return host < url.n ? str_sub(url, 0, host + str_index(str_from(url, host), '/')) : url;
}

static bool is_origin(struct str s)
{
	size_t host = str_find(s, STR("://"));
	return str_eq(s, STR("null"))
		|| (host > 0 && host + 3 < s.n && str_eq(origin_of(s), s) && !str_has(s, '*') && !str_has(s, '?'));
}

static void look_at_origins(struct doctor *d)
{
	const struct conf *c = d->conf;
	const struct conf_list *allowed = &c->server_cors_allowed_origins;
	struct str own = c->auth_site_url.n ? origin_of(c->auth_site_url) : STR_NONE;
	bool own_allowed = false;
	for (size_t i = 0; i < allowed->count; i++) {
		if (!is_origin(allowed->items[i]))
			doctor_report(d, "RGD12", allowed->items[i], STR_NONE);
		own_allowed |= own.p && str_eq_nocase(allowed->items[i], own);
	}
	if (c->auth_cookie && !allowed->count)
		doctor_report(d, "RGD13", STR("auth-cookie, server-cors-allowed-origins"), STR_NONE);
	if (own.p && allowed->count && !own_allowed)
		doctor_report(d, "RGD14", own, STR_NONE);
	if (str_starts_nocase(own, STR("http:")))
		doctor_report(d, "RGD11", c->auth_site_url, STR_NONE);
}

void doctor_look_settings(struct doctor *d)
{
	const struct conf *c = d->conf;
	look_at_keys(d);
	look_at_origins(d);
	if (c->db_tx_end == CONF_TX_ROLLBACK || c->db_tx_end == CONF_TX_ROLLBACK_OVERRIDE)
		doctor_report(d, "RGD16", STR("db-tx-end"), STR_NONE);
	if (c->db_plan_enabled)
		doctor_report(d, "RGD17", STR("db-plan-enabled"), STR_NONE);
	if (c->db_single_role)
		doctor_report(d, "RGD84", STR("db-single-role"), STR_NONE);
	doctor_looked(d, STR("configuration"), d->file ? str_of(d->file) : STR("environment"));
}
