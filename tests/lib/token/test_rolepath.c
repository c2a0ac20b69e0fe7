/* Role paths in both syntaxes: what they select, and what does not parse.
 * SPDX-License-Identifier: MIT */
#include "../expect.h"

#include "token/rolepath.h"
#include "token/tokenjson.h"

static const char claims[] =
	"{\"role\":\"editor\",\"n\":42,\"yes\":true,\"nothing\":null,\"float\":1.50,"
	"\"a\":{\"b\":[\"zero\",\"one\",\"two\"],\"b c\":{\"d\":\"deep\"}},"
	"\"https://example.com/role\":{\"key\":\"author\"},\"it's\":\"quoted\",\"\\u00e9t\\u00e9\":\"summer\","
	"\"roles\":[\"other\",\"author\",\"admin_x\",7,\"adm\"],"
	"\"groups\":[\"/group\\u00e9/\"],"
	"\"objects\":[{\"name\":\"x\",\"level\":1},{\"name\":\"y\",\"level\":5},{\"level\":9}],"
	"\"min\":3,\"empty\":[],\"_u1\":\"under\"}";

static void paths_select_the_first_value(void **state)
{
	static const struct {
		const char *path, *role;
	} rows[] = {
		/* the older syntax */
		{ ".role", "editor" },
		{ ".\"role\"", "editor" },
		{ ".missing", NULL },
		{ ".a.b[1]", "one" },
		{ ".a.b[3]", NULL },
		{ ".a.\"b c\".d", "deep" },
		{ ".\"https://example.com/role\".key", "author" },
		{ ".roles[?(@ == \"author\")]", "author" },
		{ ".roles[?(@ != \"other\")]", "author" },
		{ ".roles[?(@ ^== \"adm\")]", "admin_x" },
		{ ".roles[?(@ ==^ \"_x\")]", "admin_x" },
		{ ".roles[?(@ *== \"min\")]", "admin_x" },
		{ ".roles[?(@==\"adm\")]", "adm" },
		{ ".roles[?(@ == \"none\")]", NULL },
		{ ".role[?(@ == \"editor\")]", NULL },
		{ ".a[?(@ != \"x\")]", NULL },
		{ ".empty[?(@ != \"x\")]", NULL },
		{ ".role[0]", NULL },
		{ ".role.x", NULL },
		{ ".roles[3]", "7" },
		{ ".n", "42" },
		{ ".yes", "true" },
		{ ".nothing", "null" },
		{ ".float", "1.50" },
		{ ".roles[0][1:]", "ther" },
		{ ".groups[0][1:-1]", "group\xc3\xa9" },
		{ ".groups[0][:2]", "/g" },
		{ ".groups[0][-2:]", "\xc3\xa9/" },
		{ ".role[:]", "editor" },
		{ ".role[4:2]", NULL },
		{ ".role[9:]", NULL },
		{ ".roles[?(@ ^== \"adm\")][0:3]", "adm" },
		{ ".n[0:1]", NULL },
		{ ".role[1:][1:]", "itor" },
		{ "._u1", "under" },
		/* RFC 9535 */
		{ "$.role", "editor" },
		{ "$['role']", "editor" },
		{ "$[\"role\"]", "editor" },
		{ "$.missing", NULL },
		{ "$.a.b[1]", "one" },
		{ "$.a.b[-1]", "two" },
		{ "$.a.b[3]", NULL },
		{ "$.a.b[-4]", NULL },
		{ "$.a['b c'].d", "deep" },
		{ "$['https://example.com/role'].key", "author" },
		{ "$['it\\'s']", "quoted" },
		{ "$[\"it's\"]", "quoted" },
		{ "$['\\u00e9t\\u00e9']", "summer" },
		{ "$.\xc3\xa9t\xc3\xa9", "summer" },
		{ "$.n", "42" },
		{ "$.nothing", "null" },
		{ "$", NULL },
		{ "$.a.b[*]", "zero" },
		{ "$.a.*[2]", "two" },
		{ "$.a.b[1:]", "one" },
		{ "$.a.b[::-1]", "two" },
		{ "$.a.b[::0]", NULL },
		{ "$.a.b[5:]", NULL },
		{ "$.a.b[-2:-1]", "one" },
		{ "$.a.b[7,1]", "one" },
		{ "$.a.b[ 'x' , 0 ]", "zero" },
		{ "$..d", "deep" },
		{ "$..b[2]", "two" },
		{ "$..[1]", "one" },
		{ "$ .a .b [0]", "zero" },
		{ "$.roles[?@ == \"author\"]", "author" },
		{ "$.roles[?@=='author']", "author" },
		{ "$.roles[?(@ == 'author')]", "author" },
		{ "$.roles[?@ != 'other']", "author" },
		{ "$.roles[?search(@, 'min')]", "admin_x" },
		{ "$.roles[?search(@, \"^ad\")]", "admin_x" },
		{ "$.roles[?search(@, 'x$')]", "admin_x" },
		{ "$.roles[?match(@, 'ad.')]", "adm" },
		{ "$.roles[?match(@, 'a|adm')]", "adm" },
		{ "$.roles[?search(@, 'nowhere')]", NULL },
		{ "$.roles[?@ > 'm']", "other" },
		{ "$.roles[?@ == 7]", "7" },
		{ "$.roles[?!search(@, 'o')]", "admin_x" },
		{ "$.roles[?search(@,'a') && search(@,'x')]", "admin_x" },
		{ "$.roles[?@ == 'no' || @ == 'adm']", "adm" },
		{ "$.roles[?!(@ == 'other') && @ != 'author']", "admin_x" },
		{ "$.objects[?@.level > 2].name", "y" },
		{ "$.objects[?@.level >= $.min].name", "y" },
		{ "$.objects[?!@.name].level", "9" },
		{ "$.objects[?@.name].name", "x" },
		{ "$.objects[?@.name == 'y' && @.level <= 5].name", "y" },
		{ "$.objects[?@.level < 0 || @.level == 9].level", "9" },
		{ "$.objects[?@.name == @.none].level", "9" },
		{ "$.objects[?search(@.name, 'y')].level", "5" },
		{ "$.roles[?length(@) == 7]", "admin_x" },
		{ "$.roles[?length(@) < 4]", "adm" },
		{ "$.groups[?length(@) == 8]", "/group\xc3\xa9/" },
		{ "$[?length(@) == 3][1].name", "y" },
		{ "$.objects[?length(@) == 1].level", "9" },
		{ "$.roles[?length(@) == length($.role)]", "author" },
		{ "$.roles[?length('abc') == length(@)]", "adm" },
		{ "$[?length(@) == length(@.none)]", "42" },
		{ "$.objects[?count(@.*) == 1].level", "9" },
		{ "$.objects[?count(@.*) > $.min]", NULL },
		{ "$[?count(@..*) >= 5].b[2]", "two" },
		{ "$.objects[?count(@[?@ == 9]) == 1].level", "9" },
		{ "$.objects[?count($.roles[*]) == 5].name", "x" },
		{ "$[?value(@..d) == 'deep'].b[0]", "zero" },
		{ "$[?value(@..level) == 1]", NULL },
		{ "$.objects[?length(value(@.name)) == 1].level", "1" },
		{ "$.objects[?search(value(@..name), 'y')].level", "5" },
		{ "$.empty[0]", NULL },
		{ "$.role.x", NULL },
		{ "$.role[0]", NULL },
		{ "$.nothing.x", NULL },
		{ "$[?@ == null]", "null" },
		{ "$[?@ == true]", "true" },
		{ "$._u1", "under" },
		{ "$..nowhere", NULL },
	};
	(void)state;
	struct arena *a = arena_new(SIZE_MAX);
	struct json_object *json = tokenjson_parse(str_of(claims), a);
	assert_non_null(json);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct rolepath *path;
		struct fault f;
		if (!rolepath_parse(&path, str_of(rows[i].path), a, &f))
			fail_msg("%s: %.*s", rows[i].path, STR_ARG(f.message));
		struct str role = rolepath_role(path, json, a);
		if (str_eq(str_of(rows[i].path), STR("$")))
			assert_true(role.p && role.p[0] == '{');
		else
			expect_text(rows[i].path, role, rows[i].role);
	}
	arena_free(a);
}

