/* Judges language tags.
 * SPDX-License-Identifier: MIT */
#include "base/language.h"

enum { TAG_MAX = 35 };

bool language_is_tag(struct str s)
{
	static const struct str marks = STR_INIT("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-");
	for (size_t i = 0; i < s.n; i++)
		if (!str_has(marks, s.p[i]))
			return false;
	return s.n > 0 && s.n <= TAG_MAX;
}
