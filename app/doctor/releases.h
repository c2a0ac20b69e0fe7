/* PostgreSQL's releases: from which minor version on the known holes are closed, and when a major version ends.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_DOCTOR_RELEASES_H
#define ROWGATE_APP_DOCTOR_RELEASES_H

#include "base/str.h"

/* The day up to which the table knows. */
#define RELEASES_KNOWN_TO "2026-08-13"

/* version: as PQserverVersion() has it, 150018. What to install instead and why, or STR_NONE. */
struct str releases_hole(int version, struct arena *a);
/* The day on which corrections ended, or STR_NONE: they go on today ("YYYY-MM-DD"), or the version is not known. */
struct str releases_ended(int version, struct str today);

#endif
