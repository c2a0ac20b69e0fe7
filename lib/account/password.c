/* Passwords: which are taken, their hashes, and the check of one at the same cost whoever it is.
 * SPDX-License-Identifier: MIT */
#include "account/password.h"

#include <crypt.h>
#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "account/unavailable.h"
#include "base/arena.h"
#include "base/ascii.h"
#include "base/utf8.h"

/* bcrypt's cost and sha512-crypt's rounds beyond which a check takes seconds; yescrypt's by its parameter letter. */
enum { BCRYPT_COST_MAX = 14, SHA512_ROUNDS_MAX = 1000000, ARGON_KIB_MAX = 1024 * 1024, ARGON_PASSES_MAX = 64 };

static bool refuse_password(struct fault *f, struct str message, struct str hint)
{
	fault_set(f, 400, "RGA03", message);
	return fault_hint(f, hint);
}

bool password_acceptable(struct str password, struct str email, struct arena *a, struct fault *f)
{
	struct str lower = str_lower(a, password), address = str_lower(a, email);
	if (utf8_count(password) < PASSWORD_MIN_CHARACTERS)
		return refuse_password(f, STR("The password is too short"), STR("It needs at least 8 characters."));
	if (password.n > PASSWORD_MAX_BYTES)
		return refuse_password(f, STR("The password is too long"), STR("It may have at most 1024 bytes."));
	if (str_eq(lower, address) || str_eq(lower, str_sub(address, 0, str_rindex(address, '@'))))
		return refuse_password(f, STR("The password is the e-mail address"), STR("Choose one that nobody can guess."));
	if (password_is_common(lower))
		return refuse_password(f, STR("The password is a common one"), STR("Choose one that nobody can guess."));
	return password_quality(password, email, a, f);
}

bool password_hash(struct str *out_r, struct str password, const struct conf *c, struct arena *a, struct fault *f)
{
	char *hash = arena_bytes(a, crypto_pwhash_STRBYTES);
	if (crypto_pwhash_str_alg(hash, password.p, password.n, (unsigned long long)c->auth_password_passes,
			(size_t)c->auth_password_memory, crypto_pwhash_ALG_ARGON2ID13)
		!= 0)
		return account_unavailable(f, 1);
	*out_r = str_of(hash);
	return true;
}

static bool is_argon(struct str hash)
{
	return str_starts(hash, STR("$argon2"));
}

/* The number behind a word in a hash's parameters, 0 when it is not there. */
static int64_t parameter(struct str hash, struct str word)
{
	int64_t number = 0;
	struct str rest = str_from(hash, str_find(hash, word) + word.n);
	size_t digits = 0;
	while (digits < rest.n && ascii_is_digit(rest.p[digits]))
		digits++;
	str_to_i64(str_sub(rest, 0, digits), &number);
	return number;
}

bool password_current(struct str hash, const struct conf *c)
{
	return str_starts(hash, STR("$argon2id$")) && parameter(hash, STR("m=")) >= c->auth_password_memory / 1024
		&& parameter(hash, STR(",t=")) >= c->auth_password_passes;
}

/* crypt(3) of a NUL-terminated password; false too when the hash is of no kind it knows. */
static bool crypt_matches(const char *password, struct str hash, struct arena *a)
{
	struct crypt_data *data = arena_alloc(a, sizeof *data);
	/* libxcrypt's own: AddressSanitizer has a crypt_r(), which keeps the linker from the library. */
	const char *made = crypt_rn(password, str_cstr(a, hash), data, sizeof *data);
	size_t n = made ? strlen(made) : 0;
	bool good = made && n == hash.n && sodium_memcmp(made, hash.p, n) == 0;
	sodium_memzero(data, sizeof *data);
	return good;
}

bool password_affordable(const struct conf *c)
{
	/* Untouched, it costs address space alone. */
	size_t size = (size_t)c->auth_password_memory;
	void *room = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return room != MAP_FAILED && munmap(room, size) == 0;
}

/* What checking one of our hashes costs. A machine without memory for it aborts the worker, as it does elsewhere: that
 * a password is wrong would be a lie. */
static void waste_time(const char *text, const struct conf *c)
{
	char hash[crypto_pwhash_STRBYTES];
	if (crypto_pwhash_str_alg(hash, text, strlen(text), (unsigned long long)c->auth_password_passes,
			(size_t)c->auth_password_memory, crypto_pwhash_ALG_ARGON2ID13)
		!= 0)
		abort();
	sodium_memzero(hash, sizeof hash);
}

/* Likewise of a hash that there is. */
static bool argon_matches(const char *text, const char *hash)
{
	errno = 0;
	bool good = crypto_pwhash_str_verify(hash, text, strlen(text)) == 0;
	if (!good && errno == ENOMEM)
		abort();
	return good;
}

bool password_matches(struct str password, struct str hash, struct str decoy, const struct conf *c, struct arena *a)
{
	bool good = false, usable = password.n <= PASSWORD_MAX_BYTES;
	if (str_eq(hash, STR(PASSWORD_NONE)))
		hash = STR_NONE;
	bool foreign = hash.p && !is_argon(hash), matches;
	const char *text = str_cstr(a, usable ? password : STR(""));
	if (hash.p && !foreign)
		good = argon_matches(text, str_cstr(a, hash));
	else
		waste_time(text, c);
	if (decoy.p && !is_argon(decoy)) {
		matches = crypt_matches(text, foreign ? hash : decoy, a);
		good = foreign ? matches : good;
	}
	return good && usable;
}

/* Two digits behind "$2b$". */
static bool bcrypt_importable(struct str hash)
{
	int64_t cost;
	return hash.n == 60 && str_to_i64(str_sub(hash, 4, 2), &cost) && cost >= 4 && cost <= BCRYPT_COST_MAX;
}

static bool argon_importable(struct str hash)
{
	int64_t memory = parameter(hash, STR("m=")), passes = parameter(hash, STR(",t="));
	return hash.n < crypto_pwhash_STRBYTES && memory >= 8 && memory <= ARGON_KIB_MAX && passes >= 1
		&& passes <= ARGON_PASSES_MAX;
}

static bool sha512_importable(struct str hash)
{
	return parameter(hash, STR("rounds=")) <= SHA512_ROUNDS_MAX && hash.n >= 3 + 1 + 86;
}

/* "$y$j": the next character is the cost, '5' the lightest that is ever made, 'D' ten times the usual '9'. */
static bool yescrypt_importable(struct str hash)
{
	return hash.n > 8 && str_starts(hash, STR("$y$j")) && hash.p[4] >= '5' && hash.p[4] <= 'D';
}

bool password_importable(struct str hash)
{
	static const struct {
		struct str prefix;
		bool (*importable)(struct str hash);
	} kinds[] = {
		{ STR_INIT("$argon2id$"), argon_importable },
		{ STR_INIT("$argon2i$"), argon_importable },
		{ STR_INIT("$2a$"), bcrypt_importable },
		{ STR_INIT("$2b$"), bcrypt_importable },
		{ STR_INIT("$2y$"), bcrypt_importable },
		{ STR_INIT("$6$"), sha512_importable },
		{ STR_INIT("$y$"), yescrypt_importable },
	};
	for (size_t i = 0; str_is_text(hash) && i < COUNT_OF(kinds); i++)
		if (str_starts(hash, kinds[i].prefix))
			return kinds[i].importable(hash);
	return false;
}
