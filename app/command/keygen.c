/* rowgate keygen: makes a key that signs tokens.
 * SPDX-License-Identifier: MIT */
#include "keygen.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "token/keygen.h"

enum { KEYGEN_MEMORY = 1024 * 1024 };

struct keygen_wish {
	struct str alg, kid, out;
};

static bool keygen_read(struct keygen_wish *w, struct args *args, struct fault *f)
{
	*w = (struct keygen_wish){ .alg = STR("HS256"), .kid = STR_NONE, .out = STR_NONE };
	for (struct str word; args_next(args, &word);) {
		struct str *place = str_eq(word, STR("--alg")) ? &w->alg
			: str_eq(word, STR("--kid"))               ? &w->kid
			: str_eq(word, STR("--out"))               ? &w->out
													   : NULL;
		if (!place || !(*place = args_value(args)).n)
			return fault_set(f, 500, "RG500", STR("keygen takes --alg ALG, --kid NAME and --out FILE"));
	}
	return true;
}

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

int keygen_main(struct args args)
{
	struct arena *a = arena_new(KEYGEN_MEMORY);
	struct keygen_wish wish;
	struct str jwk;
	struct fault f = { 0 };
	bool good = keygen_read(&wish, &args, &f) && keygen(&jwk, wish.alg, wish.kid, a, &f);
	if (good && wish.out.p)
		good = keygen_store(jwk, wish.out, a, &f);
	else if (good)
		good = printf("%.*s\n", STR_ARG(jwk)) > 0 && fflush(stdout) == 0;
	int status = good ? EXIT_SUCCESS : args_complain(&f);
	arena_free(a);
	return status;
}
