/* The configuration: one table of options, read from a file, the environment and the database.
 *
 * Syntax and precedence are PostgREST's (docs: Configuration): `key = value` lines, values quoted or bare,
 * `#` comments; environment variables PGRST_KEY and ROWGATE_KEY (upper case, '-' as '_') over the file; settings
 * of the connecting role over both. The same table feeds the parser, --dump-config, --example and the reference.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_CONF_CONF_H
#define ROWGATE_CONF_CONF_H

#include "base/buf.h"
#include "base/fault.h"
#include "base/log.h"

/* The release of PostgREST whose interface this is. */
#define CONF_POSTGREST_RELEASE "16"

struct conf_list {
	const struct str *items;
	size_t count;
};

/* A pair; in struct conf the whole name as it was spelled, "app.settings.X": PostgreSQL does not mind the case. */
struct conf_setting {
	struct str name, value;
};

enum conf_tx_end { CONF_TX_COMMIT, CONF_TX_COMMIT_OVERRIDE, CONF_TX_ROLLBACK, CONF_TX_ROLLBACK_OVERRIDE };
enum conf_csv { CONF_CSV_RFC4180, CONF_CSV_POSTGREST };
enum conf_openapi { CONF_OPENAPI_FOLLOW, CONF_OPENAPI_IGNORE, CONF_OPENAPI_DISABLED };
enum conf_mail_tls { CONF_MAIL_TLS_REQUIRED, CONF_MAIL_TLS_TRY, CONF_MAIL_TLS_NONE };
enum conf_verbosity { CONF_VERBOSE, CONF_MINIMAL };

struct conf {
	/* PostgREST's keys; field names are the keys with '_' for '-'. */
	struct str admin_server_host, admin_server_unix_socket;
	int64_t admin_server_port; /* -1: off */
	int64_t admin_server_unix_socket_mode;
	struct conf_setting *app_settings;
	size_t app_setting_count;
	int64_t client_error_verbosity; /* enum conf_verbosity */
	bool db_aggregates_enabled;
	struct str db_anon_role; /* STR_NONE: anonymous access disabled */
	struct str db_channel;
	bool db_channel_enabled, db_config;
	struct str db_pre_config;
	struct conf_list db_extra_search_path, db_hoisted_tx_settings;
	int64_t db_max_rows; /* -1: unlimited */
	bool db_plan_enabled;
	int64_t db_pool, db_pool_acquisition_timeout, db_pool_max_idletime, db_pool_max_lifetime;
	bool db_pool_automatic_recovery;
	struct str db_pre_request;
	bool db_prepared_statements;
	struct str db_root_spec;
	struct conf_list db_schemas;
	int64_t db_tx_end; /* enum conf_tx_end */
	struct str db_uri;
	struct str jwt_aud, jwt_role_claim_key, jwt_secret;
	bool jwt_secret_is_base64;
	int64_t jwt_cache_max_entries;
	int64_t log_level; /* enum log_level */
	bool log_query;
	int64_t openapi_mode; /* enum conf_openapi */
	bool openapi_security_active;
	struct str openapi_server_proxy_uri;
	struct conf_list server_cors_allowed_origins; /* count 0: any */
	struct str server_host;
	int64_t server_port;
	bool server_reuseport, server_timing_enabled;
	struct str server_trace_header, server_unix_socket;
	int64_t server_unix_socket_mode;
	int64_t url_max_embeds;
	bool url_use_legacy_target_names;

	/* rowgate's own. */
	int64_t csv_dialect;            /* enum conf_csv */
	struct str server_listen;       /* unix:/path or host:port; STR_NONE: fd 0 or LISTEN_FDS */
	int64_t server_listen_mode;     /* mode of the unix socket */
	struct str server_listen_group; /* group of the unix socket */
	struct str server_path_prefix;  /* taken off REQUEST_URI */
	struct str server_spool_dir;    /* directory of unlinked temporary files: TMPDIR or /tmp by default */
	int64_t server_max_url;         /* bytes; above: 414 */
	int64_t server_max_header;      /* bytes of all header fields; above: 431 */
	int64_t server_max_body;        /* bytes; above: 413 */
	int64_t server_buffer;          /* bytes of a body or answer held in memory before it is spooled */
	int64_t server_max_response;    /* bytes of an answer in the spool file; above: 500 */
	int64_t server_slots;           /* kept connections a worker holds */
	int64_t server_peer_timeout;    /* seconds a stalled web server connection may hold a worker */
	int64_t request_memory;         /* ceiling of the request arena, bytes */
	int64_t workers;                /* 0: db-pool; never more than that */
	int64_t db_statement_cache;     /* prepared statements a connection keeps */
	/* Of their SQL, all together. */
	int64_t db_statement_cache_bytes;
	struct conf_list jwt_require; /* claims every token must have */
	bool url_allow_reg_casts;
	bool db_pass_authorization;
	bool log_syslog;

	/* Mail. */
	struct str auth_site_url;   /* https://host[:port][/path]: what links in mails start with */
	struct str auth_return_url; /* where the pages that they lead to lead back, or STR_NONE */
	struct str mail_db_uri, mail_from, mail_transport;
	struct str mail_user, mail_password, mail_ca_file; /* SMTP */
	int64_t mail_tls;                                  /* enum conf_mail_tls */
	int64_t mail_timeout;                              /* seconds */
	struct str mail_templates;                         /* directory of the host's own texts */
	struct str state_dir;                              /* see process/statedir.h; or STR_NONE */
	struct conf_list server_trusted_proxies; /* addresses, networks or unix, whose X-Forwarded-For is believed */

	/* Accounts. Times are seconds. */
	bool auth_enabled, auth_session_check, auth_accept_sessionless, db_single_role;
	bool auth_cookie;       /* tokens travel in cookies */
	struct str auth_listen; /* as server_listen, for the account workers */
	int64_t auth_workers;   /* 0: cores */
	struct str auth_db_uri, auth_install_uri;
	struct str auth_claims_hook; /* schema.function */
	struct str auth_schema, auth_role_prefix;
	struct conf_list auth_roles, auth_self_service_roles; /* without the prefix */
	struct str auth_signing_key;                          /* JWK (set) or secret; STR_NONE: jwt-secret signs */
	struct str auth_issuer;
	int64_t auth_token_ttl, auth_refresh_grace, auth_session_idle, auth_session_max, auth_log_retention;
	int64_t auth_max_sessions; /* of one account */
	int64_t auth_password_memory, auth_password_passes;
	struct conf_list auth_password_words;
	struct str auth_password_breached;                                                      /* path, or STR_NONE */
	int64_t auth_reauth_sessions;                                                           /* seconds; -1: never */
	int64_t auth_limit_login, auth_limit_login_ip, auth_limit_register, auth_limit_refresh; /* tries a period */
	int64_t auth_limit_mail, auth_limit_mail_ip;
	int64_t auth_limit_mail_day;              /* to one address in a day */
	bool auth_activation;                     /* no session before the address is proven */
	int64_t auth_reset_ttl, auth_confirm_ttl; /* seconds from sending */
	int64_t auth_undo_ttl;
	int64_t auth_limit_period;
};

#endif
