/* What libpwquality says of a password, where the host has it and rowgate was built with it.
 * SPDX-License-Identifier: MIT */
#include "account/password.h"

#ifdef HAVE_PWQUALITY

#include <pwquality.h>

#include "account/unavailable.h"
#include "base/arena.h"
#include "base/log.h"

/* A host without the file means what the library is made with. */
static bool read_settings(pwquality_settings_t *settings)
{
	void *about = NULL;
	char text[PWQ_MAX_ERROR_MESSAGE_LEN];
	int status = pwquality_read_config(settings, NULL, &about);
	if (status == 0 || status == PWQ_ERROR_CFGFILE_OPEN)
		return true;
	log_error("pwquality.conf: %s", pwquality_strerror(text, sizeof text, status, about));
	return false;
}

bool password_quality(struct str password, struct str email, struct arena *a, struct fault *f)
{
	void *about = NULL;
	char text[PWQ_MAX_ERROR_MESSAGE_LEN];
	pwquality_settings_t *settings = pwquality_default_settings();
	if (!settings || !read_settings(settings)) {
		pwquality_free_settings(settings);
		return account_unavailable(f, 0);
	}
	const char *user = str_cstr(a, str_sub(email, 0, str_rindex(email, '@')));
	int status = pwquality_check(settings, str_cstr(a, password), NULL, user, &about);
	pwquality_free_settings(settings);
	if (status >= 0)
		return true;
	fault_set(f, 400, "RGA03", STR("The password is too weak"));
	return fault_hint(f, str_dup(a, str_of(pwquality_strerror(text, sizeof text, status, about))));
}

#else

bool password_quality(struct str password, struct str email, struct arena *a, struct fault *f)
{
	(void)password;
	(void)email;
	(void)a;
	(void)f;
	return true;
}

#endif
