/* The URL's grammar: what each parameter means, and how a mistake in it is worded.
 * SPDX-License-Identifier: MIT */
#include "../expect.h"

#include <string.h>

#include "query/params.h"
#include "show.h"

struct row {
	const char *query, *want;
};

/* The tree or the fault that a query string gives, as text. */
static struct str outcome(const char *query, bool call_read, struct arena *a)
{
	struct query q = { 0 };
	struct fault f = { 0 };
	return params_read(&q, str_of(query), call_read, a, &f) ? show_query(&q, a) : show_fault(&f, a);
}

static void check(const struct row *rows, size_t count, bool call_read)
{
	for (size_t i = 0; i < count; i++) {
		struct arena *a = arena_new(1 << 24);
		expect_text(rows[i].query, outcome(rows[i].query, call_read, a), rows[i].want);
		arena_free(a);
	}
}

static void select_lists(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{ "", "*" },
		{ "select=*", "*" },
		{ "select", "*" },
		{ "select=", "" },
		{ "select&select=id", "*" },
		{ "select=id&select=name", "id" },
		{ "select=id, name ,a b", "id,name,a b" },
		{ "select=a-b,c - d,$1,_", "a-b,c-d,$1,_" },
		{ "select=%22a,b%22,%22c%5C%22d%22", "a,b,c\"d" },
		{ "select=%C3%BCber,%E5%90%8D", "über,名" },
		{ "select=a+b", "a b" },
		{ "select=al:id,x:data->a->>b::int", "al:id,x:data->'a'->>'b'::int" },
		{ "select=data->0,data->-1->>k,rel(data->0)", "data->0,data->-1->>'k',rel(data->0)" },
		{ "select=data->%22a.b%22,data->!@%23_x", "data->'a.b',data->'!@#_x'" },
		{ "select=data->1a", "data->'1a'" },
		{ "select=count()", ".count()" },
		{ "select=n:count()::text", "n:.count()::text" },
		{ "select=a.sum(),b.avg(),c.max(),d.min(),e.count()", "a.sum(),b.avg(),c.max(),d.min(),e.count()" },
		{ "select=x:a::int.sum()::text", "x:a::int.sum()::text" },
		{ "select=data->n.sum()", "data->'n'.sum()" },
		{ "select=id,rel(*)", "id,rel(*)" },
		{ "select=rel()", "rel()" },
		{ "select=rel( a , b )", "rel(a,b)" },
		{ "select=x:rel!fk!inner(a,sub!left(b))", "x:rel!fk!inner(a,sub!left(b))" },
		{ "select=rel!inner!fk(a)", "rel!fk!inner(a)" },
		{ "select=rel!a!b(c)", "rel!a(c)" },
		{ "select=...rel(a,...sub(b))", "...rel(a,...sub(b))" },
		{ "select=...rel!fk!left(a)", "...rel!fk!left(a)" },
		{ "select=counts(id),count", "counts(id),count" },
		/* Where nothing can be parsed there is an empty list, and what follows a list is not looked at. */
		{ "select=:", "" },
		{ "select=*!x", "" },
		{ "select=id)x", "id" },
	};
	check(rows, COUNT_OF(rows), false);
}

