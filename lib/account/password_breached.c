/* Passwords that became known elsewhere, in a file of the host's.
 *
 * It may have billions of lines, so it is searched where it lies, in some forty reads. It is not mapped: a file that is
 * being replaced would be the end of the worker.
 * SPDX-License-Identifier: MIT */
#include "account/password_rules.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "account/unavailable.h"
#include "base/ascii.h"
#include "base/log.h"

enum { SHA1_BYTES = 20, SHA1_DIGITS = 2 * SHA1_BYTES, LINE_BYTES_MAX = 128, WINDOW_BYTES = 2 * LINE_BYTES_MAX };

/* Part of the file. Lines begin at low and, if it is not the end of the file, at high. */
struct range {
	int fd;
	off_t low, high;
};

struct breach_line {
	off_t start, end;         /* end: where the next one begins */
	char digits[SHA1_DIGITS]; /* lower case */
};

static bool is_hex(char c)
{
	return ascii_is_digit(c) || (c >= 'a' && c <= 'f');
}

/* The digits of a line, and nothing else before its count or its end. */
static bool read_digits(struct breach_line *l, struct str line)
{
	if (line.n < SHA1_DIGITS)
		return false;
	for (size_t i = 0; i < SHA1_DIGITS; i++) {
		l->digits[i] = ascii_lower(line.p[i]);
		if (!is_hex(l->digits[i]))
			return false;
	}
	return line.n == SHA1_DIGITS || str_has(STR(":\r\n"), line.p[SHA1_DIGITS]);
}

/* The line of the range that the byte is in; false when there is none such. */
static bool read_line(struct breach_line *l, const struct range *r, off_t at)
{
	char bytes[WINDOW_BYTES];
	off_t base = at - r->low < LINE_BYTES_MAX ? r->low : at - LINE_BYTES_MAX;
	ssize_t got = pread(r->fd, bytes, sizeof bytes, base);
	if (got <= at - base)
		return false;
	struct str window = { bytes, (size_t)got };
	size_t before = (size_t)(at - base), newline = str_rindex(str_sub(window, 0, before), '\n');
	if (newline == before && base != r->low)
		return false;
	size_t start = newline == before ? 0 : newline + 1;
	struct str line = str_from(window, start);
	size_t end = str_index(line, '\n');
	l->start = base + (off_t)start;
	l->end = l->start + (off_t)(end < line.n ? end + 1 : end);
	return (end < line.n || l->end >= r->high) && read_digits(l, str_sub(line, 0, end));
}

/* False when the file is no sorted list of hashes. */
static bool search(bool *found_r, struct range r, const char digits[static SHA1_DIGITS])
{
	struct breach_line line;
	*found_r = false;
	while (r.low < r.high && !*found_r) {
		if (!read_line(&line, &r, r.low + (r.high - r.low) / 2))
			return false;
		int order = memcmp(line.digits, digits, SHA1_DIGITS);
		*found_r = order == 0;
		if (order < 0)
			r.low = line.end;
		else
			r.high = line.start;
	}
	return true;
}

static bool look_up(bool *found_r, int fd, struct str password)
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	char digits[SHA1_DIGITS + 1];
	struct stat about;
	if (fstat(fd, &about) < 0 || !S_ISREG(about.st_mode)
		|| EVP_Digest(password.p, password.n, hash, NULL, EVP_sha1(), NULL) != 1)
		return false;
	sodium_bin2hex(digits, sizeof digits, hash, SHA1_BYTES);
	bool good = search(found_r, (struct range){ .fd = fd, .high = about.st_size }, digits);
	sodium_memzero(hash, sizeof hash);
	sodium_memzero(digits, sizeof digits);
	return good;
}

bool password_breached(bool *found_r, const struct account_call *c, struct str password, struct fault *f)
{
	*found_r = false;
	struct str path = c->conf->auth_password_breached;
	if (!path.n)
		return true;
	/* What is no file is not waited for. */
	int fd = open(str_cstr(c->arena, path), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	errno = fd < 0 ? errno : 0;
	bool good = fd >= 0 && look_up(found_r, fd, password);
	if (!good)
		log_error("auth-password-breached: %s", errno ? strerror(errno) : "no sorted list of SHA-1 hashes");
	if (fd >= 0)
		close(fd);
	return good || account_unavailable(f, 1);
}
