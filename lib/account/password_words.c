/* Words that anybody would try here, looked for in a password.
 *
 * A sentence may speak of the site: what counts is what is left of a password when its words are taken out.
 * SPDX-License-Identifier: MIT */
#include "account/password_rules.h"

#include "account/password.h"
#include "account/unicode.h"
#include "base/arena.h"
#include "base/ascii.h"

/* Of the names in an address or a URL shorter ones (www, com) are left out. A password is refused when no more letters
 * are left of it, and fewer characters than a password has. */
enum { NAME_MIN = 4, LEFT_LETTERS_MAX = 3 };

struct word_run {
	struct str password; /* folded */
	bool *taken;         /* the bytes that are of some word */
	struct arena *arena;
};

/* What stands for a letter. */
static const struct {
	char written;
	const char *meant;
} disguises[] = { { '0', "o" }, { '1', "il" }, { '!', "il" }, { '|', "il" }, { '3', "e" }, { '4', "a" }, { '@', "a" },
	{ '5', "s" }, { '$', "s" }, { '6', "g" }, { '7', "t" }, { '+', "t" }, { '8', "b" }, { '9', "g" } };

static bool is_word_byte(char byte)
{
	return ascii_is_alnum(byte) || (unsigned char)byte >= 0x80;
}

static bool is_host_byte(char byte)
{
	return is_word_byte(byte) || byte == '.' || byte == '-';
}

static bool means(char written, char letter)
{
	if (written == letter)
		return true;
	for (size_t i = 0; i < COUNT_OF(disguises); i++)
		if (disguises[i].written == written)
			return str_has(str_of(disguises[i].meant), letter);
	return false;
}

/* Where the word that begins at this byte ends, or 0. */
static size_t word_end(struct str password, size_t at, struct str word)
{
	size_t matched = 0;
	for (; at < password.n && matched < word.n; at++)
		if (means(password.p[at], word.p[matched]))
			matched++;
		else if (matched == 0 || is_word_byte(password.p[at]))
			return 0;
	return matched == word.n ? at : 0;
}

static void take_word(struct word_run *w, struct str word)
{
	for (size_t i = 0; i < w->password.n; i++) {
		size_t end = word_end(w->password, i, word);
		for (size_t k = i; k < end; k++)
			w->taken[k] = true;
	}
}

/* A word of word bytes, in both directions. */
static void take_both_ways(struct word_run *w, struct str word)
{
	char *reversed = arena_bytes(w->arena, word.n);
	for (size_t i = 0; i < word.n; i++)
		reversed[i] = word.p[word.n - 1 - i];
	take_word(w, word);
	take_word(w, (struct str){ reversed, word.n });
}

/* What a host calls a word, or somebody's name, as one. */
static void take_whole(struct word_run *w, struct str text)
{
	struct str folded = unicode_fold(text, w->arena);
	char *kept = arena_bytes(w->arena, folded.n);
	size_t n = 0;
	for (size_t i = 0; i < folded.n; i++)
		if (is_word_byte(folded.p[i]))
			kept[n++] = folded.p[i];
	if (n)
		take_both_ways(w, (struct str){ kept, n });
}

/* Every run of such bytes in a text. */
static void take_runs(struct word_run *w, struct str text, bool (*is_inside)(char byte))
{
	for (size_t i = 0, end; i < text.n; i = end + 1) {
		for (end = i; end < text.n && is_inside(text.p[end]);)
			end++;
		if (end - i >= NAME_MIN)
			take_whole(w, str_sub(text, i, end - i));
	}
}

static struct word_run words_in(struct str password, struct arena *a)
{
	struct str folded = unicode_fold(password, a);
	return (struct word_run){ folded, arena_alloc(a, (folded.n + 1) * sizeof(bool)), a };
}

static bool little_is_left(const struct word_run *w)
{
	size_t letters = 0, others = 0, taken = 0;
	for (size_t i = 0; i < w->password.n; i++) {
		char byte = w->password.p[i];
		bool continues = ((unsigned char)byte & 0xc0) == 0x80;
		bool letter = ascii_is_letter(byte) || (unsigned char)byte >= 0x80;
		taken += w->taken[i];
		letters += !w->taken[i] && letter && !continues;
		others += !w->taken[i] && !letter;
	}
	return taken && letters <= LEFT_LETTERS_MAX && letters + others < PASSWORD_MIN_CHARACTERS;
}

bool password_is_name(struct str password, struct str name, struct arena *a)
{
	struct word_run w = words_in(password, a);
	if (name.n >= NAME_MIN)
		take_whole(&w, name);
	return little_is_left(&w);
}

bool password_worded(const struct account_call *c, struct str password)
{
	struct word_run w = words_in(password, c->arena);
	const struct conf_list *own = &c->conf->auth_password_words;
	const struct str sources[] = { c->conf->auth_site_url, c->conf->mail_from, c->conf->auth_issuer,
		c->conn ? conn_database(c->conn) : STR_NONE, STR("rowgate postgres postgresql postgrest") };
	for (size_t i = 0; i < own->count; i++)
		take_whole(&w, own->items[i]);
	for (size_t i = 0; i < COUNT_OF(sources); i++) {
		take_runs(&w, sources[i], is_word_byte);
		take_runs(&w, sources[i], is_host_byte);
	}
	return little_is_left(&w);
}
