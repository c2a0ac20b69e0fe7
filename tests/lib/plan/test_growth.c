/* Every parser of what comes from outside, at its worst input: to read it takes no longer than to read its parts.
 *
 * An input of 16 units is compared with 16 inputs of one, which touch as much memory: what is linear takes 1 times as
 * long, what is quadratic 16 times; cold caches may cost 4 times. Processor time, the least of some runs; a row that
 * seems to fail is measured again, later and later, since neighbours only ever add. A row whose longer input takes no
 * time to speak of has been refused: then one of four units must do, and where that is refused, too, it is good.
 * SPDX-License-Identifier: MIT */
#include "fixture.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "reply/strip.h"
#include "token/tokenjson.h"

enum { RUNS = 4, TRIES = 8, UNITS_FIRST = 250, UNITS_MOST = 16000, TIMES_MOST = 16 };
#define ENOUGH_US 1000
#define LATER_NS 10000000L
#define MEMORY ((size_t)1 << 30)

static double now_us(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* The whole way of a request up to its statements. */
static void run_request(const struct catalog *cat, struct str text, struct arena *a)
{
	struct conf c = fixture_conf();
	struct request r = fixture_request(text.p, a);
	struct query q;
	struct plan p;
	struct stmt_set set;
	struct stmt settings;
	struct fault f = { 0 };
	c.server_buffer = 1 << 20;
	if (!query_read(&q, &r, &c, a, &f) || !plan_make(&p, &q, cat, &c, a, &f) || !stmt_make(&set, &p, a, &f))
		return;
	struct stmt_settings about = { .plan = &p, .request = &r, .role = STR("web_anon"), .claims = STR("{}") };
	(void)!stmt_settings(&settings, &about, a, &f);
}

static void run_token(const struct catalog *cat, struct str text, struct arena *a)
{
	(void)cat;
	if (!tokenjson_parse(text, a))
		return;
	tokenjson_raw(text, STR("role"), a);
	tokenjson_set(text, STR("role"), STR("1"), a);
	tokenjson_count(text);
}

static void run_strip(const struct catalog *cat, struct str text, struct arena *a)
{
	(void)cat;
	struct spool s = spool_new(a, SPOOL_RESERVE_MOST + 8 * text.n, STR_NONE, INT64_MAX);
	strip_json(strip_new(a), &s, text);
}

typedef void run_fn(const struct catalog *cat, struct str text, struct arena *a);

static const struct growth {
	size_t factor;
	double most;
} growths[] = { { 16, 4 }, { 4, 2 } };

#define GET "GET /items"
#define FORM "\nContent-Type: application/x-www-form-urlencoded\n\n"
#define CSV "POST /items\nContent-Type: text/csv\n\n"

/* head, unit again and again, tail. In the unit ~ stands for the number of the repetition. */
static const struct {
	const char *name, *head, *unit, *tail;
	run_fn *run;
} rows[] = {
	{ "select", GET "?select=", "id,", "id", run_request },
	{ "select with aliases", GET "?select=", "a~:id,", "id", run_request },
	{ "select of computed fields", GET "?select=", "c~,", "id", run_request },
	{ "select with casts", GET "?select=", "id::text,", "id", run_request },
	{ "select that ends badly", GET "?select=", "id,", "!", run_request },
	{ "select nested", GET "?select=", "a(", "", run_request },
	{ "embeds", GET "?select=", "o~:orders(id),", "id", run_request },
	{ "embeds of one name", GET "?select=", "orders(id),", "id", run_request },
	{ "dashes and blanks", GET "?select=", "a - ", "b", run_request },
	{ "quoted names", GET "?select=", "\"a\\\"~\",", "id", run_request },
	{ "quotes that do not end", GET "?select=", "\"", "", run_request },
	{ "arrows", GET "?select=id", "->a~", "", run_request },
	{ "order", GET "?order=", "id.desc,", "id", run_request },
	{ "order by an embed", GET "?select=id,orders(id)&order=", "orders(id),", "id", run_request },
	{ "filters", GET "?", "id=eq.~&", "id=eq.1", run_request },
	{ "filters of unknown names", GET "?", "x~=eq.~&", "id=eq.1", run_request },
	{ "filters of embeds", GET "?select=id,orders(id)&", "orders.x~=eq.1&", "id=eq.1", run_request },
	{ "paths", GET "?", "p~.q.id=eq.1&", "id=eq.1", run_request },
	{ "a long path", GET "?", "a.", "id=eq.1", run_request },
	{ "or", GET "?or=(", "id.eq.~,", "id.eq.1)", run_request },
	{ "or nested", GET "?or=", "(or", "(id.eq.1)", run_request },
	{ "or of braces", GET "?or=(", "id.eq.{a,", "id.eq.1)", run_request },
	{ "or of quotes", GET "?or=(", "id.eq.\"a,", "id.eq.1)", run_request },
	{ "logic trees", GET "?", "or=(id.eq.~)&", "id=eq.1", run_request },
	{ "in", GET "?id=in.(", "~,", "1)", run_request },
	{ "in of quotes", GET "?id=in.(", "\"a,", "1)", run_request },
	{ "in of escapes", GET "?id=in.(\"", "\\\\", "\")", run_request },
	{ "like", GET "?name=like.", "*", "", run_request },
	{ "percents", GET "?name=eq.", "%41", "", run_request },
	{ "limits", GET "?", "limit=~&", "limit=1", run_request },
	{ "orders of one place", GET "?", "order=id&", "order=id", run_request },
	{ "a path of an URL", "GET /", "a%20", "", run_request },
	{ "arguments", "GET /rpc/add?", "a~=1&", "a=1", run_request },
	{ "arguments of one name", "GET /rpc/add?", "a=1&", "b=1", run_request },
	{ "columns", "POST /items?columns=", "id,", "id\n\n{\"id\":1}", run_request },
	{ "columns of many names", "POST /items?columns=", "c~,", "id\n\n{\"id\":1}", run_request },
	{ "on_conflict", "POST /items?on_conflict=", "c~,", "id\nPrefer: resolution=merge-duplicates\n\n{\"id\":1}",
		run_request },
	{ "Accept", GET "\nAccept: ", "a/b;q=0.~,", "*/*\n\n", run_request },
	{ "Accept of parameters", GET "\nAccept: application/json", ";a=\"~\"", "\n\n", run_request },
	{ "Prefer", GET "\nPrefer: handling=strict,", "x~,", "y\n\n", run_request },
	{ "Range", GET "\nRange: 0-", "9", "\n\n", run_request },
	{ "fields", GET, "\nX-~: a", "\n\n", run_request },
	{ "cookies", GET "\nCookie: ", "c~=1;", "\n\n", run_request },
	{ "cookies of one name", GET "\nCookie: ", "c=~;", "\n\n", run_request },
	{ "cookies of nothing", GET "\nCookie: ", ";=", "\n\n", run_request },
	{ "JSON keys", "POST /items\n\n{", "\"k~\":1,", "\"id\":1}", run_request },
	{ "JSON keys of a call", "POST /rpc/add\n\n{", "\"k~\":1,", "\"a\":1}", run_request },
	{ "JSON keys of one name", "POST /items\n\n{", "\"id\":1,", "\"id\":1}", run_request },
	{ "JSON keys with escapes", "POST /rpc/add\n\n{", "\"\\u006b~\":1,", "\"a\":1}", run_request },
	{ "JSON rows", "POST /items\n\n[", "{\"id\":~},", "{\"id\":1}]", run_request },
	{ "JSON rows of other keys", "POST /items\n\n[", "{\"k~\":~},", "{\"id\":1}]", run_request },
	{ "JSON nested", "POST /items\n\n{\"id\":", "[", "", run_request },
	{ "JSON escapes", "POST /items\n\n{\"id\":\"", "\\ud83d\\ude00", "\"}", run_request },
	{ "form for a relation", "POST /items" FORM, "k~=1&", "id=1", run_request },
	{ "form for a function", "POST /rpc/add" FORM, "k~=1&", "a=1", run_request },
	{ "form of one name", "POST /rpc/join_all" FORM, "a&", "a=1", run_request },
	{ "CSV header of one name", CSV "id,name,", "id,", "id\n1\n", run_request },
	{ "CSV header of many names", CSV, "c~,", "id\n1\n", run_request },
	{ "CSV rows", CSV "id,name\n", "~,\"a\"\"b\"\n", "", run_request },
	{ "CSV quotes", CSV "id\n\"", "\"\"", "\"\n", run_request },
	{ "CSV that ends badly", CSV "id\n\"", "a\n", "", run_request },
	{ "CSV fields of one line", CSV "id\n", ",", "\n", run_request },
	{ "CSV for a function", "POST /rpc/add\nContent-Type: text/csv\n\na,b\n", "~,\"a\"\"b\"\n", "", run_request },
	{ "claims", "{", "\"k~\":1,", "\"role\":1}", run_token },
	{ "claims of one name", "{", "\"role\":1,", "\"role\":1}", run_token },
	{ "claims nested", "{\"a\":", "[", "", run_token },
	{ "null members", "{", "\"a~\":null,", "\"b\":1}", run_strip },
	{ "null members nested", "", "{\"a\":", "1", run_strip },
};

static void put_unit(struct buf *out, const char *unit, size_t number)
{
	for (; *unit; unit++)
		if (*unit == '~')
			buf_u64(out, number);
		else
			buf_char(out, *unit);
}

static struct str input_of(size_t row, size_t units, struct arena *a)
{
	struct buf out = buf_new(a, MEMORY);
	buf_put(&out, str_of(rows[row].head));
	for (size_t i = 0; i < units; i++)
		put_unit(&out, rows[row].unit, i);
	buf_put(&out, str_of(rows[row].tail));
	buf_char(&out, '\0');
	return (struct str){ out.p, out.n - 1 };
}

/* To run it as often, each time in memory of its own. */
static double least_us(const struct catalog *cat, run_fn *run, struct str input, size_t times)
{
	double least = 1e300;
	for (int i = 0; i < RUNS; i++) {
		struct arena *arenas[TIMES_MOST];
		for (size_t k = 0; k < times; k++)
			arenas[k] = arena_new(MEMORY);
		double from = now_us();
		for (size_t k = 0; k < times; k++)
			run(cat, input, arenas[k]);
		double took = now_us() - from;
		least = took < least ? took : least;
		for (size_t k = 0; k < times; k++)
			arena_free(arenas[k]);
	}
	return least;
}

/* How much longer the longer one takes than its parts; 0 when it takes no time. */
static double ratio_of(const struct catalog *cat, run_fn *run, struct str input, struct str longer,
	const struct growth *g)
{
	double best = 1e300;
	struct timespec later = { .tv_nsec = LATER_NS };
	for (int i = 0; i < TRIES && best >= g->most; i++) {
		if (i > 0)
			nanosleep(&later, NULL);
		later.tv_nsec = LATER_NS << i;
		double parts = least_us(cat, run, input, g->factor), whole = least_us(cat, run, longer, 1);
		double ratio = whole < ENOUGH_US ? 0 : whole / parts;
		best = ratio < best ? ratio : best;
	}
	return best;
}

static size_t units_of(const struct catalog *cat, size_t row)
{
	size_t units = UNITS_FIRST;
	for (double took = 0; took < ENOUGH_US && units < UNITS_MOST; units *= 2) {
		struct arena *a = arena_new(MEMORY);
		took = least_us(cat, rows[row].run, input_of(row, 2 * units, a), 1);
		arena_free(a);
	}
	return units;
}

static bool takes_longer_than_parts(const struct catalog *cat, size_t row, struct arena *a)
{
	size_t units = units_of(cat, row);
	struct str input = input_of(row, units, a);
	double ratio = 0;
	for (const struct growth *g = growths; ratio == 0 && g < growths + COUNT_OF(growths); g++) {
		ratio = ratio_of(cat, rows[row].run, input, input_of(row, g->factor * units, a), g);
		if (ratio >= g->most) {
			print_message("%s: %.1f times as long as its %zu parts of %zu\n", rows[row].name, ratio, g->factor, units);
			return true;
		}
	}
	return false;
}

static void the_whole_takes_as_long_as_its_parts(void **state)
{
	(void)state;
	struct arena *forever = arena_new(MEMORY);
	const struct catalog *cat = fixture_catalog(forever);
	int slow = 0;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct arena *a = arena_new(MEMORY);
		slow += takes_longer_than_parts(cat, i, a);
		arena_free(a);
	}
	assert_int_equal(slow, 0);
	arena_free(forever);
}

