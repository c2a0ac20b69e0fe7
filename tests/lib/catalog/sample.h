/* A small hand-made catalog, and a walk that touches every byte a look-up can reach.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_TESTS_CATALOG_SAMPLE_H
#define ROWGATE_TESTS_CATALOG_SAMPLE_H

#include "catalog/build.h"

/* Schemas api (workshops, participants, "Ünï \"x\"", a view) and hidden (secrets), two overloads of add, roles. */
const struct catalog *sample_catalog(struct arena *a);
/* A sum over everything the accessors give out, so that a sanitizer sees each byte read. */
uint64_t sample_walk(const struct catalog *cat);

#endif