static void filters(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{ "id=eq.5", "* | {} and(id eq \"5\")" },
		{ "id=not.eq.5&id=gte.1", "* | {} and(id not.eq \"5\", id gte \"1\")" },
		{ "a=gt.1&b=lte.2&c=lt.3&d=neq.4", "* | {} and(a gt \"1\", b lte \"2\", c lt \"3\", d neq \"4\")" },
		{ "a=like.x*y&b=ilike.*z&c=match.^a*&d=imatch.b",
			"* | {} and(a like \"x%y\", b ilike \"%z\", c match \"^a*\", "
			"d imatch \"b\")" },
		{ "a=eq(any).{1,2}&b=like(all).{*x,y*}", "* | {} and(a eq(any) \"{1,2}\", b like(all) \"{%x,y%}\")" },
		{ "a=in.(1,%22b,c%22,%22d%5C%22%5C%5Ce%22,f g)", "* | {} and(a in (\"1\",\"b,c\",\"d\"\\e\",\"f g\"))" },
		{ "a=in.(%22%22)", "* | {} and(a in ())" },
		{ "a=in.()&b=in.(,)&c=not.in.(1)&d=in.(%22x%22y)",
			"* | {} and(a in (), b in (\"\",\"\"), c not.in (\"1\"), "
			"d in (\"\"x\"y\"))" },
		{ "a=is.null&b=is.TRUE&c=is.False&d=is.uNKNOWN&e=not.is.NOT_NULL",
			"* | {} and(a is null, b is true, "
			"c is false, d is unknown, e not.is not_null)" },
		{ "a=isdistinct.1", "* | {} and(a isdistinct \"1\")" },
		{ "a=fts.x&b=fts(english).y&c=plfts(simple).z&d=phfts.v&e=not.wfts.w",
			"* | {} and(a fts \"x\", "
			"b fts(english) \"y\", c plfts(simple) \"z\", d phfts \"v\", e not.wfts \"w\")" },
		{ "a=cs.{1,2}&b=cd.[1,2]&c=ov.(1,2)&d=sl.x&e=sr.x&f=nxr.x&g=nxl.x&h=adj.x",
			"* | {} and(a cs \"{1,2}\", "
			"b cd \"[1,2]\", c ov \"(1,2)\", d sl \"x\", e sr \"x\", f nxr \"x\", g nxl \"x\", h adj \"x\")" },
		{ "data->>k=eq.v&data->0->x=cs.{}", "* | {} and(data->>'k' eq \"v\", data->0->'x' cs \"{}\")" },
		{ "a=eq.&b=eq.x.y,z)", "* | {} and(a eq \"\", b eq \"x.y,z)\")" },
		{ "rel.a=eq.1&rel.sub.b=eq.2&rel.c=eq.3", "* | {rel} and(a eq \"1\", c eq \"3\") | {rel.sub} and(b eq \"2\")" },
		{ "%22rel.a%22=eq.1&%22order%22=eq.2", "* | {} and(rel.a eq \"1\", order eq \"2\")" },
		{ "rel=is.null&rel=not.is.null", "* | {} and(rel is null, rel not.is null)" },
		{ "a&b=eq.1&&", "* | {} and(b eq \"1\")" },
	};
	check(rows, COUNT_OF(rows), false);
}

/* An operator whose name began with that of a row above it would never be found. */
static void operator_names_are_told_apart(void **state)
{
	(void)state;
	for (size_t i = 0; i < FILTER_OPERATOR_COUNT; i++)
		for (size_t j = i + 1; j < FILTER_OPERATOR_COUNT; j++)
			assert_false(str_starts(filter_operators[j].name, filter_operators[i].name));
}

static void logic_trees(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{ "or=(a.eq.1,b.gt.2)", "* | {} and(or(a eq \"1\", b gt \"2\"))" },
		{ "not.and=(a.eq.1)", "* | {} and(not.and(a eq \"1\"))" },
		{ "and=(a.eq.1,or(b.not.eq.2,not.and(c.is.null,d.in.(1,2))))",
			"* | {} and(and(a eq \"1\", or(b not.eq \"2\", "
			"not.and(c is null, d in (\"1\",\"2\")))))" },
		{ "or= ( a.eq.1 , b.eq.2 )", "* | {} and(or(a eq \"1 \", b eq \"2 \"))" },
		{ "or=(a.eq.%22x,y%22,b.cs.{1,2},c.eq.x y,d.like.*z)",
			"* | {} and(or(a eq \"x,y\", b cs \"{1,2}\", "
			"c eq \"x y\", d like \"%z\"))" },
		{ "or=(a->b->>c.eq.1,rel.is.null)", "* | {} and(or(a->'b'->>'c' eq \"1\", rel is null))" },
		{ "or=(a.fts(simple).x,b.eq(any).{1,2})", "* | {} and(or(a fts(simple) \"x\", b eq(any) \"{1,2}\"))" },
		{ "rel.or=(a.eq.1)&rel.sub.not.and=(b.eq.2)",
			"* | {rel} and(or(a eq \"1\")) | {rel.sub} "
			"and(not.and(b eq \"2\"))" },
		{ "or=(a.eq.1)&b=eq.2&and=(c.eq.3)", "* | {} and(or(a eq \"1\"), and(c eq \"3\"), b eq \"2\")" },
		{ "or=(and.eq.1)", "* | {} and(or(and eq \"1\"))" },
		/* The name is part of the text that is parsed, as in PostgREST. */
		{ "or=a.eq.1", "* | {} and(ora eq \"1\")" },
	};
	check(rows, COUNT_OF(rows), false);
}

