/* The option table: every key, what it is for, and what it may be.
 * SPDX-License-Identifier: MIT */
#include "conf/conf_table.h"

#include <assert.h>

#include "base/arena.h"
#include "conf/conf_check.h"

#define AT(field) .offset = offsetof(struct conf, field)
#define R CONF_RELOAD
#define D CONF_IN_DB
#define OWN CONF_OWN

#define KIB INT64_C(1024)
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)
#define PORT_MAX 65535
#define COUNT_MAX INT32_MAX

static const char *const log_level_words[] = { "crit", "error", "warn", "info", "debug", NULL };
static const char *const verbosity_words[] = { "verbose", "minimal", NULL };
static const char *const csv_words[] = { "rfc4180", "postgrest", NULL };
static const char *const openapi_words[] = { "follow-privileges", "ignore-privileges", "disabled", NULL };
static const char *const mail_tls_words[] = { "required", "try", "none", NULL };
static const char *const tx_end_words[] = { "commit", "commit-allow-override", "rollback", "rollback-allow-override",
	NULL };
/* Words stand in the order of their enum, whose last value this is. */
#define ASSERT_WORDS(words, last) static_assert(COUNT_OF(words) == (last) + 2, "one word for each value and a NULL")
ASSERT_WORDS(log_level_words, LOG_LEVEL_DEBUG);
ASSERT_WORDS(verbosity_words, CONF_MINIMAL);
ASSERT_WORDS(csv_words, CONF_CSV_POSTGREST);
ASSERT_WORDS(openapi_words, CONF_OPENAPI_DISABLED);
ASSERT_WORDS(mail_tls_words, CONF_MAIL_TLS_NONE);
ASSERT_WORDS(tx_end_words, CONF_TX_ROLLBACK_OVERRIDE);

