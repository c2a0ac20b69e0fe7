/* Any bytes as a configuration file: refused with a reason, or loaded, and then its dump loads to the same dump.
 * SPDX-License-Identifier: MIT */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "conf/conf_dump.h"
#include "conf/conf_load.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A nameless file with that content, closed with the arena, by a path to open it with. */
static const char *file_with(struct arena *a, struct str content)
{
	FILE *file = tmpfile();
	if (!file || fwrite(content.p, 1, content.n, file) != content.n || fflush(file) != 0)
		abort();
	arena_on_reset(a, (void (*)(void *))(uintptr_t)fclose, file);
	return str_cstr(a, str_printf(a, "/dev/fd/%d", fileno(file)));
}

/* The dump of what the text loads to, or STR_NONE. */
static struct str dump_of(struct arena *a, struct str text)
{
	struct conf conf;
	struct fault f;
	struct conf_source source = { .file = file_with(a, text) };
	struct buf out = buf_new(a, 32 << 20);
	if (!conf_load(&conf, &source, a, &f)) {
		if (f.message.n == 0)
			abort();
		return STR_NONE;
	}
	conf_dump(&conf, true, &out);
	return buf_str(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	log_set_level(LOG_LEVEL_CRIT);
	struct arena *a = arena_new((size_t)256 << 20);
	struct str first = dump_of(a, (struct str){ (const char *)data, size });
	/* A value that names a file is not the same value twice. */
	if (first.p && !str_has(first, '@') && !str_eq(dump_of(a, first), first))
		abort();
	arena_free(a);
	return 0;
}