static void orders_and_ranges(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{ "order=a", "* | {} order(a)" },
		{ "order=a.asc,b.desc.nullsfirst, c.nullslast,d.asc.nullslast",
			"* | {} order(a.asc,b.desc.nullsfirst,"
			"c.nullslast,d.asc.nullslast)" },
		{ "order=data->a->>0.desc", "* | {} order(data->'a'->>0.desc)" },
		{ "order=rel(a).desc,rel(data->b).nullsfirst,c", "* | {} order(rel(a).desc,rel(data->'b').nullsfirst,c)" },
		{ "order=a&order=b", "* | {} order(a)" },
		{ "rel.order=a&rel.sub.order=b.desc", "* | {rel} order(a) | {rel.sub} order(b.desc)" },
		{ "limit=5", "* | {} range(0,5)" },
		{ "offset=3", "* | {} range(3,-1)" },
		{ "limit=5&offset=3", "* | {} range(3,5)" },
		{ "limit=0", "* | {} range(0,0)" },
		{ "limit=5&limit=7", "* | {} range(0,7)" },
		{ "limit=x&offset=y", "*" },
		{ "offset=-5", "*" },
		{ "limit=99999999999999999999", "* | {} range(0,4611686018427387903)" },
		{ "rel.limit=2&rel.offset=1&a.b.limit=0", "* | {rel} range(1,2) | {a.b} range(0,0)" },
		{ "limit=-1", "416 PGRST103 Requested range not satisfiable | Limit should be greater than or equal to zero." },
		{ "rel.limit=-1",
			"416 PGRST103 Requested range not satisfiable | Limit should be greater than or equal to "
			"zero." },
		{ "columns=a,%22b c%22, d,a", "* | columns a,b c,d" },
		{ "on_conflict=a,b", "* | on_conflict a,b" },
		{ "columns=a&columns=b", "* | columns a" },
	};
	check(rows, COUNT_OF(rows), false);
}

static void arguments_of_calls(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{ "a=1&b=x.y", "* | a := \"1\" | b := \"x.y\"" },
		{ "a=1&b=eq.5", "* | {} and(b eq \"5\") | a := \"1\"" },
		{ "v=1&v=2", "* | v := \"1\" | v := \"2\"" },
		{ "a=&b", "* | a := \"\"" },
		{ "a=not&b=eq&c=in&d=equal", "* | a := \"not\" | b := \"eq\" | c := \"in\" | d := \"equal\"" },
		{ "a=not.x",
			"400 PGRST100 \"failed to parse filter (not.x)\" (line 1, column 5) | unexpected \"x\" expecting "
			"operator (eq, gt, ...)" },
		{ "a=in.x",
			"400 PGRST100 \"failed to parse filter (in.x)\" (line 1, column 4) | unexpected \"x\" expecting "
			"\"(\"" },
		{ "select=a&order=b&limit=1&c=d", "a | {} order(b) range(0,1) | c := \"d\"" },
	};
	check(rows, COUNT_OF(rows), true);
}

