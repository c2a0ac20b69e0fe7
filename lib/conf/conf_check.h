/* What values must be beyond their type: the checks that the option table names; private to lib/conf.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_CONF_CONF_CHECK_H
#define ROWGATE_CONF_CONF_CHECK_H

#include "conf/conf.h"

/* Each is a row's check in the option table: what the value now in c should have been, or NULL when it is good. What
 * it reads may depend on other keys. */
const char *conf_check_admin_port(const struct conf *c);
const char *conf_check_schemas(const struct conf *c);
const char *conf_check_site_url(const struct conf *c);
const char *conf_check_audience(const struct conf *c);
const char *conf_check_require(const struct conf *c);
const char *conf_check_proxy_uri(const struct conf *c);
const char *conf_check_path_prefix(const struct conf *c);
const char *conf_check_listen(const struct conf *c);
const char *conf_check_auth_listen(const struct conf *c);
const char *conf_check_auth(const struct conf *c);
const char *conf_check_cookie(const struct conf *c);
const char *conf_check_return_url(const struct conf *c);
const char *conf_check_hook(const struct conf *c);
const char *conf_check_auth_names(const struct conf *c);
const char *conf_check_proxies(const struct conf *c);
const char *conf_check_request_memory(const struct conf *c);

#endif
