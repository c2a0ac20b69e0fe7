/* Compact JWS: three parts, header, signature, and only then the claims.
 * SPDX-License-Identifier: MIT */
#include "token/jwt.h"

#include "token/tokenjson.h"

static const struct str bad_crypto = STR_INIT("JWT cryptographic operation failed");
static const struct str bad_algorithm = STR_INIT("Wrong or unsupported encoding algorithm");
static const struct str bad_key = STR_INIT("No suitable key or wrong key type");

struct parts {
	struct str header, payload, signature; /* still encoded */
	struct str input;                      /* header.payload, what was signed */
};

bool jwt_fault(struct fault *f, struct arena *a, const char *code, struct str message)
{
	fault_set(f, 401, code, message);
	f->www_authenticate = str_printf(a, "Bearer error=\"invalid_token\", error_description=\"%.*s\"", STR_ARG(message));
	return false;
}

static bool decode_fault(struct fault *f, struct arena *a, struct str message, struct str details)
{
	jwt_fault(f, a, "PGRST301", message);
	return fault_details(f, details);
}

static size_t count_parts(struct str token)
{
	size_t n = 1;
	for (size_t i = 0; i < token.n; i++)
		n += token.p[i] == '.';
	return n;
}

static bool split(struct parts *out_r, struct str token, struct arena *a, struct fault *f)
{
	if (!token.n)
		return decode_fault(f, a, STR("Empty JWT is sent in Authorization header"), STR_NONE);
	if (token.n > JWT_MAX)
		return decode_fault(f, a, bad_crypto, STR("The JWT is too long"));
	size_t n = count_parts(token);
	if (n != 3)
		return decode_fault(f, a, str_printf(a, "Expected 3 parts in JWT; got %zu", n), STR_NONE);
	struct str rest = token;
	out_r->header = str_cut(&rest, '.');
	out_r->payload = str_cut(&rest, '.');
	out_r->signature = rest;
	out_r->input = str_sub(token, 0, out_r->header.n + 1 + out_r->payload.n);
	return true;
}

/* Value plus one of each base64url character, 0 for every other byte. */
static const unsigned char base64url[256] = {
	['A'] = 1,
	['B'] = 2,
	['C'] = 3,
	['D'] = 4,
	['E'] = 5,
	['F'] = 6,
	['G'] = 7,
	['H'] = 8,
	['I'] = 9,
	['J'] = 10,
	['K'] = 11,
	['L'] = 12,
	['M'] = 13,
	['N'] = 14,
	['O'] = 15,
	['P'] = 16,
	['Q'] = 17,
	['R'] = 18,
	['S'] = 19,
	['T'] = 20,
	['U'] = 21,
	['V'] = 22,
	['W'] = 23,
	['X'] = 24,
	['Y'] = 25,
	['Z'] = 26,
	['a'] = 27,
	['b'] = 28,
	['c'] = 29,
	['d'] = 30,
	['e'] = 31,
	['f'] = 32,
	['g'] = 33,
	['h'] = 34,
	['i'] = 35,
	['j'] = 36,
	['k'] = 37,
	['l'] = 38,
	['m'] = 39,
	['n'] = 40,
	['o'] = 41,
	['p'] = 42,
	['q'] = 43,
	['r'] = 44,
	['s'] = 45,
	['t'] = 46,
	['u'] = 47,
	['v'] = 48,
	['w'] = 49,
	['x'] = 50,
	['y'] = 51,
	['z'] = 52,
	['0'] = 53,
	['1'] = 54,
	['2'] = 55,
	['3'] = 56,
	['4'] = 57,
	['5'] = 58,
	['6'] = 59,
	['7'] = 60,
	['8'] = 61,
	['9'] = 62,
	['-'] = 63,
	['_'] = 64,
};

/* Base64url without padding and without stray bits (RFC 7515 section 2), so a token has one spelling only.
 * libsodium's decoder hides its timing, which a token presented by its holder does not need, and takes longer than
 * all the rest of a verification. */
