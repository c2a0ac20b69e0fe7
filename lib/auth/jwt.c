/* Compact JWS: three parts, header, signature, and only then the claims.
 * SPDX-License-Identifier: MIT */
#include "auth/jwt.h"

#include "auth/tokenjson.h"

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

/* Base64url without padding and without stray bits (RFC 7515 section 2), so a token has one spelling only. */
static bool decode(struct str *out_r, struct str part, struct arena *a, struct fault *f)
{
	size_t n, max = part.n / 4 * 3 + 3;
	unsigned char *bytes = (unsigned char *)arena_bytes(a, max);
	if (sodium_base642bin(bytes, max, part.p, part.n, NULL, &n, NULL, sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
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
	struct str text;
	if (!decode(&text, part, a, f))
		return false;
	struct json_object *json = tokenjson_parse(text, a), *kid;
	if (!json)
		return decode_fault(f, a, bad_crypto, STR_NONE);
	struct str alg = tokenjson_member(json, "alg");
	out_r->kid = tokenjson_member(json, "kid");
	if (str_eq(alg, STR("none")))
		return decode_fault(f, a, bad_algorithm, STR("JWT is unsecured but expected 'alg' was not 'none'"));
	if (json_object_object_get_ex(json, "enc", NULL))
		return decode_fault(f, a, STR("Unsupported token type"), STR_NONE);
	if (json_object_object_get_ex(json, "crit", NULL))
		return decode_fault(f, a, bad_algorithm, STR("JWT has a critical header parameter that is not supported"));
	if (!jwt_alg_from(alg, &out_r->alg) || (json_object_object_get_ex(json, "kid", &kid) && kid && !out_r->kid.p))
		return decode_fault(f, a, bad_crypto, STR_NONE);
	return true;
}

static bool check_signature(const struct parts *parts, const struct header *header, const struct keys *keys,
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

bool jwt_verify(struct jwt *out_r, struct str token, const struct keys *keys, struct arena *a, struct fault *f)
{
	struct parts parts;
	struct header header;
	if (!split(&parts, token, a, f) || !read_header(&header, parts.header, a, f)
		|| !decode(&out_r->payload, parts.payload, a, f) || !check_signature(&parts, &header, keys, a, f))
		return false;
	out_r->claims = tokenjson_parse(out_r->payload, a);
	return out_r->claims || jwt_fault(f, a, "PGRST303", STR("Parsing claims failed"));
}