#define FAILED(what, shown, column, details)                                                                           \
	"400 PGRST100 \"failed to parse " what " (" shown ")\" (line 1, column " column ") | " details

static void mistakes(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{ "id=5", FAILED("filter", "5", "1", "unexpected \"5\" expecting \"not\" or operator (eq, gt, ...)") },
		{ "id=", FAILED("filter", "", "1", "unexpected end of input expecting \"not\" or operator (eq, gt, ...)") },
		{ "id=eq", FAILED("filter", "eq", "3", "unexpected end of input expecting operator (eq, gt, ...)") },
		{ "id=wat.1", FAILED("filter", "wat.1", "1", "unexpected \"w\" expecting \"not\" or operator (eq, gt, ...)") },
		{ "id=not.wat.1", FAILED("filter", "not.wat.1", "5", "unexpected \"w\" expecting operator (eq, gt, ...)") },
		{ "id=eq(some).1", FAILED("filter", "eq(some).1", "4", "unexpected \"s\" expecting operator (eq, gt, ...)") },
		{ "id=is.nil",
			FAILED("filter", "is.nil", "5",
				"unexpected \"i\" expecting isVal: (null, not_null, true, false, "
				"unknown)") },
		{ "id=in.1,2", FAILED("filter", "in.1,2", "4", "unexpected \"1\" expecting \"(\"") },
		{ "id=in.(1,2", FAILED("filter", "in.(1,2", "8", "unexpected end of input expecting \",\" or \")\"") },
		{ "=eq.1", FAILED("tree path", "", "1", "unexpected end of input expecting field name (* or [a..z0..9_$])") },
		{ "a.=eq.1",
			FAILED("tree path", "a.", "3",
				"unexpected end of input expecting field name (* or "
				"[a..z0..9_$])") },
		{ "select=id,",
			FAILED("select parameter", "id,", "4",
				"unexpected end of input expecting \"...\", field name "
				"(* or [a..z0..9_$]), \"*\" or \"count()\"") },
		{ "select=rel(id",
			FAILED("select parameter", "rel(id", "7",
				"unexpected end of input expecting letter, digit, "
				"\"-\", \"->>\", \"->\", \"::\", \".\", \")\", \",\" or end of input") },
		{ "select=rel(a->0",
			FAILED("select parameter", "rel(a->0", "9",
				"unexpected end of input expecting \"->>\", \"->\", \"::\", "
				"\".\", \")\", \",\" or end of input") },
		{ "select=rel(*",
			FAILED("select parameter", "rel(*", "6",
				"unexpected end of input expecting \")\", \",\" or end of input") },
		{ "select=a[1]",
			FAILED("select parameter", "a[1]", "2",
				"unexpected '[' expecting letter, digit, \"-\", \"->>\", "
				"\"->\", \"::\", \".\", \")\", \",\" or end of input") },
		{ "select=a::", FAILED("select parameter", "a::", "4", "unexpected end of input expecting letter or digit") },
		{ "select=a.foo()",
			FAILED("select parameter", "a.foo()", "3",
				"unexpected \"f\" expecting \"sum\", \"avg\", "
				"\"count\", \"max\" or \"min\"") },
		{ "select=%22a",
			FAILED("select parameter", "\"a", "3",
				"unexpected end of input expecting \"\\\\\" or "
				"\"\\\"\"") },
		{ "select=id%0Ax",
			"400 PGRST100 \"failed to parse select parameter (id\nx)\" (line 1, column 3) | unexpected "
			"'\\n' expecting letter, digit, \"-\", \"->>\", \"->\", \"::\", \".\", \")\", \",\" or end of input" },
		{ "select=a%09!",
			FAILED("select parameter", "a\t!", "9",
				"unexpected '!' expecting \"::\", \".\", \")\", "
				"\",\" or end of input") },
		{ "order=a.up",
			FAILED("order", "a.up", "3",
				"unexpected \"u\" expecting \"asc\", \"desc\", \"nullsfirst\" or "
				"\"nullslast\"") },
		{ "order=a.descending",
			FAILED("order", "a.descending", "7",
				"unexpected 'e' expecting delimiter (.), \",\" or "
				"end of input") },
		{ "order=rel(a,b)",
			FAILED("order", "rel(a,b)", "4",
				"unexpected '(' expecting letter, digit, \"-\", \"->>\", "
				"\"->\", delimiter (.), \",\" or end of input") },
		{ "order=a-b!",
			FAILED("order", "a-b!", "4",
				"unexpected '!' expecting \"-\", \"->>\", \"->\", delimiter (.), "
				"\",\" or end of input") },
		{ "or=()",
			FAILED("logic tree", "()", "4",
				"unexpected \")\" expecting field name (* or [a..z0..9_$]), negation "
				"operator (not) or logic operator (and, or)") },
		{ "or=(a.eq.1", FAILED("logic tree", "(a.eq.1", "10", "unexpected end of input expecting \",\" or \")\"") },
		{ "not!.or=(a.eq.1)",
			FAILED("logic tree", "(a.eq.1)", "5", "unexpected \"n\" expecting logic operator (and, or)") },
		{ "or=(a.wat.1)",
			FAILED("logic tree", "(a.wat.1)", "6",
				"unexpected \"w\" expecting \"not\" or operator (eq, "
				"gt, ...)") },
		{ "columns=a,",
			FAILED("columns parameter", "a,", "3",
				"unexpected end of input expecting field name (* or "
				"[a..z0..9_$])") },
		{ "on_conflict=!",
			FAILED("on_conflict parameter", "!", "1",
				"unexpected \"!\" expecting field name (* or "
				"[a..z0..9_$])") },
		{ "a=fts().x", FAILED("filter", "fts().x", "5", "unexpected \")\" expecting operator (eq, gt, ...)") },
		{ "a=eq().x", FAILED("filter", "eq().x", "4", "unexpected \")\" expecting operator (eq, gt, ...)") },
		{ "a=is().x", FAILED("filter", "is().x", "3", "unexpected \"(\" expecting operator (eq, gt, ...)") },
		{ "a=in().x", FAILED("filter", "in().x", "3", "unexpected \"(\" expecting operator (eq, gt, ...)") },
		{ "order=id.ac",
			FAILED("order", "id.ac", "4",
				"unexpected \"c\" expecting \"asc\", \"desc\", \"nullsfirst\" or "
				"\"nullslast\"") },
		{ "order=id.nulsfist",
			FAILED("order", "id.nulsfist", "4",
				"unexpected \"n\" expecting \"asc\", \"desc\", "
				"\"nullsfirst\" or \"nullslast\"") },
		{ "order=id.nullslasttt",
			FAILED("order", "id.nullslasttt", "13",
				"unexpected 't' expecting \",\" or end of "
				"input") },
		{ "order=id.asc.nlsfst",
			FAILED("order", "id.asc.nlsfst", "8",
				"unexpected \"l\" expecting \"nullsfirst\" or "
				"\"nullslast\"") },
		{ "order=id.asc.nullslasttt",
			FAILED("order", "id.asc.nullslasttt", "17",
				"unexpected 't' expecting \",\" or end "
				"of input") },
		{ "or=(id.in.1,2,id.eq.3)",
			FAILED("logic tree", "(id.in.1,2,id.eq.3)", "10",
				"unexpected \"1\" expecting "
				"\"(\"") },
		{ "or=)(", FAILED("logic tree", ")(", "3", "unexpected \")\" expecting \"(\"") },
		{ "and=(ord(id.eq.1,id.eq.1),id.eq.2)",
			FAILED("logic tree", "(ord(id.eq.1,id.eq.1),id.eq.2)", "7", "unexpected \"d\" expecting \"(\"") },
		{ "or=(id.eq.1,not.xor(id.eq.2,id.eq.3))",
			FAILED("logic tree", "(id.eq.1,not.xor(id.eq.2,id.eq.3))", "16",
				"unexpected \"x\" expecting logic operator (and, or)") },
		{ "select=data->>-78xy",
			FAILED("select parameter", "data->>-78xy", "11",
				"unexpected 'x' expecting digit, \"->\", "
				"\"::\", \".\", \",\" or end of input") },
		{ "select=id,clients(name[])",
			FAILED("select parameter", "id,clients(name[])", "16",
				"unexpected '[' expecting "
				"letter, digit, \"-\", \"->>\", \"->\", \"::\", \".\", \")\", \",\" or end of input") },
		{ "select=d->>--34", FAILED("select parameter", "d->>--34", "6", "unexpected \"-\" expecting digit") },
		{ "order=d->>-xy-4", FAILED("order", "d->>-xy-4", "6", "unexpected \"x\" expecting digit") },
		/* The first in PostgREST's order of parsing is told, not the first in the URL. */
		{ "id=5&select=a[&order=b[",
			FAILED("order", "b[", "2",
				"unexpected '[' expecting letter, digit, \"-\", "
				"\"->>\", \"->\", delimiter (.), \",\" or end of input") },
		{ "%zz=1", FAILED("tree path", "%zz", "1", "unexpected \"%\" expecting field name (* or [a..z0..9_$])") },
		{ "a=eq.%00", "400 PGRST100 The request URL or form is not UTF-8 text or contains a NUL byte" },
		{ "a=eq.%ff", "400 PGRST100 The request URL or form is not UTF-8 text or contains a NUL byte" },
	};
	check(rows, COUNT_OF(rows), false);
}

