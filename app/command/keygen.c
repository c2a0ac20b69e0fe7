/* rowgate keygen: makes a key that signs tokens.
 * SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/command/commands.h"
#include "base/arena.h"
#include "base/file.h"
#include "token/keygen.h"

enum { KEYGEN_MEMORY = 1024 * 1024 };

struct keygen_wish {
	struct str alg, kid, out, group;
};

#define AT(field) .offset = offsetof(struct keygen_wish, field)
static const struct args_option keygen_options[] = {
	{ ARGS_TEXT, "alg", "ALG", AT(alg), .fallback = "HS256", .help = "HS256 (when not given), HS512 or EdDSA" },
	{ ARGS_TEXT, "kid", "NAME", AT(kid),
		.help = "name of the key, by which tokens say who signed them; made when not given" },
	{ ARGS_TEXT, "out", "FILE", AT(out),
		.help = "a new file for it, which only its owner can read; standard output when not given" },
	{ ARGS_TEXT, "group", "NAME", AT(group), .help = "a group that may read that file, too: the service's" },
	{ .kind = ARGS_END },
};

static const char *keygen_check(const void *wish)
{
	const struct keygen_wish *w = wish;
	return !w->group.p || w->out.p ? NULL : "--group wants --out FILE";
}

/* Lets a group read the file; errno says why not. */
static bool keygen_share(int fd, struct str group, struct arena *a)
{
	if (!group.p)
		return true;
	errno = 0;
	const struct group *entry = getgrnam(str_cstr(a, group));
	if (!entry && errno == 0)
		errno = ENOENT;
	return entry && fchown(fd, (uid_t)-1, entry->gr_gid) == 0 && fchmod(fd, 0640) == 0;
}

/* A key that is there already is never written over. */
static bool keygen_store(struct str jwk, const struct keygen_wish *w, struct arena *a, struct fault *f)
{
	const char *path = str_cstr(a, w->out);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	bool good = fd >= 0 && keygen_share(fd, w->group, a) && file_write(fd, jwk) && file_write(fd, STR("\n"))
		&& fsync(fd) == 0;
	int error = errno;
	if (fd >= 0)
		close(fd);
	if (!good && fd >= 0)
		unlink(path);
	return good || fault_printf(f, a, 500, "RG500", "%s: %s", path, strerror(error));
}

static int keygen_run(const char *config, const void *wish)
{
	(void)config;
	struct arena *a = arena_new(KEYGEN_MEMORY);
	const struct keygen_wish *w = wish;
	struct str jwk;
	struct fault f = { 0 };
	bool good = keygen(&jwk, w->alg, w->kid, a, &f);
	if (good && w->out.p)
		good = keygen_store(jwk, w, a, &f);
	int status = !good ? command_failed(&f) : EXIT_SUCCESS;
	if (good && !w->out.p)
		status = command_print(str_printf(a, "%.*s\n", STR_ARG(jwk)));
	arena_free(a);
	return status;
}

const struct command keygen_command = {
	.name = "keygen",
	.what = "make a key that signs tokens",
	.usage = "[--alg HS256|HS512|EdDSA] [--kid NAME] [--out FILE [--group NAME]]",
	.options = keygen_options,
	.wish_size = sizeof(struct keygen_wish),
	.check = keygen_check,
	.run = keygen_run,
};
