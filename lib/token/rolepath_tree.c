/* What the parsers of both role path syntaxes share.
 * SPDX-License-Identifier: MIT */
#include "token/rolepath_tree.h"

#include "base/ascii.h"

bool rolepath_expected(struct rolepath_parser *p, const char *what)
{
	if (!p->expected)
		p->expected = what;
	return false;
}

bool rolepath_at_number(const struct rolepath_parser *p)
{
	int c = scan_peek(&p->s);
	return c == '-' || ascii_is_digit(c);
}

bool rolepath_int(struct rolepath_parser *p, int64_t *out_r)
{
	struct str digits;
	const char *start = p->s.cur;
	scan_char(&p->s, '-');
	bool good = scan_set(&p->s, "0123456789", 15, &digits) && (digits.n == 1 || digits.p[0] != '0')
		&& str_to_i64((struct str){ start, (size_t)(p->s.cur - start) }, out_r);
	return good || rolepath_expected(p, "a whole number");
}
