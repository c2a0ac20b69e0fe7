/* A catalog block with words of it replaced, eight bytes of input a word (where, what): refused, or safe to read.
 * SPDX-License-Identifier: MIT */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/catalog/sample.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(1 << 20);
	struct str block = catalog_block(sample_catalog(a));
	/* Of the exact size, so that a sanitizer sees a read behind the end. */
	char *damaged = malloc(block.n);
	struct fault f = { 0 };
	const struct catalog *cat;
	if (!damaged)
		abort();
	memcpy(damaged, block.p, block.n);
	for (; size >= 8; data += 8, size -= 8) {
		uint32_t where;
		memcpy(&where, data, sizeof where);
		memcpy(damaged + where % (block.n / 4) * 4, data + 4, 4);
	}
	if (catalog_open(&cat, damaged, block.n, a, &f))
		sample_walk(cat);
	free(damaged);
	arena_free(a);
	return 0;
}
