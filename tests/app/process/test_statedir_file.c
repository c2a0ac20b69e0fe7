/* A file of the state directory comes back as it was stored; a damaged one is not believed.
 * SPDX-License-Identifier: MIT */
#include "../../lib/expect.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/process/statedir_file.h"
#include "base/count.h"

enum { FILE_MAX = 4096 };

/* A directory with a file that was stored, and that file's bytes. */
struct place {
	char path[64];
	int dir;
	struct arena *arena;
	char bytes[FILE_MAX];
	size_t n;
};

static struct conf_setting settings[] = {
	{ STR_INIT("db-schemas"), STR_INIT("test") },
	{ STR_INIT("app.settings.empty"), STR_INIT("") },
};

static const struct statedir_content stored = {
	.number = 7,
	.settings = settings,
	.setting_count = COUNT_OF(settings),
	.block = STR_INIT("the block of a catalog"),
};

static size_t slurp(const struct place *p, const char *name, char to_r[static FILE_MAX])
{
	int fd = openat(p->dir, name, O_RDONLY);
	ssize_t n = read(fd, to_r, FILE_MAX);
	close(fd);
	return n > 0 ? (size_t)n : 0;
}

static struct place place_new(void)
{
	struct place p = { .path = "/tmp/rowgate-statedir-XXXXXX", .arena = arena_new(1 << 20) };
	struct fault f = { 0 };
	assert_non_null(mkdtemp(p.path));
	p.dir = open(p.path, O_RDONLY | O_DIRECTORY);
	assert_true(statedir_file_save(p.dir, "good", &stored, p.arena, &f));
	p.n = slurp(&p, "good", p.bytes);
	return p;
}

static void place_free(struct place *p)
{
	unlinkat(p->dir, "good", 0);
	unlinkat(p->dir, "bad", 0);
	rmdir(p->path);
	close(p->dir);
	arena_free(p->arena);
}

static bool is_believed(struct place *p, const char *bytes, size_t n)
{
	struct statedir_content got;
	struct fault f = { 0 };
	struct str part = { bytes, n };
	assert_true(statedir_file_write(p->dir, "bad", &part, 1, p->arena, &f));
	return statedir_file_map(&got, p->dir, "bad", p->arena);
}

static void what_was_stored_comes_back(void **state)
{
	(void)state;
	struct place p = place_new();
	struct statedir_content got;
	assert_true(statedir_file_map(&got, p.dir, "good", p.arena));
	expect_int("number", (int64_t)got.number, 7);
	expect_int("settings", (int64_t)got.setting_count, COUNT_OF(settings));
	for (size_t i = 0; i < COUNT_OF(settings); i++) {
		assert_true(str_eq(got.settings[i].name, settings[i].name));
		assert_true(str_eq(got.settings[i].value, settings[i].value));
	}
	assert_true(str_eq(got.block, stored.block));
	expect_int("alignment", (intptr_t)got.block.p % 8, 0);
	assert_true(is_believed(&p, p.bytes, p.n));
	place_free(&p);
}

static void nothing_of_it_may_be_missing(void **state)
{
	(void)state;
	struct place p = place_new();
	for (size_t n = 0; n < p.n; n++)
		if (is_believed(&p, p.bytes, n))
			fail_msg("believed with %zu of %zu bytes", n, p.n);
	place_free(&p);
}

static void damages(void **state)
{
	(void)state;
	/* Eight bytes each: magic, number, setting_count, settings, block, block_size; then the settings. */
	static const struct {
		const char *row;
		size_t at;
		uint64_t value;
	} rows[] = {
		{ "another magic", 0, 0 },
		{ "more settings than there are", 16, 3 },
		{ "more settings than bytes", 16, UINT64_MAX },
		{ "as many settings as bytes", 16, 35 },
		{ "settings that end early", 24, 20 },
		{ "settings beyond the file", 24, 1 << 20 },
		{ "settings without end", 24, UINT64_MAX },
		{ "a block that is not aligned", 32, 129 },
		{ "a block beyond the file", 32, 1 << 20 },
		{ "a block without end", 32, UINT64_MAX - 63 },
		{ "a block that begins earlier", 32, 64 },
		{ "a longer block", 40, 23 },
		{ "a shorter block", 40, 21 },
		{ "an endless block", 40, UINT64_MAX },
	};
	struct place p = place_new();
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char bytes[FILE_MAX];
		memcpy(bytes, p.bytes, p.n);
		memcpy(bytes + rows[i].at, &rows[i].value, sizeof rows[i].value);
		if (is_believed(&p, bytes, p.n))
			fail_msg("%s: believed", rows[i].row);
	}
	place_free(&p);
}

static void other_files_are_not_believed(void **state)
{
	(void)state;
	struct place p = place_new();
	struct statedir_content got;
	assert_false(statedir_file_map(&got, p.dir, "missing", p.arena));
	assert_int_equal(symlinkat("good", p.dir, "bad"), 0);
	assert_false(statedir_file_map(&got, p.dir, "bad", p.arena));
	assert_int_equal(unlinkat(p.dir, "bad", 0), 0);
	assert_int_equal(mkdirat(p.dir, "bad", 0700), 0);
	assert_false(statedir_file_map(&got, p.dir, "bad", p.arena));
	assert_int_equal(unlinkat(p.dir, "bad", AT_REMOVEDIR), 0);
	/* Only root can make a file somebody else's. */
	if (geteuid() == 0) {
		assert_true(is_believed(&p, p.bytes, p.n));
		assert_int_equal(fchownat(p.dir, "bad", 12345, (gid_t)-1, 0), 0);
		assert_false(statedir_file_map(&got, p.dir, "bad", p.arena));
	}
	place_free(&p);
}

static void a_file_is_replaced_whole(void **state)
{
	(void)state;
	struct place p = place_new();
	struct statedir_content before, after;
	struct fault f = { 0 };
	struct statedir_content next = { .number = 8, .block = STR("another") };
	assert_true(statedir_file_map(&before, p.dir, "good", p.arena));
	assert_true(statedir_file_save(p.dir, "good", &next, p.arena, &f));
	assert_true(statedir_file_map(&after, p.dir, "good", p.arena));
	expect_int("the mapping stays", (int64_t)before.number, 7);
	assert_true(str_eq(before.block, stored.block));
	expect_int("the next one", (int64_t)after.number, 8);
	assert_true(str_eq(after.block, next.block));
	assert_false(statedir_file_save(-1, "good", &next, p.arena, &f));
	expect_int("no directory", f.http_status, 500);
	place_free(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_stored_comes_back),
		cmocka_unit_test(nothing_of_it_may_be_missing),
		cmocka_unit_test(damages),
		cmocka_unit_test(other_files_are_not_believed),
		cmocka_unit_test(a_file_is_replaced_whole),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
