/* The private parts of keys, so that who only verifies can find every copy of them in its memory and wipe it.
 *
 * They are kept with every bit turned: a search must not find what it searches with. Whoever has searched wipes them
 * too.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_TOKEN_TRACES_H
#define ROWGATE_TOKEN_TRACES_H

#include "conf/conf.h"

enum { TRACES_MAX = 256 };

struct traces {
	struct trace {
		unsigned char *turned;
		size_t n;
	} all[TRACES_MAX];
	size_t count;
};

/* Adds what jwt-secret and auth-signing-key have of private keys: the members of their JWKs, as text and as bytes. A
 * secret of HMAC is no such part: it verifies. */
void traces_read(struct traces *t, const struct conf *c, struct arena *a);
/* Wipes every copy in these n bytes. */
void traces_wipe(const struct traces *t, char *bytes, size_t n);
/* Wipes the traces themselves. */
void traces_forget(struct traces *t);

#endif
