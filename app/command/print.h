/* What rowgate prints of itself, of its configuration and of a database.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_COMMAND_PRINT_H
#define ROWGATE_APP_COMMAND_PRINT_H

#include <stdbool.h>

/* Each returns an exit status; config is the path of the configuration file, or NULL: environment only. */
int print_help(void);
int print_version(void);
/* The sample configuration file. */
int print_example(void);
/* The keys as a Markdown table; own: only those that PostgREST does not have. */
int print_reference(bool own);
/* The configuration in force; own as for conf_dump(). */
int print_config(const char *config, bool own);
/* The catalog as JSON. Asks the database itself: no server need run. */
int print_schema(const char *config);

#endif
