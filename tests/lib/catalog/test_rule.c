/* Parsed view definitions: which of their columns are columns of other relations.
 * SPDX-License-Identifier: MIT */
#include "../expect.h"

#include "base/arena.h"
#include "base/buf.h"
#include "catalog/rule.h"

#define ENTRY(expr, no, name, table, column, junk)                                                                     \
	"{TARGETENTRY :expr " expr " :resno " no " :resname " name " :ressortgroupref 0 :resorigtbl " table                \
	" :resorigcol " column " :resjunk " junk "}"
#define VAR "{VAR :varno 3 :varattno 1 :vartype 23 :vartypmod -1 :varcollid 0 :varlevelsup 0 :location 7}"
#define QUERY(before, entries)                                                                                         \
	"({QUERY :commandType 1 :querySource 0 :canSetTag true " before " :targetList " entries " :override 0 :jointree "  \
	"{FROMEXPR :fromlist ({RANGETBLREF :rtindex 3}) :quals <>} :stmt_len 0})"
/* A subquery in the range table, with a target list of its own that must not be taken for the view's. */
#define SUBQUERY                                                                                                       \
	":rtable ({RTE :alias <> :rtekind 1 :subquery {QUERY :targetList (" ENTRY(VAR, "9", "inner", "999", "9",           \
		"false") ") :jointree <>}})"

static const struct {
	const char *row, *text, *want; /* "attnum=relation.attnum ..."; NULL: not a definition */
} cases[] = {
	{ "one column", QUERY("", "(" ENTRY(VAR, "1", "id", "16384", "2", "false") ")"), "1=16384.2 " },
	{ "two, one computed",
		QUERY("", "(" ENTRY(VAR, "1", "a", "0", "0", "false") " " ENTRY(VAR, "2", "b", "4294967295", "7", "false") ")"),
		"2=4294967295.7 " },
	{ "sorted by a column not shown",
		QUERY("", "(" ENTRY(VAR, "1", "a", "5", "1", "false") " " ENTRY(VAR, "2", "b", "5", "2", "true") ")"),
		"1=5.1 " },
	{ "subquery", QUERY(SUBQUERY, "(" ENTRY(VAR, "1", "a", "5", "1", "false") ")"), "1=5.1 " },
	{ "scalar subquery as a column",
		QUERY("",
			"(" ENTRY("{SUBLINK :subselect {QUERY :targetList (" ENTRY(VAR, "1", "x", "6", "6",
						  "false") ") :rtable <>} :location 9}",
				"1", "a", "0", "0", "false") ")"),
		"" },
	{ "name like a member", QUERY("", "(" ENTRY(VAR, "1", ":resno", "5", "1", "false") ")"), "1=5.1 " },
	{ "name with braces and blanks", QUERY("", "(" ENTRY(VAR, "1", "a\\{b\\(c\\)\\ \\}\\\\", "5", "1", "false") ")"),
		"1=5.1 " },
	{ "line breaks", "({QUERY\n:targetList\n(" ENTRY(VAR, "1", "a", "5", "1", "false") ")})", "1=5.1 " },
	{ "no columns", QUERY("", "<>"), "" },
	{ "empty list", QUERY("", "()"), "" },
	{ "nothing", "", NULL },
	{ "no target list", "({QUERY :commandType 1})", NULL },
	{ "target list only further in", "({QUERY :a {B :targetList (" ENTRY(VAR, "1", "a", "5", "1", "false") ")}})",
		NULL },
	{ "not entries", QUERY("", "(1 2)"), NULL },
	{ "number too large", QUERY("", "(" ENTRY(VAR, "1", "a", "4294967296", "1", "false") ")"), NULL },
	{ "cut in an entry", "({QUERY :targetList ({TARGETENTRY :expr {VAR", NULL },
	{ "cut behind a member", "({QUERY :targetList ({TARGETENTRY :resno", NULL },
	{ "cut in an escape", "({QUERY :targetList ({TARGETENTRY :resname \\", NULL },
	{ "closed too often", "}})))", NULL },
};

static void collect(void *arg, const struct rule_target *target)
{
	buf_printf(arg, "%u=%u.%u ", target->attnum, target->from_relation, target->from_attnum);
}

static void definitions(void **state)
{
	(void)state;
	struct arena *a = arena_new(1 << 20);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct buf out = buf_new(a, 1 << 10);
		bool read = rule_targets(str_of(cases[i].text), collect, &out);
		expect_text(cases[i].row, read ? buf_str(&out) : STR_NONE, cases[i].want);
	}
	arena_free(a);
}

/* Every prefix of a definition ends somewhere: none may be read past its end. */
static void prefixes(void **state)
{
	(void)state;
	static const char whole[] = QUERY(SUBQUERY, "(" ENTRY(VAR, "1", "a\\ b", "5", "1", "false") ")");
	struct arena *a = arena_new(1 << 20);
	for (size_t n = 0; n < sizeof whole - 1; n++) {
		struct buf out = buf_new(a, 1 << 10);
		struct str cut = str_dup(a, (struct str){ whole, n });
		rule_targets(cut, collect, &out);
	}
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(definitions), cmocka_unit_test(prefixes) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