/* FNV-1a as tables of names were hashed with before a key was. Its low bits depend on nothing but themselves, so two
 * pieces that lead from one state to one other can be found, and of k such pairs 2^k texts of one hash be made. */
enum { PAIRS = 13, STATE_BITS = 20, STATES = 1 << STATE_BITS, PIECE = 4 };

static uint32_t fnv_on(uint32_t state, const char *piece)
{
	for (size_t i = 0; i < PIECE; i++)
		state = (state ^ (unsigned char)piece[i]) * 0x1b3u;
	return state & (STATES - 1);
}

static void spell_piece(char *to, uint32_t number)
{
	for (size_t i = 0; i < PIECE; i++, number /= 26)
		to[i] = (char)('a' + number % 26);
}

static uint32_t find_pair(uint32_t state, char first[PIECE], char second[PIECE], uint32_t *met)
{
	memset(met, 0, STATES * sizeof *met);
	for (uint32_t n = 1;; n++) {
		spell_piece(second, n);
		uint32_t *seen = &met[fnv_on(state, second)];
		if (*seen) {
			spell_piece(first, *seen);
			return fnv_on(state, second);
		}
		*seen = n;
	}
}

/* Keys of an object, or of a form, that all collide in such a table. */
static struct str flood(size_t keys, const char *head, const char *before, const char *behind, const char *tail,
	struct arena *a)
{
	char pieces[PAIRS][2][PIECE];
	uint32_t *met = arena_make_array(a, uint32_t, STATES), state = 0xcbf29ce484222325u & (STATES - 1);
	for (size_t i = 0; i < PAIRS; i++)
		state = find_pair(state, pieces[i][0], pieces[i][1], met);
	struct buf out = buf_new(a, MEMORY);
	buf_put(&out, str_of(head));
	for (size_t key = 0; key < keys; key++) {
		buf_put(&out, str_of(before));
		for (size_t i = 0; i < PAIRS; i++)
			buf_put(&out, (struct str){ pieces[i][key >> i & 1], PIECE });
		buf_put(&out, str_of(behind));
	}
	buf_put(&out, str_of(tail));
	buf_char(&out, '\0');
	return (struct str){ out.p, out.n - 1 };
}

