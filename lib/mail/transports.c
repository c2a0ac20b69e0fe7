/* What programs and files want of a mail.
 * SPDX-License-Identifier: MIT */
#include "mail/transports.h"

struct str transport_unix_lines(struct str mail, struct arena *a)
{
	char *text = arena_bytes(a, mail.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < mail.n; i++)
		if (!str_starts(str_from(mail, i), STR("\r\n")))
			text[n++] = mail.p[i];
	return (struct str){ text, n };
}
