/* Any bytes as a view's parsed definition: never read past the end, and every column found has an origin.
 * SPDX-License-Identifier: MIT */
#include <stdint.h>
#include <stdlib.h>

#include "catalog/rule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(void *arg, const struct rule_target *target)
{
	(void)arg;
	if (!target->from_relation || !target->from_attnum)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	rule_targets((struct str){ (const char *)data, size }, check, NULL);
	return 0;
}