static void paths_have_one_spelling(void **state)
{
	static const struct {
		const char *path, *text;
	} rows[] = {
		{ "$.role", "$.role" },
		{ "$['role']", "$['role']" },
		{ "$[\"a b\"].c", "$['a b'].c" },
		{ "$[\"it's\"]", "$['it\\'s']" },
		{ "$ .a [ 0 ] [-1]", "$.a[0][-1]" },
		{ "$.a[1:]", "$.a[1::1]" },
		{ "$.a[:2]", "$.a[:2:1]" },
		{ "$.a[1:3:2]", "$.a[1:3:2]" },
		{ "$[::-1]", "$[::-1]" },
		{ "$.*", "$.*" },
		{ "$[*]", "$[*]" },
		{ "$..a[0,'b']", "$..a[0,'b']" },
		{ "$..*", "$..*" },
		{ "$..['a']", "$..['a']" },
		{ "$.a[?@==\"x\"]", "$.a[?@ == 'x']" },
		{ "$.a[?(@ == 'x')]", "$.a[?(@ == 'x')]" },
		{ "$.a[?!(@.b>=1&&@.c)||@<$.d]", "$.a[?!(@.b >= 1 && @.c) || @ < $.d]" },
		{ "$.a[?!search( @ , \"^x\" )]", "$.a[?!search(@, '^x')]" },
		{ "$[?match(@.n, 'y')]", "$[?match(@.n, 'y')]" },
		{ "$[?length( @ ) == count(@..* ) || value($.a[*])==1]", "$[?length(@) == count(@..*) || value($.a[*]) == 1]" },
		{ "$[?@ == null || @ != true || @ <= 2]", "$[?@ == null || @ != true || @ <= 2]" },
		{ ".role", ".\"role\"" },
		{ ".a.\"b c\"[0]", ".\"a\".\"b c\"[0]" },
		{ ".a[?(@==\"x\")]", ".\"a\"[?(@ == \"x\")]" },
		{ ".a[?(@ ^== \"x\")][1:-1]", ".\"a\"[?(@ ^== \"x\")][1:-1]" },
		{ ".a[?(@ ==^ \"x\")]", ".\"a\"[?(@ ==^ \"x\")]" },
		{ ".a[?(@ *== \"x\")]", ".\"a\"[?(@ *== \"x\")]" },
		{ ".a[?(@ != \"x\")]", ".\"a\"[?(@ != \"x\")]" },
		{ ".a[:]", ".\"a\"[:]" },
	};
	(void)state;
	struct arena *a = arena_new(SIZE_MAX);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct rolepath *path, *again;
		struct fault f;
		assert_true(rolepath_parse(&path, str_of(rows[i].path), a, &f));
		struct str text = rolepath_text(path, a);
		expect_text(rows[i].path, text, rows[i].text);
		assert_true(rolepath_parse(&again, text, a, &f));
		expect_text(rows[i].text, rolepath_text(again, a), rows[i].text);
	}
	arena_free(a);
}

