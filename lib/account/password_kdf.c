/* PBKDF2 and scrypt as Python's frameworks and the PHC string format write them down.
 * SPDX-License-Identifier: MIT */
#include "account/password_kdf.h"

#include <openssl/evp.h>
#include <sodium.h>

#include "base/count.h"

enum { SALT_MAX = 256, KEY_MIN = 16, KEY_MAX = 64 };
/* Django asks for 1,500,000 rounds of SHA-256 by now, OWASP for scrypt of N = 2^17, r = 8. */
enum { ROUNDS_MAX = 3000000, SCRYPT_BYTES_MAX = 128 << 20, SCRYPT_WORK_MAX = 1 << 22 };

struct kdf {
	const EVP_MD *(*digest)(void); /* of PBKDF2; NULL: scrypt */
	int64_t rounds;                /* of PBKDF2 */
	int64_t n, r, p;               /* of scrypt */
	unsigned char salt[SALT_MAX], key[KEY_MAX];
	size_t salt_length, key_length;
};

static bool read_digest(struct kdf *k, struct str name)
{
	static const struct {
		struct str name;
		const EVP_MD *(*digest)(void);
	} digests[] = {
		{ STR_INIT("sha1"), EVP_sha1 },
		{ STR_INIT("sha256"), EVP_sha256 },
		{ STR_INIT("sha512"), EVP_sha512 },
	};
	for (size_t i = 0; i < COUNT_OF(digests); i++)
		if (str_eq(name, digests[i].name))
			k->digest = digests[i].digest;
	return k->digest;
}

/* Bytes as base64, padded or not, '.' for '+' where passlib wrote it. */
static bool read_base64(unsigned char *out, size_t size, size_t *length_r, struct str text)
{
	char plain[2 * SALT_MAX];
	while (str_ends(text, STR("=")))
		text.n--;
	if (text.n > sizeof plain)
		return false;
	for (size_t i = 0; i < text.n; i++)
		plain[i] = text.p[i] == '.' ? '+' : text.p[i];
	return sodium_base642bin(out, size, plain, text.n, NULL, length_r, NULL, sodium_base64_VARIANT_ORIGINAL_NO_PADDING)
		== 0;
}

static bool read_key_base64(struct kdf *k, struct str text)
{
	return read_base64(k->key, sizeof k->key, &k->key_length, text);
}

static bool read_key_hex(struct kdf *k, struct str text)
{
	return sodium_hex2bin(k->key, sizeof k->key, text.p, text.n, NULL, &k->key_length, NULL) == 0;
}

static bool read_salt_base64(struct kdf *k, struct str text)
{
	return read_base64(k->salt, sizeof k->salt, &k->salt_length, text);
}

/* A salt whose letters are its bytes. */
static bool read_salt_text(struct kdf *k, struct str text)
{
	if (text.n > sizeof k->salt)
		return false;
	for (size_t i = 0; i < text.n; i++)
		k->salt[i] = (unsigned char)text.p[i];
	k->salt_length = text.n;
	return true;
}

/* The number behind a word that must stand there. */
static bool read_named(int64_t *out_r, struct str text, struct str word)
{
	return str_starts(text, word) && str_to_i64(str_from(text, word.n), out_r);
}

/* Django: sha256$ROUNDS$SALT$BASE64 */
static bool read_django_pbkdf2(struct kdf *k, struct str rest)
{
	return read_digest(k, str_cut(&rest, '$')) && str_to_i64(str_cut(&rest, '$'), &k->rounds)
		&& read_salt_text(k, str_cut(&rest, '$')) && read_key_base64(k, rest);
}

/* Werkzeug: sha256:ROUNDS$SALT$HEX */
static bool read_werkzeug_pbkdf2(struct kdf *k, struct str rest)
{
	return read_digest(k, str_cut(&rest, ':')) && str_to_i64(str_cut(&rest, '$'), &k->rounds)
		&& read_salt_text(k, str_cut(&rest, '$')) && read_key_hex(k, rest);
}

/* PHC: i=ROUNDS,l=LENGTH$SALT$KEY; passlib: ROUNDS$SALT$KEY */
static bool read_rounds(struct kdf *k, struct str rest)
{
	struct str parameters = str_cut(&rest, '$'), rounds = str_cut(&parameters, ',');
	return (read_named(&k->rounds, rounds, STR("i=")) || str_to_i64(rounds, &k->rounds))
		&& read_salt_base64(k, str_cut(&rest, '$')) && read_key_base64(k, rest);
}

static bool read_phc_pbkdf2(struct kdf *k, struct str rest)
{
	return read_digest(k, str_cut(&rest, '$')) && read_rounds(k, rest);
}

/* passlib's oldest names no digest. */
static bool read_passlib_sha1(struct kdf *k, struct str rest)
{
	return read_digest(k, STR("sha1")) && read_rounds(k, rest);
}

