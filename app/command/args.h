/* The words of a command, read by getopt_long(3) from a table: options, operands, and a configuration file at the end.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_COMMAND_ARGS_H
#define ROWGATE_APP_COMMAND_ARGS_H

#include "base/buf.h"
#include "base/fault.h"

/* The kind of a row, and the type of the wish's field that it fills. */
enum args_kind {
	ARGS_END,     /* behind the last row */
	ARGS_FLAG,    /* --name: bool */
	ARGS_TEXT,    /* --name VALUE: struct str */
	ARGS_NUMBER,  /* --name VALUE: int64_t */
	ARGS_CHOICE,  /* --name, or --name=value: int; of the choices of a table only one can be made */
	ARGS_OPERAND, /* a word that must be there: struct str. Operands come in the order of their rows */
	ARGS_CONFIG   /* the path of a configuration file may follow */
};

struct args_option {
	enum args_kind kind;
	const char *name;     /* without dashes; of an operand what messages call it */
	const char *value;    /* what help calls the value; of a choice the value itself, or NULL: none */
	char letter;          /* the short form, or 0 */
	size_t offset;        /* of the field in the wish */
	int choice;           /* what the field becomes: above 0, which stands for "none was made" */
	int64_t min, max;     /* of a number; max 0: any */
	const char *fallback; /* a text's value when it is not given, or NULL: STR_NONE */
	const char *wants;    /* what messages call the value, when that is not how help calls it */
	bool may_be_empty;    /* of a text: an empty word is a value */
	const char *help;     /* NULL: not shown */
};

/* The table of a command that takes nothing but a configuration file. */
extern const struct args_option args_config_only[];

struct args {
	const char *config; /* path of the configuration file, or NULL: environment only */
	bool help;          /* --help or -h came, in whatever place; nothing else was looked at */
	char mistake[256];  /* for the user who made it; cut when it is longer */
};

/* Reads argv[1] and what follows into wish, a zeroed struct whose fields the rows name; texts are views of argv. Every
 * table takes --help, too. name is what messages about operands start with. False with the mistake, one line without
 * its end. */
MUST_CHECK bool args_read(struct args *out_r, const char *name, const struct args_option *options, void *wish, int argc,
	char *const *argv);
/* Appends a line for each option that has help. */
void args_help(const struct args_option *options, struct buf *out);

#endif