static bool decode(struct str *out_r, struct str part, struct arena *a, struct fault *f)
{
	unsigned char *bytes = (unsigned char *)arena_bytes(a, part.n / 4 * 3 + 3);
	uint32_t bits = 0;
	size_t n = 0, held = 0;
	bool good = part.n % 4 != 1;
	for (size_t i = 0; i < part.n; i++) {
		unsigned char value = base64url[(unsigned char)part.p[i]];
		good = good && value;
		bits = bits << 6 | (value - 1u);
		held += 6;
		if (held >= 8)
			bytes[n++] = (unsigned char)(bits >> (held -= 8));
	}
	if (!good || bits & ((1u << held) - 1))
		return decode_fault(f, a, bad_crypto, STR_NONE);
	*out_r = (struct str){ (const char *)bytes, n };
	return true;
}

struct header {
	enum jwt_alg alg;
	struct str kid;
};

static bool read_header(struct header *out_r, struct str part, struct arena *a, struct fault *f)
{
	struct str json;
	if (!decode(&json, part, a, f))
		return false;
	if (!tokenjson_is_object(json))
		return decode_fault(f, a, bad_crypto, STR_NONE);
	struct str alg = tokenjson_unquote(tokenjson_raw(json, STR("alg"), a), a), kid = tokenjson_raw(json, STR("kid"), a);
	if (str_eq(alg, STR("none")))
		return decode_fault(f, a, bad_algorithm, STR("JWT is unsecured but expected 'alg' was not 'none'"));
	if (tokenjson_raw(json, STR("enc"), a).p)
		return decode_fault(f, a, STR("Unsupported token type"), STR_NONE);
	if (tokenjson_raw(json, STR("crit"), a).p)
		return decode_fault(f, a, bad_algorithm, STR("JWT has a critical header parameter that is not supported"));
	out_r->kid = tokenjson_unquote(kid, a);
	bool kid_good = !kid.p || out_r->kid.p || str_eq(kid, STR("null"));
	return (key_alg_from(alg, &out_r->alg) && kid_good) || decode_fault(f, a, bad_crypto, STR_NONE);
}

static bool check_signature(const struct parts *parts, const struct header *header, const struct jwt_keys *keys,
	struct arena *a, struct fault *f)
{
	struct str signature;
	if (!decode(&signature, parts->signature, a, f))
		return false;
	switch (keys_verify(keys, header->alg, header->kid, parts->input, signature)) {
	case KEYS_GOOD:
		return true;
	case KEYS_NONE_SUITABLE:
		return decode_fault(f, a, bad_key, STR("No suitable key was found to decode the JWT"));
	case KEYS_NONE_MATCHES:
		break;
	}
	return decode_fault(f, a, bad_key, STR("None of the keys was able to decode the JWT"));
}

/* A token that was verified before is not verified again. */
static bool check_cached(struct str token, const struct parts *parts, const struct header *header,
	const struct jwt_keys *keys, struct jwtcache *cache, struct arena *a, struct fault *f)
{
	if (!cache)
		return check_signature(parts, header, keys, a, f);
	struct jwtcache_key key = jwtcache_key(cache, token);
	if (jwtcache_has(cache, &key))
		return true;
	if (!check_signature(parts, header, keys, a, f))
		return false;
	jwtcache_add(cache, &key);
	return true;
}

bool jwt_verify(struct jwt *out_r, struct str token, const struct jwt_keys *keys, struct jwtcache *cache,
	struct arena *a, struct fault *f)
{
	struct parts parts;
	struct header header;
	if (!split(&parts, token, a, f) || !read_header(&header, parts.header, a, f)
		|| !decode(&out_r->payload, parts.payload, a, f) || !check_cached(token, &parts, &header, keys, cache, a, f))
		return false;
	out_r->claims = tokenjson_parse(out_r->payload, a);
	return out_r->claims || jwt_fault(f, a, "PGRST303", STR("Parsing claims failed"));
}
