/* Which passwords a hash lets in, whoever made it, and which hashes can be taken over.
 * SPDX-License-Identifier: MIT */
#include "../expect.h"

#include <crypt.h>
#include <sodium.h>

#include "account/password.h"
#include "base/arena.h"
#include "base/count.h"

/* The lightest that each kind allows: what is tested is which hash is asked, not how dear it is. */
static const struct conf cheap = { .auth_password_memory = 8 << 20, .auth_password_passes = 1 };

#define PASSWORD "Correct horse battery"

static struct str argon_hash(struct arena *a, const char *password)
{
	struct str hash = STR_NONE;
	struct fault f = { 0 };
	if (!password_hash(&hash, str_of(password), &cheap, a, &f))
		fail_msg("no argon2id: %.*s", STR_ARG(f.message));
	return hash;
}

static struct str crypt_hash(struct arena *a, const char *prefix, unsigned long count, const char *password)
{
	struct crypt_data *data = arena_alloc(a, sizeof *data);
	char setting[CRYPT_GENSALT_OUTPUT_SIZE];
	if (!crypt_gensalt_rn(prefix, count, NULL, 0, setting, sizeof setting))
		fail_msg("no salt for %s", prefix);
	return str_dup(a, str_of(crypt_rn(password, setting, data, sizeof *data)));
}

static void matches(void **state)
{
	(void)state;
	struct arena *a = arena_new(1 << 24);
	struct str argon = argon_hash(a, PASSWORD), bcrypt = crypt_hash(a, "$2b$", 4, PASSWORD);
	struct str sha512 = crypt_hash(a, "$6$", 1000, PASSWORD), yescrypt = crypt_hash(a, "$y$", 1, PASSWORD);
	struct str other = crypt_hash(a, "$2b$", 4, "another one");
	const struct {
		const char *row;
		struct str hash, decoy;
		bool want;
	} rows[] = {
		{ "argon2id", argon, STR_NONE, true },
		{ "argon2id beside a decoy", argon, bcrypt, true },
		{ "argon2id beside itself", argon, argon, true },
		{ "bcrypt", bcrypt, bcrypt, true },
		{ "bcrypt beside another's", bcrypt, other, true },
		{ "another's bcrypt beside one that fits", other, bcrypt, false },
		{ "sha512-crypt", sha512, bcrypt, true },
		{ "yescrypt", yescrypt, bcrypt, true },
		{ "nobody", STR_NONE, STR_NONE, false },
		{ "nobody, with a decoy that fits", STR_NONE, bcrypt, false },
		{ "nobody, with an argon2id decoy", STR_NONE, argon, false },
		{ "empty hash", STR(""), bcrypt, false },
		{ "no hash", STR("*"), bcrypt, false },
		{ "broken argon2id", STR("$argon2id$v=19$m=8192,t=1,p=1$"), STR_NONE, false },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		expect_int(rows[i].row, password_matches(STR(PASSWORD), rows[i].hash, rows[i].decoy, &cheap, a), rows[i].want);
		expect_int(rows[i].row, password_matches(STR("wrong"), rows[i].hash, rows[i].decoy, &cheap, a), false);
		expect_int(rows[i].row, password_matches(STR(""), rows[i].hash, rows[i].decoy, &cheap, a), false);
	}
	arena_free(a);
}

/* A password of more bytes than are taken matches nothing, not even a hash of the empty one that stands in for it. */
static void too_long_matches_nothing(void **state)
{
	(void)state;
	struct arena *a = arena_new(1 << 24);
	char *bytes = arena_bytes(a, PASSWORD_MAX_BYTES + 1);
	for (size_t i = 0; i <= PASSWORD_MAX_BYTES; i++)
		bytes[i] = 'x';
	struct str longest = { bytes, PASSWORD_MAX_BYTES }, longer = { bytes, PASSWORD_MAX_BYTES + 1 };
	struct str hash = argon_hash(a, str_cstr(a, longest)), empty = argon_hash(a, "");
	expect_int("longest", password_matches(longest, hash, STR_NONE, &cheap, a), true);
	expect_int("longer", password_matches(longer, hash, STR_NONE, &cheap, a), false);
	expect_int("longer, empty's hash", password_matches(longer, empty, STR_NONE, &cheap, a), false);
	arena_free(a);
}

