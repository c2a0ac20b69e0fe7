/* An examination as text for people, and as JSON for programs.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_DOCTOR_PRINT_H
#define ROWGATE_APP_DOCTOR_PRINT_H

#include "app/doctor/doctor.h"

/* What was looked at, each finding under its check with what to do, and a line that counts. Of many findings of one
 * check the first are shown. */
void doctor_print_text(const struct doctor *d, struct buf *out);
/* {"findings": [...], "looked_at": [...], "errors": n, "warnings": n, "notes": n}, every finding in it. */
void doctor_print_json(const struct doctor *d, struct buf *out);

#endif
