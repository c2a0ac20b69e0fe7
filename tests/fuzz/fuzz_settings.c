/* Any bytes as response.headers: refused, or fields of one line each.
 * SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "base/arena.h"
#include "reply/settings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Name, colon, value, CRLF, and no other control byte than a tab. */
static void check_lines(struct str fields)
{
	while (fields.n > 0) {
		size_t end = str_find(fields, STR("\r\n"));
		struct str line = str_sub(fields, 0, end);
		if (end == fields.n || str_index(line, ':') == line.n)
			abort();
		for (size_t i = 0; i < line.n; i++) {
			if ((unsigned char)line.p[i] < 0x20 && line.p[i] != '\t')
				abort();
		}
		fields = str_from(fields, end + 2);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new((size_t)64 << 20);
	struct reply r = reply_new(200, a);
	struct fault f;
	if (settings_fields(&r, (struct str){ (const char *)data, size }, a, &f))
		check_lines(buf_str(&r.fields));
	arena_free(a);
	return 0;
}
