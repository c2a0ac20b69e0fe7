/* Which passwords a hash lets in, whoever made it, and which hashes can be taken over.
 * SPDX-License-Identifier: MIT */
#include "../expect.h"

#include <crypt.h>
#include <signal.h>
#include <sodium.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "account/password.h"
#include "base/arena.h"
#include "base/count.h"

/* The lightest that each kind allows: what is tested is which hash is asked, not how dear it is. */
static const struct conf cheap = { .auth_password_memory = 8 << 20, .auth_password_passes = 1 };

/* AddressSanitizer has memory of its own to run out of. */
#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#define SANITIZED true
#else
#define SANITIZED false
#endif

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

static bool matches_hash(const char *password, struct str hash, struct str decoys, struct arena *a)
{
	return password_check(str_of(password), hash, decoys, &cheap, a) != PASSWORD_WRONG;
}

/* Made by Python's hashlib of PASSWORD. */
static const struct {
	const char *row, *hash;
} derived[] = {
	{ "Django pbkdf2_sha256", "pbkdf2_sha256$1000$saltsalt$TviHAIIqL/H3/MyQw081kYFATU4o8CEOa2/K4waAnQQ=" },
	{ "Django pbkdf2_sha1", "pbkdf2_sha1$1000$saltsalt$pVGrnhptbZq4dutah0PxQ8mvlo4=" },
	{ "Django pbkdf2_sha512",
		"pbkdf2_sha512$1000$saltsalt$qgnup/BcjZ5m6wemr9oDI+HBnbtWPMZEnbRFoiKQ3p8xwZwWjdAXEus6T7zhYP"
		"CWb8iyZgkdFFaubZckIwtAIg==" },
	{ "Werkzeug pbkdf2",
		"pbkdf2:sha256:1000$saltsalt$4ef88700822a2ff1f7fccc90c34f359181404d4e28f0210e6b6fcae306809d04" },
	{ "passlib pbkdf2", "$pbkdf2-sha256$1000$8PHy8/T19vf4.fr7/P3./w$L3LoVtU5rzhYAURRoaukXqcREhEo0Fy0YkNcgdX0muI" },
	{ "PHC pbkdf2", "$pbkdf2-sha256$i=1000,l=32$8PHy8/T19vf4+fr7/P3+/w$L3LoVtU5rzhYAURRoaukXqcREhEo0Fy0YkNcgdX0muI" },
	{ "passlib's oldest", "$pbkdf2$1000$8PHy8/T19vf4.fr7/P3./w$QkImWS0ce1GoRpICSz4rplIr4l0" },
	{ "PHC scrypt", "$scrypt$ln=10,r=8,p=1$8PHy8/T19vf4+fr7/P3+/w$XMpwskDfBscCUx3ZIjGLfXh3dLyq3bK0y9/9OU4BmU0" },
	{ "Werkzeug scrypt",
		"scrypt:1024:8:1$saltsalt$a2d7e8681fd363bb3dbd364bb209d60d0c0b624bb0147759461dcaea19d9a0fe6"
		"7bf6ee50cb7bb5fd7393510fc1238ce96b71572d689944dde54ce8162b02344" },
	{ "Django scrypt",
		"scrypt$1024$saltsalt$8$1$otfoaB/TY7s9vTZLsgnWDQwLYkuwFHdZRh3K6hnZoP5nv27lDLe7X9c5NRD8EjjOl"
		"rcVctaJlE3eVM6BYrAjRA==" },
};