static void current(void **state)
{
	(void)state;
	static const struct {
		const char *hash;
		bool want;
	} rows[] = {
		{ "$argon2id$v=19$m=8192,t=1,p=1$c2FsdA$aGFzaA", true },
		{ "$argon2id$v=19$m=65536,t=3,p=1$c2FsdA$aGFzaA", true },
		{ "$argon2id$v=19$m=8191,t=1,p=1$c2FsdA$aGFzaA", false },
		{ "$argon2id$v=19$m=8192,t=0,p=1$c2FsdA$aGFzaA", false },
		{ "$argon2i$v=19$m=8192,t=1,p=1$c2FsdA$aGFzaA", false },
		{ "$2b$12$", false },
		{ "", false },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		expect_int(rows[i].hash, password_current(str_of(rows[i].hash), &cheap), rows[i].want);
}

#define B64_22 "abcdefghijklmnopqrstuv"
#define B64_31 "abcdefghijklmnopqrstuvwxyzABCDE"
#define B64_86 B64_22 B64_31 B64_31 "ab"

static void importable(void **state)
{
	(void)state;
	static const struct {
		const char *hash;
		bool want;
	} rows[] = {
		{ "$argon2id$v=19$m=65536,t=3,p=1$c2FsdA$aGFzaA", true },
		{ "$argon2i$v=19$m=8,t=1,p=1$c2FsdA$aGFzaA", true },
		{ "$argon2id$v=19$m=1048577,t=3,p=1$c2FsdA$aGFzaA", false },
		{ "$argon2id$v=19$m=65536,t=65,p=1$c2FsdA$aGFzaA", false },
		{ "$argon2d$v=19$m=65536,t=3,p=1$c2FsdA$aGFzaA", false },
		{ "$2a$04$" B64_22 B64_31, true },
		{ "$2y$14$" B64_22 B64_31, true },
		{ "$2b$15$" B64_22 B64_31, false },
		{ "$2b$03$" B64_22 B64_31, false },
		{ "$2x$10$" B64_22 B64_31, false },
		{ "$2b$10$" B64_22, false },
		{ "$6$salt$" B64_86, true },
		{ "$6$rounds=1000000$salt$" B64_86, true },
		{ "$6$rounds=1000001$salt$" B64_86, false },
		{ "$6$salt$short", false },
		{ "$y$j9T$salt$hash", true },
		{ "$y$j5T$salt$hash", true },
		{ "$y$jDT$salt$hash", true },
		{ "$y$jET$salt$hash", false },
		{ "$y$k9T$salt$hash", false },
		{ "$1$salt$hash", false },
		{ "plain text", false },
		{ "", false },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		expect_int(rows[i].hash, password_importable(str_of(rows[i].hash)), rows[i].want);
}

static void acceptable(void **state)
{
	(void)state;
	static const struct {
		const char *password, *message; /* message NULL: taken */
	} rows[] = {
		{ "a good long one", NULL },
		{ "äöüßÄÖÜẞ", NULL },
		{ "äöüßÄÖÜ", "The password is too short" },
		{ "", "The password is too short" },
		{ "Some.One@Shop.example", "The password is the e-mail address" },
		{ "SOME.ONE", "The password is the e-mail address" },
		{ "Password1", "The password is a common one" },
	};
	struct arena *a = arena_new(1 << 20);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct fault f = { 0 };
		bool good = password_acceptable(str_of(rows[i].password), STR("some.one@shop.example"), a, &f);
		/* A host's libpwquality may refuse what is good enough here. */
		if (good || rows[i].message)
			expect_text(rows[i].password, good ? STR_NONE : f.message, rows[i].message);
	}
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(matches),
		cmocka_unit_test(too_long_matches_nothing),
		cmocka_unit_test(current),
		cmocka_unit_test(importable),
		cmocka_unit_test(acceptable),
	};
	return sodium_init() < 0 || cmocka_run_group_tests(tests, NULL, NULL);
}
