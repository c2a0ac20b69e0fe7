/* The kinds of hashes that passwords may have: how each is told, bounded and checked.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_ACCOUNT_PASSWORD_KINDS_H
#define ROWGATE_ACCOUNT_PASSWORD_KINDS_H

#include "base/arena.h"
#include "base/str.h"

struct password_kind {
	struct str prefix;
	bool (*importable)(struct str hash); /* it is whole, and its check is not absurdly dear */
	/* password is followed by a NUL byte. */
	bool (*matches)(struct str password, struct str hash, struct arena *a);
};

/* The kind of a hash; what looks like none is left to crypt(3), which knows more than can be taken over. */
const struct password_kind *password_kind_of(struct str hash);
/* The number behind a word in a hash's parameters, 0 when it is not there. */
int64_t password_parameter(struct str hash, struct str word);

#endif