static void others_match(void **state)
{
	(void)state;
	struct arena *a = arena_new(1 << 24);
	for (size_t i = 0; i < COUNT_OF(derived); i++) {
		struct str hash = str_of(derived[i].hash);
		expect_int(derived[i].row, password_importable(hash), true);
		expect_int(derived[i].row, password_check(STR(PASSWORD), hash, STR_NONE, &cheap, a), PASSWORD_RIGHT_RENEW);
		expect_int(derived[i].row, matches_hash("wrong", hash, STR_NONE, a), false);
		expect_int(derived[i].row, matches_hash(PASSWORD, STR_NONE, hash, a), false);
	}
	for (const char *const *p = (const char *const[]){ "$1$", "$5$", "$6$", "$7$", "$2b$", "$y$", NULL }; *p; p++) {
		struct str hash = crypt_hash(a, *p, 0, PASSWORD);
		expect_int(*p, password_importable(hash), true);
		expect_int(*p, password_check(STR(PASSWORD), hash, STR_NONE, &cheap, a), PASSWORD_RIGHT_RENEW);
		expect_int(*p, matches_hash("wrong", hash, STR_NONE, a), false);
	}
	arena_free(a);
}

#define COMPOSED "caf\u00e9 \u00fcber \ufb01n"
#define DECOMPOSED "cafe\u0301 u\u0308ber \uff46in"

