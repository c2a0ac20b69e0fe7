/* Any bytes from the web server: gathering never believes them, comes to the same end however they are cut, and what is
 * left for libfcgi of a whole request is one.
 *
 * The first byte says how the rest is cut.
 * SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "app/front/gather.h"
#include "app/front/record.h"
#include "base/arena.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SIZE_MAX_FED ((size_t)32768)

static const struct conf conf = {
	.server_buffer = 65536,
	.server_max_body = 5000,
	.server_spool_dir = STR_INIT("/tmp"),
};

/* What came of it; head and body are copies in the arena, body is STR_NONE where it was refused. */
struct gathered {
	enum gather_state looked, state;
	struct str head, body;
};

static void check(bool good)
{
	if (!good)
		abort();
}

static struct str read_head(struct gather *g, size_t most, struct arena *a)
{
	char *p = arena_bytes(a, most + 1);
	ssize_t n = read(gather_head(g), p, most + 1);
	check(n >= 0 && (size_t)n <= most);
	return (struct str){ p, (size_t)n };
}

static struct gathered gather_in_steps(struct str in, size_t step, struct arena *a)
{
	struct gathered out = { .looked = GATHER_MORE, .state = GATHER_MORE };
	struct gather *g = gather_new(&conf);
	struct fault f = { 0 };
	int pair[2];
	check(g && socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	for (struct str rest = in; rest.n && out.state == GATHER_MORE; rest = str_from(rest, step)) {
		struct str piece = str_sub(rest, 0, step);
		check(send(pair[1], piece.p, piece.n, 0) == (ssize_t)piece.n);
		out.looked = gather_look(pair[0]);
		out.state = gather_take(g, pair[0]);
	}
	if (out.state == GATHER_WHOLE) {
		struct str body = gather_body(g, &f);
		out.head = read_head(g, in.n, a);
		out.body = body.p ? str_dup(a, body) : STR_NONE;
		check(body.p || f.http_status == 413);
	}
	gather_refuse(g, pair[0]);
	gather_free(g);
	close(pair[0]);
	close(pair[1]);
	return out;
}

/* The head is records up to the end of an empty body, with nothing behind them. */
static void check_head(struct str head)
{
	struct records at = { 0 };
	struct str piece;
	while (head.n && !at.whole) {
		enum record_piece kind = records_next(&at, &head, &piece);
		check(kind != RECORD_BAD && !(kind == RECORD_CONTENT && at.type == FCGI_STDIN));
	}
	check(at.whole && !head.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1 || size > SIZE_MAX_FED)
		return 0;
	struct arena *a = arena_new((size_t)1 << 20);
	struct str in = { (const char *)data + 1, size - 1 };
	struct gathered once = gather_in_steps(in, SIZE_MAX_FED, a), cut = gather_in_steps(in, 1 + data[0] % 64U, a);
	/* One with padding behind its end is not libfcgi's to read. */
	check(once.looked == once.state
		|| (once.state == GATHER_WHOLE && (once.looked == GATHER_MORE || once.looked == GATHER_ASKED)));
	check(cut.state == once.state);
	check(str_eq(cut.head, once.head) && str_eq(cut.body, once.body));
	check((cut.body.p == NULL) == (once.body.p == NULL));
	if (once.state == GATHER_WHOLE)
		check_head(once.head);
	arena_free(a);
	return 0;
}