/* PHC: ln=LOG2,r=R,p=P$SALT$KEY */
static bool read_phc_scrypt(struct kdf *k, struct str rest)
{
	int64_t log2;
	struct str parameters = str_cut(&rest, '$');
	if (!read_named(&log2, str_cut(&parameters, ','), STR("ln=")) || log2 < 1 || log2 > 30)
		return false;
	k->n = INT64_C(1) << log2;
	return read_named(&k->r, str_cut(&parameters, ','), STR("r="))
		&& read_named(&k->p, str_cut(&parameters, ','), STR("p=")) && read_salt_base64(k, str_cut(&rest, '$'))
		&& read_key_base64(k, rest);
}

/* Werkzeug: N:R:P$SALT$HEX */
static bool read_werkzeug_scrypt(struct kdf *k, struct str rest)
{
	return str_to_i64(str_cut(&rest, ':'), &k->n) && str_to_i64(str_cut(&rest, ':'), &k->r)
		&& str_to_i64(str_cut(&rest, '$'), &k->p) && read_salt_text(k, str_cut(&rest, '$')) && read_key_hex(k, rest);
}

/* Django: N$SALT$R$P$BASE64 */
static bool read_django_scrypt(struct kdf *k, struct str rest)
{
	return str_to_i64(str_cut(&rest, '$'), &k->n) && read_salt_text(k, str_cut(&rest, '$'))
		&& str_to_i64(str_cut(&rest, '$'), &k->r) && str_to_i64(str_cut(&rest, '$'), &k->p) && read_key_base64(k, rest);
}

bool password_scrypt_bounded(int64_t n, int64_t r, int64_t p)
{
	if (n < 2 || (n & (n - 1)) || r < 1 || p < 1 || n > SCRYPT_WORK_MAX || r > SCRYPT_WORK_MAX || p > SCRYPT_WORK_MAX)
		return false;
	return n * r <= SCRYPT_BYTES_MAX / 128 && n * r <= SCRYPT_WORK_MAX / p;
}

static bool is_bounded(const struct kdf *k)
{
	if (k->salt_length == 0 || k->key_length < KEY_MIN)
		return false;
	if (!k->digest)
		return password_scrypt_bounded(k->n, k->r, k->p);
	int64_t block = EVP_MD_get_size(k->digest()), blocks = ((int64_t)k->key_length + block - 1) / block;
	return k->rounds >= 1 && k->rounds <= ROUNDS_MAX / blocks;
}

/* False when hash is none of these, or its check too dear. */
static bool kdf_read(struct kdf *out_r, struct str hash)
{
	static const struct {
		struct str prefix;
		bool (*read)(struct kdf *k, struct str rest);
	} forms[] = {
		{ STR_INIT("pbkdf2_"), read_django_pbkdf2 },
		{ STR_INIT("pbkdf2:"), read_werkzeug_pbkdf2 },
		{ STR_INIT("$pbkdf2-"), read_phc_pbkdf2 },
		{ STR_INIT("$pbkdf2$"), read_passlib_sha1 },
		{ STR_INIT("$scrypt$"), read_phc_scrypt },
		{ STR_INIT("scrypt:"), read_werkzeug_scrypt },
		{ STR_INIT("scrypt$"), read_django_scrypt },
	};
	*out_r = (struct kdf){ 0 };
	for (size_t i = 0; i < COUNT_OF(forms); i++)
		if (str_starts(hash, forms[i].prefix))
			return forms[i].read(out_r, str_from(hash, forms[i].prefix.n)) && is_bounded(out_r);
	return false;
}

static bool derive(unsigned char *out, const struct kdf *k, struct str password)
{
	if (k->digest)
		return PKCS5_PBKDF2_HMAC(password.p, (int)password.n, k->salt, (int)k->salt_length, (int)k->rounds, k->digest(),
				   (int)k->key_length, out)
			== 1;
	/* What is bounded already, and the blocks that the library adds to it. */
	uint64_t memory = 128 * (uint64_t)k->r * (uint64_t)(k->n + k->p + 4);
	return EVP_PBE_scrypt(password.p, password.n, k->salt, k->salt_length, (uint64_t)k->n, (uint64_t)k->r,
			   (uint64_t)k->p, memory, out, k->key_length)
		== 1;
}

bool password_kdf_importable(struct str hash)
{
	struct kdf k;
	return kdf_read(&k, hash);
}

bool password_kdf_matches(struct str password, struct str hash)
{
	struct kdf k;
	unsigned char made[KEY_MAX];
	if (!kdf_read(&k, hash))
		return false;
	bool good = derive(made, &k, password) && sodium_memcmp(made, k.key, k.key_length) == 0;
	sodium_memzero(made, sizeof made);
	return good;
}
