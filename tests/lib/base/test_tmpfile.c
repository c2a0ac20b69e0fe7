/* Room in memory and in files.
 * SPDX-License-Identifier: MIT */
#include "../expect.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/tmpfile.h"

static void room_is_written_and_read(void **state)
{
	(void)state;
	for (size_t size = 1; size <= 1 << 20; size <<= 10) {
		struct arena *a = arena_new(1 << 16);
		char *room = tmpfile_room(a, size, 1024, STR("/tmp"));
		assert_non_null(room);
		memset(room, 'x', size);
		assert_int_equal(room[size - 1], 'x');
		assert_int_equal(arena_overflowed(a), false); /* what is large takes nothing of the arena */
		arena_free(a);
	}
}

static void a_directory_that_is_not_there_is_told(void **state)
{
	(void)state;
	struct arena *a = arena_new(1 << 16);
	assert_null(tmpfile_room(a, 4096, 16, STR("/no/such/directory")));
	assert_int_equal(errno, ENOENT);
	assert_non_null(tmpfile_room(a, 16, 16, STR("/no/such/directory")));
	assert_int_equal(tmpfile_open(STR("/no/such/directory"), a), -1);
	arena_free(a);
}

static void a_file_has_no_name(void **state)
{
	(void)state;
	struct arena *a = arena_new(1 << 16);
	int fd = tmpfile_open(STR("/tmp"), a);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "abc", 3), 3);
	assert_int_equal(lseek(fd, 0, SEEK_END), 3);
	assert_int_equal(close(fd), 0);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(room_is_written_and_read),
		cmocka_unit_test(a_directory_that_is_not_there_is_told),
		cmocka_unit_test(a_file_has_no_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
