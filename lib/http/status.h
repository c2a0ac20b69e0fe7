/* Reason phrases of status codes (RFC 9110 section 15).
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_HTTP_STATUS_H
#define ROWGATE_HTTP_STATUS_H

#include "base/str.h"

/* The registered phrase, or "Status" for a code nobody registered. */
struct str http_reason(int status);

#endif