static void older_paths_have_successors(void **state)
{
	static const struct {
		const char *path, *successor; /* NULL: it is not old */
	} rows[] = {
		{ "$.role", NULL },
		{ ".role", "$.role" },
		{ ".a.b2[1]", "$.a.b2[1]" },
		{ ".\"https://example.com/it's\".key", "$['https://example.com/it\\'s'].key" },
		{ ".a@b", "$['a@b']" },
		{ ".2", "$['2']" },
		{ ".a[?(@ == \"x\")]", "$.a[?@ == 'x']" },
		{ ".a[?(@ != \"x\")]", "" },
		{ ".a[?(@ ^== \"x\")]", "" },
		{ ".a[1:]", "" },
	};
	(void)state;
	struct arena *a = arena_new(SIZE_MAX);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct rolepath *path, *again;
		struct fault f;
		assert_true(rolepath_parse(&path, str_of(rows[i].path), a, &f));
		struct str successor = rolepath_successor(path, a);
		expect_text(rows[i].path, successor, rows[i].successor);
		assert_true(!successor.n || rolepath_parse(&again, successor, a, &f));
	}
	arena_free(a);
}

static void broken_paths_are_named(void **state)
{
	static const struct {
		const char *path, *where;
	} rows[] = {
		{ "role", "one of . [ $ at character 1" },
		{ ".", "a key (letters, digits, _ $ @, or in quotes) at character 2" },
		{ ".a..b", "a key (letters, digits, _ $ @, or in quotes) at character 4" },
		{ ".\"a", "a key (letters, digits, _ $ @, or in quotes) at character 4" },
		{ ".role-x", "one of . [ $ at character 6" },
		{ ".a[x]", "an index from 0, or a slice at character 4" },
		{ ".a[-1]", "an index from 0, or a slice at character 6" },
		{ ".a[0", "] at character 5" },
		{ ".a[01]", "a whole number at character 6" },
		{ ".a[99999999999999999999]", "a whole number at character 4" },
		{ ".a[?(@ = \"x\")]", "one of == != ^== ==^ *== at character 8" },
		{ ".a[?(@ == x)]", "a quoted value at character 11" },
		{ ".a[?(@ == \"x)]", "a closing quote at character 15" },
		{ ".a[?(@ == \"x\"]", ")] at character 14" },
		{ ".a[1:].b", "nothing but slices behind a slice at character 9" },
		{ ".a[?($ == \"x\")]", "@ at character 6" },
		{ "$.", "a name (other names: ['any name']) at character 3" },
		{ "$role", "the end at character 2" },
		{ "$.a-b", "the end at character 4" },
		{ "$.1a", "a name (other names: ['any name']) at character 3" },
		{ "$['a]", "a closing quote at character 6" },
		{ "$['\\q']", "a well-formed string at character 6" },
		{ "$[]", "a selector: 'name', 0, 0:1, * or ?filter at character 3" },
		{ "$[0", "] or , at character 4" },
		{ "$[01]", "a whole number at character 5" },
		{ "$[?]", "@, $, a literal or a function at character 4" },
		{ "$[?@ = 1]", "] or , at character 6" },
		{ "$[?1]", "one of == != < <= > >= at character 5" },
		{ "$[?@.* == 1]", "paths to one value in a comparison at character 12" },
		{ "$[?(@ == 1]", ") at character 11" },
		{ "$[?@ == 1 && ]", "@, $, a literal or a function at character 14" },
		{ "$[?search(@, '[')]", "a valid regular expression at character 17" },
		{ "$[?search(@ '[')]", ", at character 13" },
		{ "$[?search(@, 'x']", ") at character 17" },
		{ "$[?search(@, @.x)]", "@, $, a literal or a function at character 14" },
		{ "$[?length(@)]", "one of == != < <= > >= at character 13" },
		{ "$[?length(@.*) == 1]", "a path to one value, like @ or @.name at character 14" },
		{ "$[?count(1) == 1]", "a path at character 11" },
		{ "$[?count(@.* == 1]", ") at character 14" },
		{ "$[?length (@) == 1]", "@, $, a literal or a function at character 4" },
		{ "$[?@ == 1e]", "a number at character 11" },
		{ "$.a ", "the end at character 4" },
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct arena *a = arena_new(SIZE_MAX);
		struct rolepath *path;
		struct fault f;
		if (rolepath_parse(&path, str_of(rows[i].path), a, &f))
			fail_msg("%s parses", rows[i].path);
		struct str want = str_printf(a, "jwt-role-claim-key: failed to parse role-claim-key value (%s): expected %s",
			rows[i].path, rows[i].where);
		expect_text(rows[i].path, f.message, want.p);
		arena_free(a);
	}
}

static void nested_filters_have_an_end(void **state)
{
	struct arena *a = arena_new(SIZE_MAX);
	struct rolepath *path;
	struct fault f;
	(void)state;
	struct str open = STR("((((((((((((((((((((((((((((((((((((((((");
	assert_false(rolepath_parse(&path, str_printf(a, "$[?%.*s@", STR_ARG(open)), a, &f));
	assert_true(str_find(f.message, STR("fewer nested filters")) < f.message.n);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_select_the_first_value),
		cmocka_unit_test(paths_have_one_spelling),
		cmocka_unit_test(older_paths_have_successors),
		cmocka_unit_test(broken_paths_are_named),
		cmocka_unit_test(nested_filters_have_an_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
