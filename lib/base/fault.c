/* Filling the one error value.
 * SPDX-License-Identifier: MIT */
#include "base/fault.h"

#include <stdarg.h>

#include "base/arena.h"

bool fault_set(struct fault *f, int http_status, const char *code, struct str message)
{
	*f = (struct fault){ .http_status = http_status, .code = str_of(code), .message = message };
	return false;
}

bool fault_printf(struct fault *f, struct arena *a, int http_status, const char *code, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	struct str message = str_vprintf(a, format, args);
	va_end(args);
	return fault_set(f, http_status, code, message);
}

bool fault_details(struct fault *f, struct str details)
{
	f->details = details;
	return false;
}

bool fault_hint(struct fault *f, struct str hint)
{
	f->hint = hint;
	return false;
}