const struct conf_option conf_options[] = {
	{ "admin-server-host", .type = CONF_TEXT, AT(admin_server_host), .fallback = "127.0.0.1",
		.help = "Address of the admin server, or a name that it is also asked by; *, *4, !4, *6, !6 are all." },
	{ "admin-server-port", .type = CONF_INT, AT(admin_server_port), .min = 0, .max = PORT_MAX,
		.check = conf_check_admin_port,
		.help = "Port of the admin server (/live, /ready, /metrics); off when not set." },
	{ "admin-server-unix-socket", .type = CONF_TEXT, AT(admin_server_unix_socket),
		.help = "Unix socket of the admin server, instead of a port." },
	{ "admin-server-unix-socket-mode", .type = CONF_MODE, AT(admin_server_unix_socket_mode), .fallback = "660",
		.min = 0600, .max = 0777, .help = "File mode of that socket." },
	{ "auth-accept-sessionless", .type = CONF_BOOL, .flags = OWN | R, AT(auth_accept_sessionless), .fallback = "false",
		.help = "Accept tokens of accounts that name no session." },
	{ "auth-activation", .type = CONF_BOOL, .flags = OWN | R, AT(auth_activation), .fallback = "false",
		.help = "No sign-in before the e-mail address was proven by a mailed link." },
	{ "auth-claims-hook", .type = CONF_TEXT, .flags = OWN | R, AT(auth_claims_hook), .check = conf_check_hook,
		.help = "`schema.function(integer) RETURNS json`: gets an account's number and gives further claims for its "
				"tokens, at most 4 kB." },
	{ "auth-confirm-ttl", .type = CONF_SECONDS, .flags = OWN | R, AT(auth_confirm_ttl), .fallback = "86400", .min = 60,
		.max = 2592000, .help = "Seconds a mailed link that proves an address is good for." },
	{ "auth-cookie", .type = CONF_BOOL, .flags = OWN | R, AT(auth_cookie), .fallback = "false",
		.check = conf_check_cookie,
		.help = "Give browsers their tokens in cookies that scripts cannot read, and none in answers." },
	{ "auth-db-uri", .type = CONF_TEXT, .flags = OWN | CONF_AT_FILE, AT(auth_db_uri),
		.help = "Connection string of the account workers; db-uri with the role rowgate_account when not set." },
	{ "auth-enabled", .type = CONF_BOOL, .flags = OWN, AT(auth_enabled), .fallback = "false", .check = conf_check_auth,
		.help = "Serve the account URLs (register, login and so on) by account workers on auth-listen." },
	{ "auth-install-uri", .type = CONF_TEXT, .flags = OWN | CONF_AT_FILE, AT(auth_install_uri),
		.help = "Connection string of `rowgate migrate`: a superuser or a role with CREATEROLE; db-uri when not set." },
	{ "auth-issuer", .type = CONF_TEXT, .flags = OWN | R, AT(auth_issuer), .fallback = "rowgate",
		.help = "The iss claim of tokens that accounts get." },
	{ "auth-limit-login", .type = CONF_INT, .flags = OWN | R, AT(auth_limit_login), .fallback = "10", .min = 1,
		.max = COUNT_MAX, .help = "Failed sign-ins for one e-mail address in auth-limit-period." },
	{ "auth-limit-login-ip", .type = CONF_INT, .flags = OWN | R, AT(auth_limit_login_ip), .fallback = "100", .min = 1,
		.max = COUNT_MAX, .help = "Failed sign-ins from one network address in auth-limit-period." },
	{ "auth-limit-mail", .type = CONF_INT, .flags = OWN | R, AT(auth_limit_mail), .fallback = "5", .min = 1,
		.max = COUNT_MAX, .help = "Mails to one address in auth-limit-period, notices among them." },
	{ "auth-limit-mail-day", .type = CONF_INT, .flags = OWN | R, AT(auth_limit_mail_day), .fallback = "20", .min = 1,
		.max = COUNT_MAX, .help = "Mails to one address in a day." },
	{ "auth-limit-mail-ip", .type = CONF_INT, .flags = OWN | R, AT(auth_limit_mail_ip), .fallback = "50", .min = 1,
		.max = COUNT_MAX, .help = "Mails asked for and links followed by one network in auth-limit-period." },
	{ "auth-limit-period", .type = CONF_SECONDS, .flags = OWN | R, AT(auth_limit_period), .fallback = "900", .min = 1,
		.max = COUNT_MAX, .help = "Seconds in which a used up limit is whole again." },
	{ "auth-limit-refresh", .type = CONF_INT, .flags = OWN | R, AT(auth_limit_refresh), .fallback = "900", .min = 1,
		.max = COUNT_MAX, .help = "Refreshes from one network address in auth-limit-period." },
	{ "auth-limit-register", .type = CONF_INT, .flags = OWN | R, AT(auth_limit_register), .fallback = "100", .min = 1,
		.max = COUNT_MAX, .help = "Registrations from one network address in auth-limit-period." },
	{ "auth-listen", .type = CONF_TEXT, .flags = OWN, AT(auth_listen), .check = conf_check_auth_listen,
		.sample = "unix:/run/rowgate/accounts.sock",
		.help = "FastCGI socket of the account workers, `unix:/path` or `host:port`." },
	{ "auth-log-retention", .type = CONF_SECONDS, .flags = OWN | R, AT(auth_log_retention), .fallback = "7776000",
		.min = 3600, .max = COUNT_MAX,
		.help = "Seconds after which `rowgate purge` removes a line of the activity log." },
	{ "auth-max-sessions", .type = CONF_INT, .flags = OWN | R, AT(auth_max_sessions), .fallback = "100", .min = 1,
		.max = COUNT_MAX, .help = "Open sessions of one account; a further sign-in ends the oldest." },
	{ "auth-password-breached", .type = CONF_TEXT, .flags = OWN | R, AT(auth_password_breached),
		.help = "File of passwords that became known, SHA-1 hashes in hex, sorted, one a line (`HASH:COUNT`): none of "
				"these is taken." },
	{ "auth-password-memory", .type = CONF_BYTES, .flags = OWN | R, AT(auth_password_memory), .fallback = "19M",
		.min = 8 * MIB, .max = GIB,
		.help = "Memory of one argon2id hash; one made with less is renewed at the next sign-in." },
	{ "auth-password-passes", .type = CONF_INT, .flags = OWN | R, AT(auth_password_passes), .fallback = "2", .min = 1,
		.max = 64, .help = "Passes of argon2id over that memory." },
	{ "auth-password-words", .type = CONF_LIST, .flags = OWN | R, AT(auth_password_words),
		.help = "Words that anybody would try here, names of the firm and its products: no password is made of them." },
	{ "auth-reauth-sessions", .type = CONF_SECONDS, .flags = OWN | R, AT(auth_reauth_sessions), .min = 0,
		.max = COUNT_MAX, .sample = "600",
		.help =
			"Seconds after its sign-in in which a session may end others; later it takes current_password. It always "
			"may when not set." },
	{ "auth-refresh-grace", .type = CONF_SECONDS, .flags = OWN | R, AT(auth_refresh_grace), .fallback = "60", .min = 0,
		.max = 3600, .help = "Seconds in which a used refresh token is answered though its successor was used, too." },
	{ "auth-reset-ttl", .type = CONF_SECONDS, .flags = OWN | R, AT(auth_reset_ttl), .fallback = "3600", .min = 60,
		.max = 604800, .help = "Seconds a mailed link to a new password is good for." },
	{ "auth-return-url", .type = CONF_TEXT, .flags = OWN | R, AT(auth_return_url), .check = conf_check_return_url,
		.help = "Where the pages that mailed links lead to lead back: a path of the site, or a whole address." },
	{ "auth-role-prefix", .type = CONF_TEXT, .flags = OWN, AT(auth_role_prefix), .check = conf_check_auth_names,
		.help =
			"What the names of the account roles begin with, for a second site: roles belong to the whole cluster." },
	{ "auth-roles", .type = CONF_LIST, .flags = OWN | R, AT(auth_roles),
		.fallback = "regular_user, editor, viewer, admin_user",
		.help = "Roles an account may have; `rowgate migrate` enters them." },
	{ "auth-schema", .type = CONF_TEXT, .flags = OWN, AT(auth_schema), .fallback = "auth",
		.check = conf_check_auth_names,
		.help =
			"Schema of users, sessions and profiles, another one for a second site in the database; the private one "
			"has _private behind its name." },
	{ "auth-self-service-roles", .type = CONF_LIST, .flags = OWN | R | CONF_EMPTY, AT(auth_self_service_roles),
		.fallback = "regular_user", .help = "Roles that may be chosen at registration, the default first." },
	{ "auth-session-check", .type = CONF_BOOL, .flags = OWN | R, AT(auth_session_check), .fallback = "true",
		.help = "Refuse an access token as soon as its session has ended." },
	{ "auth-session-idle", .type = CONF_SECONDS, .flags = OWN | R, AT(auth_session_idle), .fallback = "604800",
		.min = 60, .max = COUNT_MAX, .help = "Seconds after which a session that was not refreshed is over." },
	{ "auth-session-max", .type = CONF_SECONDS, .flags = OWN | R, AT(auth_session_max), .fallback = "2592000",
		.min = 60, .max = COUNT_MAX, .help = "Seconds after which every session is over." },
	{ "auth-signing-key", .type = CONF_TEXT, .flags = OWN | R | CONF_AT_FILE | CONF_KEY, AT(auth_signing_key),
		.help = "Secret, JWK or JWK set whose first key signs tokens; jwt-secret when not set." },
	{ "auth-site-url", .type = CONF_TEXT, .flags = OWN | R, AT(auth_site_url), .check = conf_check_site_url,
		.help = "The site as its visitors call it, https://host: what links in mails start with." },
	{ "auth-token-ttl", .type = CONF_SECONDS, .flags = OWN | R, AT(auth_token_ttl), .fallback = "3600", .min = 10,
		.max = 604800, .help = "Seconds an access token is good for." },
	{ "auth-undo-ttl", .type = CONF_SECONDS, .flags = OWN | R, AT(auth_undo_ttl), .fallback = "604800", .min = 3600,
		.max = 2592000, .help = "Seconds a mailed link that undoes a change of password or address is good for." },
	{ "auth-workers", .type = CONF_INT, .flags = OWN, AT(auth_workers), .fallback = "0", .min = 0, .max = 1024,
		.help = "Account workers; 0 means as many as there are cores." },
	{ "client-error-verbosity", .type = CONF_ENUM, .flags = R | D, AT(client_error_verbosity), .fallback = "verbose",
		.words = verbosity_words, .complaint = "Invalid client-error-verbosity. Check your configuration.",
		.help = "What an error tells a client: everything, or code and message only." },
	{ "csv-dialect", .type = CONF_ENUM, .flags = OWN | R | D, AT(csv_dialect), .fallback = "rfc4180",
		.words = csv_words,
		.help = "CSV that can be read back as it was written, or postgrest: backslashes doubled, names never quoted, "
				"no header without rows; an empty field is an empty text, a field of a JSON column a string." },
	{ "db-aggregates-enabled", .type = CONF_BOOL, .flags = R | D, AT(db_aggregates_enabled), .fallback = "false",
		.help = "Allow aggregate functions in select=." },
	{ "db-anon-role", .type = CONF_TEXT, .flags = R | D, AT(db_anon_role),
		.help = "Role of requests without a token; anonymous access is refused when not set." },
	{ "db-channel", .type = CONF_TEXT, .flags = R, AT(db_channel), .fallback = "pgrst",
		.help = "Channel on which NOTIFY asks for a reload." },
	{ "db-channel-enabled", .type = CONF_BOOL, .flags = R, AT(db_channel_enabled), .fallback = "true",
		.help = "Listen on that channel." },
	{ "db-config", .type = CONF_BOOL, .flags = R, AT(db_config), .fallback = "true",
		.help = "Read pgrst.* settings of the connecting role." },
	{ "db-extra-search-path", .type = CONF_LIST, .flags = R | D | CONF_EMPTY, AT(db_extra_search_path),
		.fallback = "public", .help = "Schemas that follow the exposed one on the search path." },
	{ "db-hoisted-tx-settings", .type = CONF_LIST, .flags = R | D, AT(db_hoisted_tx_settings),
		.fallback = "statement_timeout, plan_filter.statement_cost_limit, default_transaction_isolation",
		.help = "Settings of a function that are raised to its whole transaction." },
	{ "db-max-rows", "max-rows", .type = CONF_INT, .flags = R | D, AT(db_max_rows), .min = 0, .max = INT64_MAX,
		.help = "Most rows a read may return; no limit when not set." },
	{ "db-pass-authorization", .type = CONF_BOOL, .flags = OWN | R | D, AT(db_pass_authorization), .fallback = "true",
		.help = "Let SQL see the Authorization field in request.headers." },
	{ "db-plan-enabled", .type = CONF_BOOL, .flags = R | D, AT(db_plan_enabled), .fallback = "false",
		.help = "Answer with the execution plan when a client asks for it." },
	{ "db-pool", .type = CONF_INT, AT(db_pool), .fallback = "10", .min = 1, .max = COUNT_MAX,
		.help = "Connections to the database at most, beside one that listens and those of account workers." },
	{ "db-pool-acquisition-timeout", .type = CONF_SECONDS, AT(db_pool_acquisition_timeout), .fallback = "10", .min = 0,
		.max = COUNT_MAX, .help = "Seconds a request waits for a connection before it gets 504." },
	{ "db-pool-automatic-recovery", .type = CONF_BOOL, .flags = R, AT(db_pool_automatic_recovery), .fallback = "true",
		.help = "Connect again after the connection was lost; otherwise stop." },
	{ "db-pool-max-idletime", "db-pool-timeout", .type = CONF_SECONDS, .flags = CONF_OLD_WINS, AT(db_pool_max_idletime),
		.fallback = "30", .min = 0, .max = COUNT_MAX, .help = "Seconds after which an idle connection is closed." },
	{ "db-pool-max-lifetime", .type = CONF_SECONDS, AT(db_pool_max_lifetime), .fallback = "1800", .min = 0,
		.max = COUNT_MAX, .help = "Seconds after which a connection is replaced." },
	{ "db-pre-config", .type = CONF_TEXT, .flags = R | D, AT(db_pre_config),
		.help = "Function that sets pgrst.* settings before they are read." },
	{ "db-pre-request", "pre-request", .type = CONF_TEXT, .flags = R | D, AT(db_pre_request),
		.help = "Function called before the main statement of every request." },
	{ "db-prepared-statements", .type = CONF_BOOL, .flags = R | D, AT(db_prepared_statements), .fallback = "true",
		.help = "Keep statements prepared; false behind an old pooler in transaction mode." },
	{ "db-root-spec", "root-spec", .type = CONF_TEXT, .flags = R | D, AT(db_root_spec),
		.help = "Function that answers GET / in place of the OpenAPI document." },
	{ "db-schemas", "db-schema", .type = CONF_LIST, .flags = R | D, AT(db_schemas), .fallback = "public",
		.check = conf_check_schemas, .help = "Schemas exposed to clients, the default first." },
	{ "db-single-role", .type = CONF_BOOL, .flags = OWN, AT(db_single_role), .fallback = "false",
		.help = "Everything connects as db-uri does, for hosts that give one role; less is protected, "
				"the start says what." },
	{ "db-statement-cache", .type = CONF_INT, .flags = OWN | R, AT(db_statement_cache), .fallback = "256", .min = 1,
		.max = 65536, .help = "Prepared statements a connection keeps." },
	{ "db-statement-cache-bytes", .type = CONF_BYTES, .flags = OWN | R, AT(db_statement_cache_bytes),
		.fallback = "192k", .min = 16 * KIB, .max = 64 * MIB,
		.help = "Bytes of their SQL, all together; PostgreSQL holds up to 100 for each of them." },
	{ "db-tx-end", .type = CONF_ENUM, .flags = D, AT(db_tx_end), .fallback = "commit", .words = tx_end_words,
		.complaint = "Invalid transaction termination. Check your configuration.",
		.help = "How transactions end, and whether Prefer: tx= may choose." },
	{ "db-uri", .type = CONF_TEXT, .flags = CONF_AT_FILE, AT(db_uri), .fallback = "postgresql://",
		.help = "Connection string of libpq; what it leaves out comes from libpq's environment." },
	{ "jwt-aud", .type = CONF_TEXT, .flags = R | D, AT(jwt_aud), .check = conf_check_audience,
		.help = "Audience a token must name if it names any." },
	{ "jwt-cache-max-entries", .type = CONF_INT, .flags = R | D, AT(jwt_cache_max_entries), .fallback = "1000",
		.min = 0, .max = 1000000, .help = "Verified tokens remembered; 0 turns the cache off." },
	{ "jwt-require", .type = CONF_LIST, .flags = OWN | R | D, AT(jwt_require), .check = conf_check_require,
		.help = "Claims that a token must have, such as `aud, exp`; an empty one does not count." },
	{ "jwt-role-claim-key", "role-claim-key", .type = CONF_TEXT, .flags = R | D | CONF_DOLLARS, AT(jwt_role_claim_key),
		.fallback = "$.role", .help = "JSON path to the claim that names the role." },
	{ "jwt-secret", .type = CONF_TEXT, .flags = R | D | CONF_AT_FILE | CONF_RAW | CONF_KEY, AT(jwt_secret),
		.help = "Secret of at least 32 characters, JWK or JWK set that verifies tokens." },
	{ "jwt-secret-is-base64", "secret-is-base64", .type = CONF_BOOL, .flags = R | D, AT(jwt_secret_is_base64),
		.fallback = "false", .help = "The secret is given in base64 or base64url." },
	{ "log-level", .type = CONF_ENUM, .flags = R, AT(log_level), .fallback = "error", .words = log_level_words,
		.complaint = "Invalid logging level. Check your configuration.",
		.help = "Least severity that is logged; requests by their status." },
	{ "log-query", .type = CONF_BOOL, .flags = R, AT(log_query), .fallback = "false",
		.help = "Log the SQL statements of requests, those that log-level wants a line of." },
	{ "log-syslog", .type = CONF_BOOL, .flags = OWN, AT(log_syslog), .fallback = "false",
		.help = "Log to syslog instead of standard error." },
	{ "mail-ca-file", .type = CONF_TEXT, .flags = OWN, AT(mail_ca_file),
		.help = "Certificates that the SMTP server's is checked with, instead of the system's." },
	{ "mail-db-uri", .type = CONF_TEXT, .flags = OWN | CONF_AT_FILE, AT(mail_db_uri),
		.help = "Connection string of `rowgate mail`; db-uri with the role rowgate_mail when not set." },
	{ "mail-from", .type = CONF_TEXT, .flags = OWN, AT(mail_from),
		.help = "Whom mails come from: an address, or `Name <address>`." },
	{ "mail-password", .type = CONF_TEXT, .flags = OWN | CONF_AT_FILE, AT(mail_password),
		.help = "Password at the SMTP server." },
	{ "mail-templates", .type = CONF_TEXT, .flags = OWN, AT(mail_templates),
		.help = "Directory of texts that replace the shipped ones, `LANGUAGE/NAME.txt` and `.html`." },
	{ "mail-timeout", .type = CONF_SECONDS, .flags = OWN, AT(mail_timeout), .fallback = "30", .min = 1, .max = 3600,
		.help = "Seconds that handing over one mail may take." },
	{ "mail-tls", .type = CONF_ENUM, .flags = OWN, AT(mail_tls), .fallback = "required", .words = mail_tls_words,
		.help = "Encryption of smtp:// by STARTTLS: insisted on, tried, or none; smtps:// is always encrypted." },
	{ "mail-transport", .type = CONF_TEXT, .flags = OWN, AT(mail_transport), .fallback = "sendmail",
		.help = "How mails leave: `sendmail`, `sendmail:/path`, `smtp(s)://host:port`, or `file:/directory` for trying "
				"things out." },
	{ "mail-user", .type = CONF_TEXT, .flags = OWN, AT(mail_user),
		.help = "Account at the SMTP server; none when not set." },
	{ "openapi-mode", .type = CONF_ENUM, .flags = R | D, AT(openapi_mode), .fallback = "follow-privileges",
		.words = openapi_words, .complaint = "Invalid openapi-mode. Check your configuration.",
		.help = "What the OpenAPI document shows." },
	{ "openapi-security-active", .type = CONF_BOOL, .flags = R | D, AT(openapi_security_active), .fallback = "false",
		.help = "Add the security definition for tokens to the OpenAPI document." },
	{ "openapi-server-proxy-uri", .type = CONF_TEXT, .flags = D, AT(openapi_server_proxy_uri),
		.check = conf_check_proxy_uri, .help = "Public base URI of the API, for the OpenAPI document." },
	{ "request-memory", .type = CONF_BYTES, .flags = OWN | R, AT(request_memory), .fallback = "32M", .min = MIB,
		.max = 4 * GIB, .check = conf_check_request_memory, .help = "Memory one request may use." },
	{ "server-buffer", .type = CONF_BYTES, .flags = OWN | R, AT(server_buffer), .fallback = "1M", .min = 8 * KIB,
		.max = 64 * MIB, .help = "Bytes of a body or an answer held in memory before they go to a temporary file." },
	{ "server-cors-allowed-origins", .type = CONF_LIST, .flags = D, AT(server_cors_allowed_origins),
		.help = "Origins that browsers may call from; any when not set." },
	{ "server-host", .type = CONF_TEXT, AT(server_host), .fallback = "!4",
		.help = "Address the web server listens on in deploy/serve: a name or *, *4, !4, *6, !6." },
	{ "server-listen", .type = CONF_TEXT, .flags = OWN, AT(server_listen), .check = conf_check_listen,
		.sample = "unix:/run/rowgate/rowgate.sock",
		.help = "FastCGI socket, `unix:/path` or `host:port`; when not set, the one inherited from the web server." },
	{ "server-listen-group", .type = CONF_TEXT, .flags = OWN, AT(server_listen_group),
		.help = "Group that gets a FastCGI unix socket, the web server's; rowgate must be a member of it, or root." },
	{ "server-listen-mode", .type = CONF_MODE, .flags = OWN, AT(server_listen_mode), .fallback = "660", .min = 0600,
		.max = 0777, .help = "File mode of a FastCGI unix socket." },
	{ "server-max-body", .type = CONF_BYTES, .flags = OWN | R, AT(server_max_body), .fallback = "256M", .min = KIB,
		.max = 1023 * MIB,
		.help = "Largest request body, beyond which there is 413; PostgreSQL takes less than 1 GiB." },
	{ "server-max-header", .type = CONF_BYTES, .flags = OWN | R, AT(server_max_header), .fallback = "64k", .min = KIB,
		.max = MIB, .help = "Largest header of a request; beyond it 431." },
	{ "server-max-response", .type = CONF_BYTES, .flags = OWN | R, AT(server_max_response), .fallback = "1G",
		.min = MIB, .max = 1024 * GIB, .help = "Largest answer; beyond it 500." },
	{ "server-max-url", .type = CONF_BYTES, .flags = OWN | R, AT(server_max_url), .fallback = "64k", .min = KIB,
		.max = MIB, .help = "Longest URL; beyond it 414." },
	{ "server-path-prefix", .type = CONF_TEXT, .flags = OWN | R, AT(server_path_prefix),
		.check = conf_check_path_prefix,
		.help = "Path under which the web server publishes the API, such as /api; it is taken off every path." },
	{ "server-peer-timeout", .type = CONF_SECONDS, .flags = OWN | R, AT(server_peer_timeout), .fallback = "10",
		.min = 1, .max = 3600,
		.help = "Seconds without progress after which a stalled connection of the web server is given up: 408." },
	{ "server-port", .type = CONF_INT, AT(server_port), .fallback = "3000", .min = 0, .max = PORT_MAX,
		.help = "Port the web server listens on in deploy/serve; 0 chooses a free one." },
	{ "server-reuseport", .type = CONF_BOOL, AT(server_reuseport), .fallback = "false",
		.help = "Let several instances listen on one host:port of server-listen, each from its first catalog on." },
	{ "server-slots", .type = CONF_INT, .flags = OWN | R, AT(server_slots), .fallback = "64", .min = 1, .max = 4096,
		.help = "Connections of the web server a worker keeps open." },
	{ "server-spool-dir", .type = CONF_TEXT, .flags = OWN | R, AT(server_spool_dir),
		.help = "Directory of unlinked temporary files; TMPDIR or /tmp when not set." },
	{ "server-timing-enabled", .type = CONF_BOOL, .flags = R | D, AT(server_timing_enabled), .fallback = "false",
		.help = "Answer with a Server-Timing field." },
	{ "server-trace-header", .type = CONF_TEXT, .flags = R | D, AT(server_trace_header),
		.help = "Name of a request field that is sent back as it came." },
	{ "server-trusted-proxies", .type = CONF_LIST, .flags = OWN | R, AT(server_trusted_proxies),
		.check = conf_check_proxies,
		.help = "Addresses or networks (10.0.0.0/8) whose X-Forwarded-For names the client; "
				"unix: whoever connects to the web server over a unix socket." },
	{ "server-unix-socket", .type = CONF_TEXT, AT(server_unix_socket),
		.help = "Unix socket the web server listens on in deploy/serve, instead of a port." },
	{ "server-unix-socket-mode", .type = CONF_MODE, AT(server_unix_socket_mode), .fallback = "660", .min = 0600,
		.max = 0777, .help = "File mode of that socket." },
	{ "state-dir", .type = CONF_TEXT, .flags = OWN, AT(state_dir),
		.help = "Directory where processes share the catalog they have loaded; RUNTIME_DIRECTORY, or rowgate-UID under "
				"TMPDIR, when not set." },
	{ "url-allow-reg-casts", .type = CONF_BOOL, .flags = OWN | R | D, AT(url_allow_reg_casts), .fallback = "true",
		.sample = "false",
		.help = "Casts in select= to regclass and its kin, which name objects of schemas that are not exposed." },
	{ "url-max-embeds", .type = CONF_INT, .flags = OWN | R | D, AT(url_max_embeds), .fallback = "100", .min = 1,
		.max = 1000, .help = "Embedded resources one request may ask for; beyond it 413." },
	{ "url-use-legacy-target-names", .type = CONF_BOOL, .flags = R | D, AT(url_use_legacy_target_names),
		.fallback = "true", .help = "Filters on an embed may name its table although it has an alias." },
	{ "workers", .type = CONF_INT, .flags = OWN, AT(workers), .fallback = "0", .min = 0, .max = 4096,
		.help = "Worker processes, with one database connection each: never more than db-pool; 0 means as many." },
};
const size_t conf_option_count = COUNT_OF(conf_options);

const struct conf_option *conf_option_find(struct str name)
{
	for (size_t i = 0; i < conf_option_count; i++) {
		const struct conf_option *o = &conf_options[i];
		if (str_eq(name, str_of(o->name)) || (o->alias && str_eq(name, str_of(o->alias))))
			return o;
	}
	return NULL;
}

struct str conf_option_key(struct str name, struct arena *a)
{
	struct str key = str_lower(a, name);
	char *copy = arena_bytes(a, key.n);
	for (size_t i = 0; i < key.n; i++)
		copy[i] = key.p[i] == '_' ? '-' : key.p[i];
	return (struct str){ copy, key.n };
}

bool conf_option_obsolete(struct str name)
{
	static const struct str names[] = {
		STR_INIT("db-timezone-enabled"),
		STR_INIT("db-use-legacy-gucs"),
		STR_INIT("jwt-cache-max-lifetime"),
		STR_INIT("raw-media-types"),
		STR_INIT("server-otel-enabled"),
	};
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (str_eq(name, names[i]))
			return true;
	return str_starts(name, STR("internal-schema-cache-"));
}