static void repeat(char *to, const char *open, const char *middle, const char *close, int times)
{
	*to = '\0';
	for (int i = 0; i < times; i++)
		to = stpcpy(to, open);
	to = stpcpy(to, middle);
	for (int i = 0; i < times; i++)
		to = stpcpy(to, close);
}

static void nesting_has_an_end(void **state)
{
	(void)state;
	static const struct {
		const char *open, *middle, *close;
	} rows[] = { { "a(", "b", ")" }, { "and(", "b.eq.1", ")" } };
	static const char *const prefix[] = { "select=", "or=(" }, *const suffix[] = { "", ")" };
	static char text[300000], query[300016];
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		for (int depth = 90; depth <= 50000; depth += 49910) {
			struct arena *a = arena_new(1 << 26);
			struct query q = { 0 };
			struct fault f = { 0 };
			repeat(text, rows[i].open, rows[i].middle, rows[i].close, depth);
			snprintf(query, sizeof(query), "%s%s%s", prefix[i], text, suffix[i]);
			bool ok = params_read(&q, str_of(query), false, a, &f);
			assert_int_equal(ok, depth < 100);
			if (!ok)
				expect_text("too deep", f.details, "nested deeper than 100 levels");
			arena_free(a);
		}
	}
}

static void canonical_queries(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{ "", "" },
		{ "b=2&a=1", "a=1&b=2" },
		{ "a", "a=" },
		{ "id=gt.1&b=x&id=lt.5", "b=x&id=gt.1,lt.5" },
		{ "select=id,name&id=in.(1,2)", "id=in.%281%2C2%29&select=id%2Cname" },
		{ "a=x+y&%C3%A9=~._-", "a=x%20y&%C3%A9=~._-" },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct arena *a = arena_new(1 << 20);
		struct query q = { 0 };
		struct fault f = { 0 };
		assert_true(params_read(&q, str_of(rows[i].query), true, a, &f));
		expect_text(rows[i].query, q.canonical_query, rows[i].want);
		arena_free(a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(select_lists),
		cmocka_unit_test(filters),
		cmocka_unit_test(operator_names_are_told_apart),
		cmocka_unit_test(logic_trees),
		cmocka_unit_test(orders_and_ranges),
		cmocka_unit_test(arguments_of_calls),
		cmocka_unit_test(mistakes),
		cmocka_unit_test(nesting_has_an_end),
		cmocka_unit_test(canonical_queries),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
