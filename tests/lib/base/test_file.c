/* Files read, written and mapped as a whole.
 * SPDX-License-Identifier: MIT */
#include "../expect.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

/* An empty file without a name. */
static int scratch(void)
{
	char path[] = "rowgate_file_XXXXXX";
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	unlink(path);
	return fd;
}

/* size bytes, told apart by their place. */
static struct str pattern(struct arena *a, size_t size)
{
	char *bytes = arena_bytes(a, size);
	for (size_t i = 0; i < size; i++)
		bytes[i] = (char)(i % 251);
	return (struct str){ bytes, size };
}

static void what_was_written_is_read(void **state)
{
	(void)state;
	static const size_t sizes[] = { 0, 1, 4095, 4096, 4097, 100000 };
	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		struct arena *a = arena_new(1 << 20);
		struct str bytes = pattern(a, sizes[i]), whole, again;
		int fd = scratch();
		assert_true(file_write(fd, bytes));
		assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
		assert_true(file_read(&whole, fd, sizes[i], a));
		assert_true(str_eq(whole, bytes));
		assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
		if (sizes[i] > 0) {
			assert_false(file_read(&again, fd, sizes[i] - 1, a));
			assert_int_equal(errno, EFBIG);
		}
		close(fd);
		arena_free(a);
	}
}

static void failures_are_errno(void **state)
{
	(void)state;
	struct arena *a = arena_new(1 << 20);
	struct str whole;
	int fd = open("/", O_RDONLY | O_DIRECTORY);
	assert_false(file_read(&whole, fd, 100, a));
	assert_int_equal(errno, EISDIR);
	assert_false(file_write(fd, STR("x")));
	assert_int_equal(errno, EBADF);
	assert_null(file_map(a, fd, 1, false));
	close(fd);
	arena_free(a);
}

static void mapped_bytes_are_the_file(void **state)
{
	(void)state;
	struct arena *a = arena_new(1 << 20);
	struct str bytes = pattern(a, 5000), whole;
	int fd = scratch();
	assert_true(file_write(fd, bytes));
	const char *view = file_map(a, fd, bytes.n, false);
	char *room = file_map(a, fd, bytes.n, true);
	assert_non_null(view);
	assert_non_null(room);
	assert_memory_equal(view, bytes.p, bytes.n);
	room[1] = 'x';
	assert_int_equal(view[1], 'x');
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_true(file_read(&whole, fd, bytes.n, a));
	assert_int_equal(whole.p[1], 'x');
	close(fd);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_written_is_read),
		cmocka_unit_test(failures_are_errno),
		cmocka_unit_test(mapped_bytes_are_the_file),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
