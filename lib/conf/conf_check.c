/* What values must be beyond their type: the checks that the option table names.
 * SPDX-License-Identifier: MIT */
#include "conf/conf_check.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/scan.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"
#define HEX DIGITS "abcdefABCDEF"
#define UNRESERVED LETTERS DIGITS "-._~"
#define SUB_DELIMITERS "!$&'()*+,;="
#define PATH_CHARACTERS UNRESERVED SUB_DELIMITERS ":@/"
#define PORT_MAX 65535

const char *conf_check_admin_port(const struct conf *c)
{
	bool same = c->admin_server_port > 0 && c->admin_server_port == c->server_port;
	return same ? "another port: admin-server-port cannot be the same as server-port" : NULL;
}

const char *conf_check_schemas(const struct conf *c)
{
	for (size_t i = 0; i < c->db_schemas.count; i++) {
		if (str_eq(c->db_schemas.items[i], STR("pg_catalog")))
			return "schemas of your own: db-schemas does not allow schema: 'pg_catalog'";
		if (str_eq(c->db_schemas.items[i], STR("information_schema")))
			return "schemas of your own: db-schemas does not allow schema: 'information_schema'";
	}
	return c->db_schemas.count ? NULL : "at least one schema";
}

/* Only characters of the set, and percent signs before two hexadecimal digits (RFC 3986 section 2). */
static bool is_uri_text(struct str s, const char *set)
{
	for (size_t i = 0; i < s.n; i++) {
		bool escape = s.p[i] == '%' && i + 2 < s.n && strchr(HEX, s.p[i + 1]) && strchr(HEX, s.p[i + 2]);
		if (!s.p[i] || (!escape && !strchr(set, s.p[i])))
			return false;
	}
	return true;
}

/* user@host:port, the host perhaps an address in brackets (RFC 3986 section 3.2). */
static bool is_authority(struct str s)
{
	size_t at = str_index(s, '@');
	struct str host = at < s.n ? str_from(s, at + 1) : s;
	if (at < s.n && !is_uri_text(str_sub(s, 0, at), UNRESERVED SUB_DELIMITERS ":"))
		return false;
	size_t end = str_starts(host, STR("[")) ? str_index(host, ']') + 1 : str_index(host, ':');
	struct str name = str_sub(host, 0, end), port = str_from(host, end);
	if (str_starts(name, STR("[")) && str_ends(name, STR("]")))
		name = str_sub(name, 1, name.n - 2);
	else if (str_has(name, ':'))
		return false;
	return is_uri_text(name, UNRESERVED SUB_DELIMITERS ":") && (!port.n || port.p[0] == ':')
		&& is_uri_text(str_from(port, 1), DIGITS);
}

/* scheme:hierarchy?query#fragment (RFC 3986 section 3). */
static bool is_uri(struct str s)
{
	struct str rest = s, scheme = str_cut(&rest, ':'), path, query;
	struct scan scan = scan_of(scheme);
	if (!rest.p || !scan_set(&scan, LETTERS, SIZE_MAX, NULL))
		return false;
	scan_set(&scan, LETTERS DIGITS "+-.", SIZE_MAX, NULL);
	query = rest;
	path = str_cut(&query, '#');
	if (!scan_done(&scan) || !is_uri_text(query, PATH_CHARACTERS "?"))
		return false;
	query = path;
	path = str_cut(&query, '?');
	if (str_starts(path, STR("//"))) {
		path = str_from(path, 2);
		struct str authority = str_sub(path, 0, str_index(path, '/'));
		path = str_from(path, authority.n);
		if (!is_authority(authority))
			return false;
	}
	return is_uri_text(path, PATH_CHARACTERS) && is_uri_text(query, PATH_CHARACTERS "?");
}

/* The address of the site becomes a part of links and is compared with what browsers send as Origin. */
const char *conf_check_site_url(const struct conf *c)
{
	struct str s = c->auth_site_url;
	bool web = str_starts(s, STR("https://")) || str_starts(s, STR("http://"));
	struct str host = str_from(s, str_find(s, STR("://")) + 3);
	bool good = web && is_uri(s) && host.n && host.p[0] != '/' && !str_has(host, '?') && !str_has(host, '#')
		&& !str_has(host, '@') && !str_ends(s, STR("/"));
	return !s.p || good ? NULL : "http(s)://host without user, query or a slash at the end";
}

const char *conf_check_audience(const struct conf *c)
{
	return !str_has(c->jwt_aud, ':') || is_uri(c->jwt_aud)
		? NULL
		: "a text without a colon, or a URI: jwt-aud should be a string or a valid URI";
}

/* Whether accounts' tokens have it; what a claims hook gives them nobody can know, but it cannot give nbf. */
static bool is_own_claim(const struct conf *c, struct str claim)
{
	static const struct str claims[] = {
		STR_INIT("role"),
		STR_INIT("user_id"),
		STR_INIT("email"),
		STR_INIT("sid"),
		STR_INIT("iss"),
		STR_INIT("iat"),
		STR_INIT("exp"),
	};
	for (size_t i = 0; i < COUNT_OF(claims); i++)
		if (str_eq(claim, claims[i]))
			return true;
	if (str_eq(claim, STR("aud")))
		return c->jwt_aud.n > 0;
	return c->auth_claims_hook.n > 0 && !str_eq(claim, STR("nbf"));
}