/* A password is one however a keyboard composes it; a hash made before it was is found as it was typed, and renewed. */
static void one_password_in_two_spellings(void **state)
{
	(void)state;
	struct arena *a = arena_new(1 << 24);
	struct str made = argon_hash(a, COMPOSED), foreign = crypt_hash(a, "$6$", 1000, DECOMPOSED);
	struct str normal = crypt_hash(a, "$6$", 1000, "caf\u00e9 \u00fcber fin");
	static const char *const spellings[] = { COMPOSED, DECOMPOSED, "caf\u00e9 \u00fcber fin" };
	for (size_t i = 0; i < COUNT_OF(spellings); i++)
		expect_int(spellings[i], password_check(str_of(spellings[i]), made, STR_NONE, &cheap, a), PASSWORD_RIGHT);
	expect_int("as typed", password_check(STR(DECOMPOSED), foreign, STR_NONE, &cheap, a), PASSWORD_RIGHT_RENEW);
	expect_int("other spelling", password_check(STR(COMPOSED), foreign, STR_NONE, &cheap, a), PASSWORD_WRONG);
	expect_int("NFKC", password_check(STR(DECOMPOSED), normal, STR_NONE, &cheap, a), PASSWORD_RIGHT_RENEW);
	expect_int("case", password_check(STR("CAF\u00c9 \u00fcber fin"), made, STR_NONE, &cheap, a), PASSWORD_WRONG);
	arena_free(a);
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
		expect_int(rows[i].row, matches_hash(PASSWORD, rows[i].hash, rows[i].decoy, a), rows[i].want);
		expect_int(rows[i].row, matches_hash("wrong", rows[i].hash, rows[i].decoy, a), false);
		expect_int(rows[i].row, matches_hash("", rows[i].hash, rows[i].decoy, a), false);
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
	expect_int("longest", password_check(longest, hash, STR_NONE, &cheap, a), PASSWORD_RIGHT);
	expect_int("longer", password_check(longer, hash, STR_NONE, &cheap, a), PASSWORD_WRONG);
	expect_int("longer, empty's hash", password_check(longer, empty, STR_NONE, &cheap, a), PASSWORD_WRONG);
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
#define BYTES_16 "abcdefghijklmnopqrstuw"
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
		{ "$1$salt$" B64_22, true },
		{ "$5$salt$" B64_22 "abcdefghijklmnopqrstu", true },
		{ "$5$rounds=1000001$salt$" B64_22 "abcdefghijklmnopqrstu", false },
		{ "$7$C6..../....SodiumChloride$" B64_22 "abcdefghijklmnopqrstu", true },
		{ "$7$K6..../....SodiumChloride$" B64_22 "abcdefghijklmnopqrstu", false },
		{ "$7$C6....zzzzzSodiumChloride$" B64_22 "abcdefghijklmnopqrstu", false },
		{ "pbkdf2_sha256$1500000$salt$" BYTES_16, true },
		{ "pbkdf2_sha256$3000001$salt$" BYTES_16, false },
		{ "pbkdf2_sha256$99999999999999999999$salt$" BYTES_16, false },
		{ "pbkdf2_sha256$0$salt$" BYTES_16, false },
		{ "pbkdf2_sha256$-1$salt$" BYTES_16, false },
		{ "pbkdf2_sha256$1000$$" BYTES_16, false },
		{ "pbkdf2_sha256$1000$salt$", false },
		{ "pbkdf2_sha256$1000$salt$abcd", false },
		{ "pbkdf2_sha256$1000$salt$" B64_86 BYTES_16, false },
		{ "pbkdf2_sha256$1000$salt", false },
		{ "pbkdf2_md5$1000$salt$" BYTES_16, false },
		{ "pbkdf2:sha256:1000$salt$" BYTES_16, false },
		{ "pbkdf2:sha256$salt$00112233445566778899aabbccddeeff", false },
		{ "$pbkdf2-sha256$i=3000001$c2FsdA$" BYTES_16, false },
		{ "$pbkdf2-sha256$n=1000$c2FsdA$" BYTES_16, false },
		{ "$scrypt$ln=17,r=8,p=1$c2FsdA$" BYTES_16, true },
		{ "$scrypt$ln=18,r=8,p=1$c2FsdA$" BYTES_16, false },
		{ "$scrypt$ln=17,r=8,p=5$c2FsdA$" BYTES_16, false },
		{ "$scrypt$ln=64,r=8,p=1$c2FsdA$" BYTES_16, false },
		{ "$scrypt$ln=10,r=4611686018427387904,p=1$c2FsdA$" BYTES_16, false },
		{ "$scrypt$ln=10,r=8,p=0$c2FsdA$" BYTES_16, false },
		{ "scrypt:32768:8:1$salt$00112233445566778899aabbccddeeff", true },
		{ "scrypt:32767:8:1$salt$00112233445566778899aabbccddeeff", false },
		{ "scrypt:1:8:1$salt$00112233445566778899aabbccddeeff", false },
		{ "scrypt$16384$salt$8$1$" BYTES_16, true },
		{ "scrypt", false },
		{ "md5$salt$00112233445566778899aabbccddeeff", false },
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
		{ "Ｐａｓｓｗｏｒｄ１", "The password is a common one" },
		{ "\ufdfa", "The password is too short" },
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

/* In a child with that much more address space than it has: the exit status is the verdict. */
static int checked_within(size_t more, struct str hash, struct arena *a)
{
	pid_t pid = fork();
	if (pid == 0) {
		unsigned long pages = 0;
		FILE *file = fopen("/proc/self/statm", "r");
		bool read = file && fscanf(file, "%lu", &pages) == 1 && fclose(file) == 0;
		struct rlimit most = { pages * (rlim_t)sysconf(_SC_PAGESIZE) + more, RLIM_INFINITY };
		struct rlimit no_core = { 0, 0 };
		if (!read || setrlimit(RLIMIT_CORE, &no_core) < 0 || setrlimit(RLIMIT_AS, &most) < 0)
			_exit(99);
		_exit((int)password_check(STR(PASSWORD), hash, STR_NONE, &cheap, a));
	}
	int status = 0;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

/* Whatever memory is left, a right password is never called wrong. */
static void want_of_memory_is_no_wrong_password(void **state)
{
	(void)state;
	struct arena *a = arena_new(1 << 20);
	struct str hash = argon_hash(a, PASSWORD);
	int right = 0, ended = 0;
	for (size_t more = 0; more <= 12 << 20 && !SANITIZED; more += 512 << 10) {
		int verdict = checked_within(more, hash, a);
		right += verdict == PASSWORD_RIGHT;
		ended += verdict == -SIGABRT;
		if (verdict != PASSWORD_RIGHT)
			expect_int("ends", verdict, -SIGABRT);
	}
	assert_true(SANITIZED || (right > 0 && ended > 0));
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(matches),
		cmocka_unit_test(others_match),
		cmocka_unit_test(one_password_in_two_spellings),
		cmocka_unit_test(too_long_matches_nothing),
		cmocka_unit_test(current),
		cmocka_unit_test(importable),
		cmocka_unit_test(acceptable),
		cmocka_unit_test(want_of_memory_is_no_wrong_password),
	};
	return sodium_init() < 0 || cmocka_run_group_tests(tests, NULL, NULL);
}
