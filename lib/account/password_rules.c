/* Which passwords are taken here.
 * SPDX-License-Identifier: MIT */
#include "account/password_rules.h"

#include "account/password.h"
#include "account/unicode.h"

static bool refuse_guessable(struct fault *f, struct str message)
{
	fault_set(f, 400, "RGA03", message);
	return fault_hint(f, STR("Choose one that nobody can guess."));
}

static bool refuse_breached(struct fault *f)
{
	fault_set(f, 400, "RGA03", STR("The password is known from a breach elsewhere"));
	return fault_hint(f, STR("Choose one that you have used nowhere else."));
}

bool password_allowed(struct account_call *c, struct str password, struct str email, struct fault *f)
{
	bool known;
	if (!password_acceptable(password, email, c->arena, f))
		return false;
	/* What is kept is this form, and what is guessed. */
	struct str normal = unicode_nfkc(password, c->arena);
	if (password_is_name(normal, str_sub(email, 0, str_rindex(email, '@')), c->arena))
		return refuse_guessable(f, STR("The password is the e-mail address"));
	if (password_worded(c, normal))
		return refuse_guessable(f, STR("The password is made of a word that anybody would try here"));
	return password_breached(&known, c, normal, f) && (!known || refuse_breached(f));
}
