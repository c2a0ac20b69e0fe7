/* Prints the account endpoints for tests/endpoints: path, methods, who may call, body, status and answer, a tab between
 * them; "?" behind a member that may be left out.
 * SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "account/endpoints.h"

static void print_members(const struct endpoint_member *members)
{
	for (const struct endpoint_member *m = members; m->name; m++)
		printf("%s%s%s", m == members ? "" : ", ", m->name, m->wanted ? "" : "?");
}

int main(void)
{
	const struct endpoint *e;
	for (size_t i = 0; (e = account_shown(i)); i++) {
		printf("%.*s\t%s%s\t%s\t", STR_ARG(e->path), e->get ? "GET" : "", e->post ? "POST" : "",
			e->signed_in ? "signed in" : "anyone");
		print_members(e->body);
		printf("\t%d\t", e->status);
		print_members(e->answer);
		putchar('\n');
	}
	return 0;
}
