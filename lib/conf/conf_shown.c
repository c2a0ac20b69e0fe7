/* A bare word or number of the configuration file where a text is wanted: PostgREST shows it as its parser holds it.
 * SPDX-License-Identifier: MIT */
#include "conf/conf_shown.h"

#include "base/arena.h"
#include "base/buf.h"

/* Digits without leading and trailing zeros, and the power of ten of the first: 0.05 is "5", -2. */
struct decimal {
	bool negative;
	char digits[40];
	size_t n;
	int64_t power;
};

static struct decimal decimal_of(struct str text)
{
	struct decimal d = { .negative = str_starts(text, STR("-")) };
	size_t e = str_index(text, 'e') < text.n ? str_index(text, 'e') : str_index(text, 'E');
	struct str mantissa = str_sub(text, 0, e), exponent = str_from(text, e < text.n ? e + 1 : e);
	bool behind_point = false;
	if (str_starts(exponent, STR("+")))
		exponent = str_from(exponent, 1);
	d.power = str_to_i64(exponent, &d.power) ? d.power - 1 : -1;
	for (size_t i = 0; i < mantissa.n; i++) {
		char c = mantissa.p[i];
		behind_point = behind_point || c == '.';
		if (c < '0' || c > '9')
			continue;
		if (!d.n && c == '0')
			d.power -= behind_point;
		else if (!behind_point)
			d.power++;
		if ((d.n || c != '0') && d.n < sizeof d.digits)
			d.digits[d.n++] = c;
	}
	while (d.n && d.digits[d.n - 1] == '0')
		d.n--;
	return d;
}

/* As Haskell shows a Scientific: 5.0, 0.25, 1.0e7, 5.0e-2. */
static void put_scientific(struct buf *out, const struct decimal *d)
{
	bool plain = !d->n || (d->power >= -1 && d->power < 7);
	int64_t point = !d->n ? 1 : plain ? d->power + 1 : 1; /* how many digits stand before it */
	if (d->negative && d->n)
		buf_char(out, '-');
	if (point <= 0)
		buf_char(out, '0');
	for (int64_t i = 0; i < point; i++)
		buf_char(out, i < (int64_t)d->n ? d->digits[i] : '0');
	buf_char(out, '.');
	for (int64_t i = point; i < (int64_t)d->n; i++)
		buf_char(out, d->digits[i]);
	if (point >= (int64_t)d->n)
		buf_char(out, '0');
	if (!plain) {
		buf_char(out, 'e');
		buf_i64(out, d->power);
	}
}

struct str conf_shown(struct str bare, struct arena *a)
{
	static const struct str words[] = { STR_INIT("true"), STR_INIT("on"), STR_INIT("false"), STR_INIT("off") };
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (str_eq_nocase(bare, words[i]))
			return i < 2 ? STR("Bool True") : STR("Bool False");
	struct buf out = buf_new(a, 100);
	struct decimal d = decimal_of(bare);
	bool in_parentheses = d.negative && d.n;
	buf_put(&out, in_parentheses ? STR("Number (") : STR("Number "));
	put_scientific(&out, &d);
	if (in_parentheses)
		buf_char(&out, ')');
	return buf_str(&out);
}
