/* The kinds of hashes that passwords may have: how each is told, bounded and checked.
 * SPDX-License-Identifier: MIT */
#include "account/password_kinds.h"

#include <crypt.h>
#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "account/password_kdf.h"
#include "base/ascii.h"

/* bcrypt's cost and the rounds of SHA-2 beyond which a check takes seconds; yescrypt's by its parameter letter. */
enum { BCRYPT_COST_MAX = 14, SHA_ROUNDS_MAX = 1000000, ARGON_KIB_MAX = 1024 * 1024, ARGON_PASSES_MAX = 64 };
/* What a check of argon2 takes beside its memory, generously. */
enum { ARGON_BESIDE = 1024 * 1024 };
/* Characters of what crypt(3) makes behind the last '$'. */
enum { MD5_LENGTH = 22, SHA256_LENGTH = 43, SHA512_LENGTH = 86 };

int64_t password_parameter(struct str hash, struct str word)
{
	int64_t number = 0;
	struct str rest = str_from(hash, str_find(hash, word) + word.n);
	size_t digits = 0;
	while (digits < rest.n && ascii_is_digit(rest.p[digits]))
		digits++;
	str_to_i64(str_sub(rest, 0, digits), &number);
	return number;
}

/* Without memory none of these can say anything: that a password is wrong would be a lie. The worker ends, as it does
 * wherever it gets none. */

/* Sees to it that there is room for the memory that the hash asks for. Untouched, it costs address space alone. */
static void argon_need_room(struct str hash)
{
	int64_t kib = password_parameter(hash, STR("m="));
	size_t size = (size_t)(kib > 0 && kib <= ARGON_KIB_MAX ? kib : 0) * 1024 + ARGON_BESIDE;
	void *room = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (room == MAP_FAILED || munmap(room, size) != 0)
		abort();
}

/* libsodium itself tells no lack of memory from a wrong password. */
static bool argon_matches(struct str password, struct str hash, struct arena *a)
{
	const char *text = str_cstr(a, hash);
	argon_need_room(hash);
	return crypto_pwhash_str_verify(text, password.p, password.n) == 0;
}

static bool crypt_matches(struct str password, struct str hash, struct arena *a)
{
	struct crypt_data *data = arena_alloc(a, sizeof *data);
	errno = 0;
	/* libxcrypt's own: AddressSanitizer has a crypt_r(), which keeps the linker from the library. */
	const char *made = crypt_rn(password.p, str_cstr(a, hash), data, sizeof *data);
	if (!made && errno == ENOMEM)
		abort();
	size_t n = made ? strlen(made) : 0;
	bool good = made && n == hash.n && sodium_memcmp(made, hash.p, n) == 0;
	sodium_memzero(data, sizeof *data);
	return good;
}

static bool kdf_matches(struct str password, struct str hash, struct arena *a)
{
	(void)a;
	errno = 0;
	bool good = password_kdf_matches(password, hash);
	if (!good && errno == ENOMEM)
		abort();
	return good;
}

static bool argon_importable(struct str hash)
{
	int64_t memory = password_parameter(hash, STR("m=")), passes = password_parameter(hash, STR(",t="));
	return hash.n < crypto_pwhash_STRBYTES && memory >= 8 && memory <= ARGON_KIB_MAX && passes >= 1
		&& passes <= ARGON_PASSES_MAX;
}

/* Two digits behind "$2b$". */
static bool bcrypt_importable(struct str hash)
{
	int64_t cost;
	return hash.n == 60 && str_to_i64(str_sub(hash, 4, 2), &cost) && cost >= 4 && cost <= BCRYPT_COST_MAX;
}

/* What stands behind the last '$'. */
static struct str last_part(struct str hash)
{
	return str_from(hash, str_rindex(hash, '$') + 1);
}

static bool md5_importable(struct str hash)
{
	return last_part(hash).n == MD5_LENGTH;
}

static bool sha256_importable(struct str hash)
{
	return last_part(hash).n == SHA256_LENGTH && password_parameter(hash, STR("rounds=")) <= SHA_ROUNDS_MAX;
}

static bool sha512_importable(struct str hash)
{
	return last_part(hash).n == SHA512_LENGTH && password_parameter(hash, STR("rounds=")) <= SHA_ROUNDS_MAX;
}

/* "$y$j": the next character is the cost, '5' the lightest that is ever made, 'D' ten times the usual '9'. */
static bool yescrypt_importable(struct str hash)
{
	return hash.n > 8 && str_starts(hash, STR("$y$j")) && hash.p[4] >= '5' && hash.p[4] <= 'D';
}

/* A number in crypt(3)'s digits, the lowest first; -1 when one is none. */
static int64_t crypt_number(struct str digits)
{
	static const char alphabet[] = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	int64_t number = 0;
	for (size_t i = digits.n; i-- > 0;) {
		const char *at = digits.p[i] ? strchr(alphabet, digits.p[i]) : NULL;
		if (!at)
			return -1;
		number = number << 6 | (at - alphabet);
	}
	return number;
}

/* "$7$": one digit for the logarithm of N, five for r, five for p. */
static bool scrypt_importable(struct str hash)
{
	int64_t log2 = crypt_number(str_sub(hash, 3, 1));
	return last_part(hash).n == SHA256_LENGTH && hash.n > 3 + 11 + SHA256_LENGTH && log2 >= 1 && log2 <= 30
		&& password_scrypt_bounded(INT64_C(1) << log2, crypt_number(str_sub(hash, 4, 5)),
			crypt_number(str_sub(hash, 9, 5)));
}

static bool never_importable(struct str hash)
{
	(void)hash;
	return false;
}

const struct password_kind *password_kind_of(struct str hash)
{
	static const struct password_kind kinds[] = {
		{ STR_INIT("$argon2id$"), argon_importable, argon_matches },
		{ STR_INIT("$argon2i$"), argon_importable, argon_matches },
		{ STR_INIT("$2a$"), bcrypt_importable, crypt_matches },
		{ STR_INIT("$2b$"), bcrypt_importable, crypt_matches },
		{ STR_INIT("$2y$"), bcrypt_importable, crypt_matches },
		{ STR_INIT("$y$"), yescrypt_importable, crypt_matches },
		{ STR_INIT("$7$"), scrypt_importable, crypt_matches },
		{ STR_INIT("$6$"), sha512_importable, crypt_matches },
		{ STR_INIT("$5$"), sha256_importable, crypt_matches },
		{ STR_INIT("$1$"), md5_importable, crypt_matches },
		{ STR_INIT("$pbkdf2"), password_kdf_importable, kdf_matches },
		{ STR_INIT("pbkdf2"), password_kdf_importable, kdf_matches },
		{ STR_INIT("$scrypt$"), password_kdf_importable, kdf_matches },
		{ STR_INIT("scrypt"), password_kdf_importable, kdf_matches },
		{ STR_INIT(""), never_importable, crypt_matches },
	};
	size_t i = 0;
	while (!str_starts(hash, kinds[i].prefix))
		i++;
	return &kinds[i];
}
