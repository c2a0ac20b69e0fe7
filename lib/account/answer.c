/* The answers of account endpoints as JSON.
 * SPDX-License-Identifier: MIT */
#include "account/answer.h"

enum { ANSWER_MAX = 256 * 1024 };

void answer_begin(struct answer *a, struct account_call *c)
{
	a->out = buf_new(c->arena, ANSWER_MAX);
	a->w = (struct jsonw){ .out = &a->out };
	jsonw_open(&a->w, '{');
}

bool answer_end(struct answer *a, struct account_call *c)
{
	jsonw_close(&a->w, '}');
	c->status = 200;
	c->answer = buf_str(&a->out);
	return true;
}

bool answer_nothing(struct account_call *c)
{
	c->status = 204;
	return true;
}
