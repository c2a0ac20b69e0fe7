/* rowgate keygen: makes a key that signs tokens.
 * SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/command/commands.h"
#include "base/arena.h"
#include "base/file.h"
#include "token/keygen.h"

enum { KEYGEN_MEMORY = 1024 * 1024 };

struct keygen_wish {
	struct str alg, kid, out;
};

#define AT(field) .offset = offsetof(struct keygen_wish, field)
static const struct args_option keygen_options[] = {
	{ ARGS_TEXT, "alg", "ALG", AT(alg), .fallback = "HS256", .help = "HS256 (when not given), HS512 or EdDSA" },
	{ ARGS_TEXT, "kid", "NAME", AT(kid),
		.help = "name of the key, by which tokens say who signed them; made when not given" },
	{ ARGS_TEXT, "out", "FILE", AT(out),
		.help = "a new file for it, which only its owner can read; standard output when not given" },
	{ .kind = ARGS_END },
};

/* A key that is there already is never written over. */
static bool keygen_store(struct str jwk, struct str where, struct arena *a, struct fault *f)
{
	const char *path = str_cstr(a, where);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	bool good = fd >= 0 && file_write(fd, jwk) && file_write(fd, STR("\n")) && fsync(fd) == 0;
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
		good = keygen_store(jwk, w->out, a, &f);
	int status = !good ? command_failed(&f) : EXIT_SUCCESS;
	if (good && !w->out.p)
		status = command_print(str_printf(a, "%.*s\n", STR_ARG(jwk)));
	arena_free(a);
	return status;
}

const struct command keygen_command = {
	.name = "keygen",
	.what = "make a key that signs tokens",
	.usage = "[--alg HS256|HS512|EdDSA] [--kid NAME] [--out FILE]",
	.options = keygen_options,
	.wish_size = sizeof(struct keygen_wish),
	.run = keygen_run,
};
