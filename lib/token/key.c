/* What concerns one key: its algorithms' names and its secret.
 * SPDX-License-Identifier: MIT */
#include "token/key.h"

bool key_alg_from(struct str name, enum jwt_alg *out_r)
{
	static const struct str names[] = {
		[JWT_HS256] = STR_INIT("HS256"),
		[JWT_HS384] = STR_INIT("HS384"),
		[JWT_HS512] = STR_INIT("HS512"),
		[JWT_RS256] = STR_INIT("RS256"),
		[JWT_RS384] = STR_INIT("RS384"),
		[JWT_RS512] = STR_INIT("RS512"),
		[JWT_ES256] = STR_INIT("ES256"),
		[JWT_ES384] = STR_INIT("ES384"),
		[JWT_ES512] = STR_INIT("ES512"),
		[JWT_EDDSA] = STR_INIT("EdDSA"),
	};
	static_assert(COUNT_OF(names) == JWT_ALG_COUNT, "a name for each algorithm");
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (str_eq(names[i], name)) {
			*out_r = (enum jwt_alg)i;
			return true;
		}
	return false;
}

void key_set_secret(struct jwt_key *key, struct str secret, struct arena *forever)
{
	key->secret = str_dup(forever, secret);
	crypto_auth_hmacsha256_init(&key->hs256, key_bytes(secret), secret.n);
	crypto_auth_hmacsha512_init(&key->hs512, key_bytes(secret), secret.n);
}
