/* The answers of account endpoints as JSON.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_ACCOUNT_ANSWER_H
#define ROWGATE_ACCOUNT_ANSWER_H

#include "account/account.h"
#include "base/jsonw.h"

/* An answer under construction: answer_begin(), members, answer_end(). */
struct answer {
	struct buf out;
	struct jsonw w;
};

void answer_begin(struct answer *a, struct account_call *c);
/* Closes the object and makes it the answer, with status 200. Always returns true. */
bool answer_end(struct answer *a, struct account_call *c);
/* 204. Always returns true. */
bool answer_nothing(struct account_call *c);

#endif
