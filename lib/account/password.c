/* Passwords: which are taken, their hashes, and the check of one at the same cost whoever it is.
 * SPDX-License-Identifier: MIT */
#include "account/password.h"

#include <sodium.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "account/password_kinds.h"
#include "account/unavailable.h"
#include "account/unicode.h"
#include "base/arena.h"
#include "base/utf8.h"

static bool refuse_password(struct fault *f, struct str message, struct str hint)
{
	fault_set(f, 400, "RGA03", message);
	return fault_hint(f, hint);
}

bool password_acceptable(struct str password, struct str email, struct arena *a, struct fault *f)
{
	if (password.n > PASSWORD_MAX_BYTES)
		return refuse_password(f, STR("The password is too long"), STR("It may have at most 1024 bytes."));
	struct str normal = unicode_nfkc(password, a), lower = str_lower(a, normal), address = str_lower(a, email);
	if (utf8_count(password) < PASSWORD_MIN_CHARACTERS || utf8_count(normal) < PASSWORD_MIN_CHARACTERS)
		return refuse_password(f, STR("The password is too short"), STR("It needs at least 8 characters."));
	if (str_eq(lower, address) || str_eq(lower, str_sub(address, 0, str_rindex(address, '@'))))
		return refuse_password(f, STR("The password is the e-mail address"), STR("Choose one that nobody can guess."));
	if (password_is_common(lower))
		return refuse_password(f, STR("The password is a common one"), STR("Choose one that nobody can guess."));
	return password_quality(normal, email, a, f);
}

bool password_hash(struct str *out_r, struct str password, const struct conf *c, struct arena *a, struct fault *f)
{
	char *hash = arena_bytes(a, crypto_pwhash_STRBYTES);
	struct str normal = unicode_nfkc(password, a);
	if (crypto_pwhash_str_alg(hash, normal.p, normal.n, (unsigned long long)c->auth_password_passes,
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

bool password_current(struct str hash, const struct conf *c)
{
	return str_starts(hash, STR("$argon2id$")) && password_parameter(hash, STR("m=")) >= c->auth_password_memory / 1024
		&& password_parameter(hash, STR(",t=")) >= c->auth_password_passes;
}

bool password_importable(struct str hash)
{
	return str_is_text(hash) && password_kind_of(hash)->importable(hash);
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
static void waste_time(struct str password, const struct conf *c)
{
	char hash[crypto_pwhash_STRBYTES];
	if (crypto_pwhash_str_alg(hash, password.p, password.n, (unsigned long long)c->auth_password_passes,
			(size_t)c->auth_password_memory, crypto_pwhash_ALG_ARGON2ID13)
		!= 0)
		abort();
	sodium_memzero(hash, sizeof hash);
}

static bool hash_matches(struct str password, struct str hash, struct arena *a)
{
	return hash.p && password_kind_of(hash)->matches(password, hash, a);
}

/* One spelling of a password. */
static bool matches(struct str password, struct str hash, struct str decoys, const struct conf *c, struct arena *a)
{
	if (!is_argon(hash) || !password_importable(hash))
		waste_time(password, c);
	bool good = hash_matches(password, hash, a);
	for (struct str rest = decoys; rest.p;) {
		struct str decoy = str_cut(&rest, '\n');
		bool ignored = !is_argon(decoy) && hash_matches(password, decoy, a);
		(void)ignored;
	}
	return good;
}

enum password_verdict password_check(struct str password, struct str hash, struct str decoys, const struct conf *c,
	struct arena *a)
{
	if (str_eq(hash, STR(PASSWORD_NONE)))
		hash = STR_NONE;
	bool usable = password.n <= PASSWORD_MAX_BYTES;
	struct str typed = str_of(str_cstr(a, usable ? password : STR("")));
	struct str normal = str_of(str_cstr(a, unicode_nfkc(typed, a)));
	bool two_ways = !str_eq(typed, normal);
	if (matches(typed, hash, decoys, c, a) && usable)
		return password_current(hash, c) && !two_ways ? PASSWORD_RIGHT : PASSWORD_RIGHT_RENEW;
	if (!two_ways || !matches(normal, hash, decoys, c, a))
		return PASSWORD_WRONG;
	return password_current(hash, c) ? PASSWORD_RIGHT : PASSWORD_RIGHT_RENEW;
}