/* A host must not shut its own accounts out. */
const char *conf_check_require(const struct conf *c)
{
	bool good = true;
	for (size_t i = 0; c->auth_enabled && i < c->jwt_require.count; i++)
		good = good && is_own_claim(c, c->jwt_require.items[i]);
	return good ? NULL : "claims that the tokens of accounts have: aud among them only when jwt-aud is set";
}

/* http or https, a host, perhaps a port, perhaps a path; no user, query or fragment. */
static bool is_proxy_uri(struct str s)
{
	struct str rest = s, scheme = str_cut(&rest, ':');
	if (!str_eq_nocase(scheme, STR("http")) && !str_eq_nocase(scheme, STR("https")))
		return false;
	if (!is_uri(s) || !str_starts(rest, STR("//")) || str_has(rest, '?') || str_has(rest, '#'))
		return false;
	rest = str_from(rest, 2);
	struct str authority = str_cut(&rest, '/');
	size_t colon = authority.n && authority.p[authority.n - 1] != ']' ? str_rindex(authority, ':') : authority.n;
	int64_t port = 1;
	if (colon < authority.n && !str_to_i64(str_from(authority, colon + 1), &port))
		return false;
	return colon > 0 && !str_has(authority, '@') && port > 0 && port <= PORT_MAX;
}

const char *conf_check_proxy_uri(const struct conf *c)
{
	bool good = !c->openapi_server_proxy_uri.p || is_proxy_uri(c->openapi_server_proxy_uri);
	return good ? NULL
				: "a URI by http or https: Malformed proxy uri, a correct example: "
				  "https://example.com:8443/basePath";
}

const char *conf_check_path_prefix(const struct conf *c)
{
	struct str s = c->server_path_prefix;
	bool good = !s.n || (s.p[0] == '/' && s.p[s.n - 1] != '/');
	return good ? NULL : "a path that starts with a slash and does not end with one";
}

static bool is_listen(struct str s)
{
	int64_t port;
	return (str_starts(s, STR("unix:")) && s.n > 5)
		|| (str_rindex(s, ':') < s.n && str_to_i64(str_from(s, str_rindex(s, ':') + 1), &port) && port > 0
			&& port <= PORT_MAX);
}

const char *conf_check_listen(const struct conf *c)
{
	return !c->server_listen.p || is_listen(c->server_listen) ? NULL : "unix:/path or host:port";
}

const char *conf_check_auth_listen(const struct conf *c)
{
	return !c->auth_listen.p || is_listen(c->auth_listen) ? NULL : "unix:/path or host:port";
}

const char *conf_check_auth(const struct conf *c)
{
	return !c->auth_enabled || c->jwt_secret.n || c->auth_signing_key.n
		? NULL
		: "a jwt-secret or an auth-signing-key beside it: without one no token can be signed";
}

/* Cookies want a site that a page's Origin can be compared with. */
const char *conf_check_cookie(const struct conf *c)
{
	return !c->auth_cookie || c->auth_site_url.n || c->server_cors_allowed_origins.count
		? NULL
		: "an auth-site-url beside it: else no page could be told from another site's";
}

/* A return address "//host" would be an address of another site that looks like a path. */
const char *conf_check_return_url(const struct conf *c)
{
	struct str s = c->auth_return_url;
	bool web = str_starts(s, STR("https://")) || str_starts(s, STR("http://"));
	bool path = str_starts(s, STR("/")) && !str_starts(s, STR("//"));
	bool good = web ? is_uri(s) : path && is_uri_text(s, PATH_CHARACTERS "?#");
	return !s.n || good ? NULL : "a path that starts with one slash, or an address by http(s)";
}

const char *conf_check_hook(const struct conf *c)
{
	size_t dot = str_index(c->auth_claims_hook, '.');
	return !c->auth_claims_hook.n || (dot && dot + 1 < c->auth_claims_hook.n) ? NULL : "schema.function";
}

/* Names that become parts of others in SQL, which NAMEDATALEN bounds. */
const char *conf_check_auth_names(const struct conf *c)
{
	const struct str names[] = { c->auth_schema, c->auth_role_prefix };
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		struct scan scan = scan_of(names[i]);
		scan_set(&scan, "abcdefghijklmnopqrstuvwxyz0123456789_", 40, NULL);
		if (!scan_done(&scan))
			return "at most 40 lower-case letters, digits and underscores";
	}
	return c->auth_schema.n ? NULL : "a name";
}

static bool is_network(struct str s)
{
	char text[64];
	unsigned char bytes[16];
	struct str rest = s, address = str_cut(&rest, '/');
	int64_t bits = 0;
	if (address.n >= sizeof text || (rest.p && (!str_to_i64(rest, &bits) || bits < 0 || bits > 128)))
		return false;
	memcpy(text, address.p, address.n);
	text[address.n] = '\0';
	return inet_pton(AF_INET6, text, bytes) == 1 || (inet_pton(AF_INET, text, bytes) == 1 && bits <= 32);
}

const char *conf_check_proxies(const struct conf *c)
{
	for (size_t i = 0; i < c->server_trusted_proxies.count; i++)
		if (!str_eq(c->server_trusted_proxies.items[i], STR("unix")) && !is_network(c->server_trusted_proxies.items[i]))
			return "addresses, networks such as 10.0.0.0/8, or unix";
	return NULL;
}

/* A request holds a buffer of its body, one of its answer, and what is made of them. */
const char *conf_check_request_memory(const struct conf *c)
{
	return c->request_memory >= 4 * c->server_buffer ? NULL : "at least four times server-buffer";
}
