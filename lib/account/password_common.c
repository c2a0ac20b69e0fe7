/* The list of common passwords, compiled in.
 * SPDX-License-Identifier: MIT */
#include "account/password.h"

/* Lower case, sorted bytewise, made from common_passwords.txt. */
static const struct str common[] = {
#include "account/common_passwords.h"
};

bool password_is_common(struct str lower_case)
{
	size_t low = 0, high = COUNT_OF(common);
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = str_cmp(common[middle], lower_case);
		if (order == 0)
			return true;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}