static void keys_chosen_to_collide_cost_no_more_than_others(void **state)
{
	(void)state;
	static const struct {
		const char *head, *before, *behind, *tail;
	} ways[] = {
		{ "POST /rpc/add\n\n{", "\"", "\":1,", "\"a\":1}" },
		{ "POST /rpc/add" FORM, "", "=1&", "a=1" },
		{ "GET /rpc/add?", "", "=1&", "a=1" },
		{ GET "\nCookie: ", "", "=1;", "\n\n" },
		{ GET "?", "", ".id=eq.1&", "id=eq.1" },
	};
	enum { KEYS = 1 << PAIRS };
	struct arena *forever = arena_new(MEMORY);
	const struct catalog *cat = fixture_catalog(forever);
	for (size_t i = 0; i < COUNT_OF(ways); i++) {
		struct arena *a = arena_new(MEMORY);
		struct str few = flood(KEYS / growths[0].factor, ways[i].head, ways[i].before, ways[i].behind, ways[i].tail, a);
		struct str many = flood(KEYS, ways[i].head, ways[i].before, ways[i].behind, ways[i].tail, a);
		double ratio = ratio_of(cat, run_request, few, many, &growths[0]);
		if (ratio >= growths[0].most)
			fail_msg("%s: %.1f times as long", ways[i].head, ratio);
		arena_free(a);
	}
	arena_free(forever);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_whole_takes_as_long_as_its_parts),
		cmocka_unit_test(keys_chosen_to_collide_cost_no_more_than_others),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
