/* A scanner over a parsed view definition that follows only braces, escapes and the outermost target list.
 * SPDX-License-Identifier: MIT */
#include "catalog/rule.h"

#include "base/scan.h"

/* Takes one token: a brace or parenthesis, or a run of other bytes up to a blank or one of those. Empty at the end. */
static struct str take_token(struct scan *s)
{
	while (!scan_done(s) && (*s->cur == ' ' || *s->cur == '\n'))
		s->cur++;
	const char *start = s->cur;
	while (!scan_done(s)) {
		char c = *s->cur;
		bool bracket = c == '{' || c == '}' || c == '(' || c == ')';
		if ((bracket && s->cur > start) || c == ' ' || c == '\n')
			break;
		s->cur += c == '\\' && s->end - s->cur > 1 ? 2 : 1;
		if (bracket)
			break;
	}
	return (struct str){ start, (size_t)(s->cur - start) };
}

static int nesting(struct str token)
{
	if (token.n != 1)
		return 0;
	return token.p[0] == '{' || token.p[0] == '(' ? 1 : token.p[0] == '}' || token.p[0] == ')' ? -1 : 0;
}

static bool take_number(struct scan *s, uint32_t *out_r)
{
	uint64_t value;
	if (!str_to_u64(take_token(s), &value) || value > UINT32_MAX)
		return false;
	*out_r = (uint32_t)value;
	return true;
}

/* Reads the members of one {TARGETENTRY ...} behind its brace, to its end. */
static bool take_entry(struct scan *s, struct rule_target *target, bool *is_column_r)
{
	bool junk = false, whole = true;
	*target = (struct rule_target){ 0 };
	for (int depth = 1; depth > 0 && whole;) {
		struct str token = take_token(s);
		depth += nesting(token);
		if (depth != 1)
			whole = token.n > 0;
		else if (str_eq(token, STR(":resno")))
			whole = take_number(s, &target->attnum);
		else if (str_eq(token, STR(":resorigtbl")))
			whole = take_number(s, &target->from_relation);
		else if (str_eq(token, STR(":resorigcol")))
			whole = take_number(s, &target->from_attnum);
		else if (str_eq(token, STR(":resjunk")))
			junk = str_eq(take_token(s), STR("true"));
		else if (str_eq(token, STR(":resname")))
			whole = take_token(s).n > 0; /* a column may be called ":resno" */
		else
			whole = token.n > 0;
	}
	*is_column_r = !junk && target->from_relation && target->from_attnum;
	return whole;
}

/* The list of entries behind its opening parenthesis. */
static bool take_entries(struct scan *s, void (*found)(void *arg, const struct rule_target *target), void *arg)
{
	for (struct str token = take_token(s); !str_eq(token, STR(")")); token = take_token(s)) {
		struct rule_target target;
		bool is_column;
		if (!str_eq(token, STR("{")) || !take_entry(s, &target, &is_column))
			return false;
		if (is_column)
			found(arg, &target);
	}
	return true;
}

bool rule_targets(struct str ev_action, void (*found)(void *arg, const struct rule_target *target), void *arg)
{
	struct scan s = scan_of(ev_action);
	/* ({QUERY ... :targetList ({TARGETENTRY ...} ...) ...}): members of the query itself are at depth two. */
	for (int depth = 0;;) {
		struct str token = take_token(&s);
		if (!token.n)
			return false;
		depth += nesting(token);
		if (depth != 2 || !str_eq(token, STR(":targetList")))
			continue;
		token = take_token(&s);
		return str_eq(token, STR("<>")) || (str_eq(token, STR("(")) && take_entries(&s, found, arg));
	}
}
