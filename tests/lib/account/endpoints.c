/* Prints the account endpoints for tests/endpoints and tests/reference: path, methods, who may call, body, status,
 * answer, refusals and summary, a tab between them; "?" behind a member that may be left out.
 * SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "account/endpoints.h"

static void print_members(const struct endpoint_member *members)
{
	for (const struct endpoint_member *m = members; m->name; m++)
		printf("%s%s%s %s", m == members ? "" : ", ", m->name, m->wanted ? "" : "?", m->type);
	putchar('\t');
}

static void print_refusals(const struct endpoint *e)
{
	for (const int *refusal = e->refusals; *refusal; refusal++)
		printf("%s%d", refusal == e->refusals ? "" : ", ", *refusal);
	putchar('\t');
}

int main(void)
{
	const struct endpoint *e;
	for (size_t i = 0; (e = account_shown(i)); i++) {
		printf("%.*s\t%s%s%s\t%s\t", STR_ARG(e->path), e->get ? "GET" : "", e->get && e->post ? ", " : "",
			e->post ? "POST" : "", e->signed_in ? "signed in" : "anyone");
		print_members(e->body);
		printf("%d\t", e->status);
		print_members(e->answer);
		print_refusals(e);
		printf("%.*s\n", STR_ARG(e->summary));
	}
	return 0;
}
