/* Requests that no plan can be made of, with PostgREST's words for it.
 * SPDX-License-Identifier: MIT */
#include "fixture.h"

#define NO_CAST(type)                                                                                                  \
	"400 PGRST100 Casts to " type                                                                                      \
	" are not allowed | They name objects of schemas that are not exposed (url-allow-reg-casts)."

static void faults(void **state)
{
	(void)state;
	static const struct golden rows[] = {
		{ "GET /nope", "404 PGRST205 Could not find the table 'api.nope' in the schema cache" },
		{ "GET /item",
			"404 PGRST205 Could not find the table 'api.item' in the schema cache | Perhaps you meant the "
			"table 'api.items'" },
		{ "GET /ITEMS",
			"404 PGRST205 Could not find the table 'api.ITEMS' in the schema cache | Perhaps you meant the "
			"table 'api.items'" },
		{ "POST /itemz\n\n{}",
			"404 PGRST205 Could not find the table 'api.itemz' in the schema cache | Perhaps you meant the "
			"table 'api.items'" },
		{ "GET /items?select=id,log(*)",
			"400 PGRST200 Could not find a relationship between 'items' and 'log' in the schema cache | "
			"Searched for a foreign key relationship between 'items' and 'log' in the schema 'api', but "
			"no matches were found." },
		{ "GET /items?select=id,o:log!fk!inner(id)",
			"400 PGRST200 Could not find a relationship between 'items' and 'log' in the schema cache | "
			"Searched for a foreign key relationship between 'items' and 'log' using the hint 'fk' in the "
			"schema 'api', but no matches were found." },
		{ "GET /items?select=...log(id)",
			"400 PGRST200 Could not find a relationship between 'items' and 'log' in the schema cache | "
			"Searched for a foreign key relationship between 'items' and 'log' in the schema 'api', but "
			"no matches were found." },
		{ "GET /items?orders.id=eq.1",
			"400 PGRST108 'orders' is not an embedded resource in this request | Verify that 'orders' is "
			"included in the 'select' query parameter." },
		{ "GET /items?select=orders(id)&orders.nope.id=eq.1",
			"400 PGRST108 'nope' is not an embedded resource in this request | Verify that 'nope' is "
			"included in the 'select' query parameter." },
		{ "GET /items?order=orders(id)",
			"400 PGRST108 'orders' is not an embedded resource in this request | Verify that 'orders' is "
			"included in the 'select' query parameter." },
		{ "GET /items?select=name,price.sum()", "400 PGRST123 Use of aggregate functions is not allowed" },
		{ "GET /items?select=id::regclass", NO_CAST("regclass") },
		{ "GET /items?select=name,x:id::REGCLASS", NO_CAST("REGCLASS") },
		{ "GET /items?select=id::_regtype", NO_CAST("_regtype") },
		{ "GET /items?select=id::setof%20RegRole", NO_CAST("setof RegRole") },
		{ "GET /items?select=id::regproc%20array", NO_CAST("regproc array") },
		{ "GET /items?select=id::%20regconfig%20", NO_CAST("regconfig") },
		{ "GET /items?select=name::aclitem", NO_CAST("aclitem") },
		{ "GET /items?select=id,orders!orders_item_id_fkey(id,qty::regnamespace)", NO_CAST("regnamespace") },
		{ "GET /items?select=id,...orders!orders_item_id_fkey(qty::regoper)", NO_CAST("regoper") },
		{ "POST /items?select=id::regprocedure\nPrefer: return=representation\n\n{`name`:`a`}",
			NO_CAST("regprocedure") },
		{ "GET /items?select=id::pg_catalog.regclass",
			"400 PGRST100 `failed to parse select parameter (id::pg_catalog.regclass)` (line 1, column 16) | "
			"unexpected `r` expecting `sum`, `avg`, `count`, `max` or `min`" },
		{ "GET /items\nAccept: image/png, text/html;q=0.5",
			"406 PGRST107 None of these media types are available: image/png, text/html" },
		{ "GET /items\nAccept: application/vnd.pgrst.plan+json",
			"406 PGRST107 None of these media types are available: application/vnd.pgrst.plan+json; "
			"for=`application/json`" },
		{ "GET /items\nPrefer: tx=rollback, handling=strict, wait=10, foo",
			"400 PGRST122 Invalid preferences given with handling=strict | Invalid preferences: wait=10, foo" },
		{ "PATCH /items?columns=nope\nPrefer: handling=strict, foo\n\n{}",
			"400 PGRST204 Could not find the 'nope' column of 'items' in the schema cache" },
		{ "POST /items\n\n{`nope`:1,`name`:`a`}",
			"400 PGRST204 Could not find the 'nope' column of 'items' in the schema cache" },
		{ "PATCH /items?columns=name,nope\n\n{`name`:`a`}",
			"400 PGRST204 Could not find the 'nope' column of 'items' in the schema cache" },
		{ "PUT /pairs?a=eq.1\n\n{`a`:1,`b`:2,`v`:`x`}",
			"405 PGRST105 Filters must include all and only primary key columns with 'eq' operators" },
		{ "PUT /items?id=gt.1\n\n{`id`:1}",
			"405 PGRST105 Filters must include all and only primary key columns with 'eq' operators" },
		{ "PUT /items?id=not.eq.1\n\n{`id`:1}",
			"405 PGRST105 Filters must include all and only primary key columns with 'eq' operators" },
		{ "PUT /items?id=eq(any).{1}\n\n{`id`:1}",
			"405 PGRST105 Filters must include all and only primary key columns with 'eq' operators" },
		{ "PUT /items?id=eq.1&name=eq.b\n\n{`id`:1}",
			"405 PGRST105 Filters must include all and only primary key columns with 'eq' operators" },
		{ "PUT /items?id=eq.1&or=(id.eq.1,id.eq.2)\n\n{`id`:1}",
			"405 PGRST105 Filters must include all and only primary key columns with 'eq' operators" },
		{ "PUT /items\n\n{`id`:1}",
			"405 PGRST105 Filters must include all and only primary key columns with 'eq' operators" },
		{ "PUT /log?line=eq.1\n\n{`line`:`1`}",
			"405 PGRST105 Filters must include all and only primary key columns with 'eq' operators" },
		{ "GET /rpc/add?c=1",
			"404 PGRST202 Could not find the function api.add(c) in the schema cache | Searched for the "
			"function api.add with parameter c, but no matches were found in the schema cache." },
		{ "GET /rpc/add",
			"404 PGRST202 Could not find the function api.add without parameters in the schema cache | "
			"Searched for the function api.add without parameters, but no matches were found in the schema "
			"cache." },
		{ "POST /rpc/add\n\n{`a`:1,`bb`:3}",
			"404 PGRST202 Could not find the function api.add(a, bb) in the schema cache | Searched for the "
			"function api.add with parameters a, bb or with a single unnamed json/jsonb parameter, but no "
			"matches were found in the schema cache. | Perhaps you meant to call the function api.add(a, b)" },
		{ "POST /rpc/add\nContent-Type: text/plain\n\n1",
			"404 PGRST202 Could not find the function api.add in the schema cache | Searched for the "
			"function api.add with a single unnamed text parameter, but no matches were found in the schema "
			"cache." },
		{ "GET /rpc/find_item?word=x",
			"404 PGRST202 Could not find the function api.find_item(word) in the schema cache | Searched for "
			"the function api.find_item with parameter word, but no matches were found in the schema cache. "
			"| Perhaps you meant to call the function api.find_items" },
		{ "GET /rpc/nothing_like_it",
			"404 PGRST202 Could not find the function api.nothing_like_it without parameters in the schema "
			"cache | Searched for the function api.nothing_like_it without parameters, but no matches were "
			"found in the schema cache." },
		{ "POST /rpc/nothing\nContent-Type: application/octet-stream\n\nhello",
			"404 PGRST202 Could not find the function api.nothing in the schema cache | Searched for the "
			"function api.nothing with a single unnamed bytea parameter, but no matches were found in the "
			"schema cache." },
		{ "GET /rpc/take_json",
			"404 PGRST202 Could not find the function api.take_json without parameters in the schema cache | "
			"Searched for the function api.take_json without parameters, but no matches were found in the "
			"schema cache. | Perhaps you meant to call the function api.take_json()" },
		{ "POST /rpc/take_text\n\n{`a`:1}",
			"404 PGRST202 Could not find the function api.take_text(a) in the schema cache | Searched for "
			"the function api.take_text with parameter a or with a single unnamed json/jsonb parameter, but "
			"no matches were found in the schema cache." },
		{ "GET /rpc/twice?x=1",
			"300 PGRST203 Could not choose the best candidate function between: api.twice(x => integer), api."
			"twice(x => text) | Try renaming the parameters or the function itself in the database so "
			"function overloading can be resolved" },
		{ "GET /rpc/picture\nAccept: image/gif", "406 PGRST107 None of these media types are available: image/gif" },
		{ "POST /rpc/add\nPrefer: handling=strict, max-affected=1\n\n{`a`:1,`b`:3}",
			"400 PGRST128 Function must return SETOF or TABLE when max-affected preference is used with "
			"handling=strict" },
		{ "OPTIONS /nope", "404 PGRST205 Could not find the table 'api.nope' in the schema cache" },
		{ "OPTIONS /rpc/nope",
			"404 PGRST202 Could not find the function api.nope without parameters in the schema cache | "
			"Searched for the function api.nope without parameters, but no matches were found in the schema "
			"cache." },
		{ "GET /\nAccept: text/csv", "406 PGRST107 None of these media types are available: text/csv" },
	};
	struct conf c = fixture_conf();
	fixture_golden(rows, COUNT_OF(rows), &c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(faults),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
