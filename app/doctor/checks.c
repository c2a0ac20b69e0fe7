/* The table of what can be found.
 * SPDX-License-Identifier: MIT */
#include "app/doctor/checks.h"

#include <assert.h>

#include "app/doctor/queries.h"

#define E DOCTOR_ERROR
#define W DOCTOR_WARNING
#define N DOCTOR_NOTE

/* clang-format off */
const struct doctor_check checks[] = {
	/* Configuration, keys, files. */
	{ "RGD01", E, "the configuration cannot be served from", "Mend the key that the message names.", NULL },
	{ "RGD02", E, "others can read the configuration file, or change it",
		"Let only the service read it: chmod 640, group of the service.", NULL },
	{ "RGD03", E, "others can read a key file, or change it",
		"Let only the service read it: chmod 640, group of the service.", NULL },
	{ "RGD04", E, "the state directory is of no use", "Make it, for the service's user alone: chmod 700.", NULL },
	{ "RGD05", E, "the directory for temporary files is of no use",
		"Make it, or name another one in server-spool-dir.", NULL },
	{ "RGD06", W, "every user of the machine may talk to a socket",
		"Set its mode to 660 and its group to the web server's.", NULL },
	{ "RGD07", W, "the secret that signs tokens can be guessed", "Make another one with `rowgate keygen`.", NULL },
	{ "RGD08", N, "one secret both signs and verifies tokens",
		"Make a key pair with `rowgate keygen --alg EdDSA`.", NULL },
	{ "RGD09", N, "a key is older than a year",
		"Put a new key in front of it in a key set; take the old one out when its tokens have ended.", NULL },
	{ "RGD10", N, "there is no jwt-secret: every token is refused",
		"Set jwt-secret, or go on if nobody signs in.", NULL },
	{ "RGD11", W, "links in mails are not encrypted: auth-site-url is http",
		"Set it to the https address of the site.", NULL },
	{ "RGD12", W, "an entry of server-cors-allowed-origins is no origin and matches nothing",
		"Write scheme, host and port alone: https://app.example.com", NULL },
	{ "RGD13", W, "tokens travel in cookies and every site may read answers",
		"List the origins of your pages in server-cors-allowed-origins.", NULL },
	{ "RGD14", N, "the site's own origin is not among server-cors-allowed-origins",
		"Add it if its pages call the API at another address.", NULL },
	{ "RGD15", E, "a file that the configuration names cannot be read", "Put it there, or leave the key out.", NULL },
	{ "RGD16", W, "every change is rolled back: db-tx-end", "Set db-tx-end = commit outside of tests.", NULL },
	{ "RGD17", W, "callers may see execution plans: db-plan-enabled", "Set it to false where strangers call.", NULL },
	{ "RGD18", W, "the API is called without encryption", "Serve it by https, and redirect http.", NULL },
	{ "RGD19", W, "nobody serves at the socket that the web server is to ask",
		"Start rowgate: systemctl start rowgate.", NULL },
	/* The database server. */
	{ "RGD20", E, "the database cannot be reached",
		"See that PostgreSQL runs and that db-uri, pg_hba.conf and the password fit.", NULL },
	{ "RGD21", E, "PostgreSQL is too old", "Upgrade it to a version that is maintained.", NULL },
	{ "RGD22", W, "PostgreSQL has holes that a later minor version closes",
		"Install the latest minor version and restart it.", NULL },
	{ "RGD23", W, "PostgreSQL's major version gets no more corrections",
		"Upgrade with pg_upgrade or from a dump.", NULL },
	{ "RGD24", E, "a pooler in transaction mode stands between, and prepared statements are on",
		"Set db-prepared-statements = false, or connect past the pooler.", NULL },
	{ "RGD25", W, "no notification comes through a pooler in transaction mode",
		"Connect past the pooler, or set db-channel-enabled = false and use `rowgate reload`.", NULL },
	{ "RGD26", W, "the connection to the database goes over a network without TLS",
		"Add sslmode=verify-full to db-uri.", doctor_unencrypted },
	{ "RGD27", W, "PostgreSQL allows fewer connections than the workers need",
		"Raise max_connections or lower db-pool.", NULL },
	{ "RGD28", N, "the server is a standby: nothing can be written",
		"Connect to the primary for writes.", doctor_standby },
	{ "RGD29", W, "the database is not in UTF-8",
		"Make a new one WITH ENCODING 'UTF8' and load a dump into it.", doctor_encoding },
	/* Roles. */
	{ "RGD30", E, "the role of db-anon-role does not exist", "Create it.", doctor_anonymous_missing },
	{ "RGD31", E, "the connecting role may not become the anonymous one", "Grant it.", doctor_anonymous_refused },
	{ "RGD32", E, "the connecting role is a superuser",
		"Connect as a role that may do nothing but become callers.", doctor_connecting_superuser },
	{ "RGD33", W, "the connecting role has attributes that it needs for nothing",
		"Take them away.", doctor_connecting_attributes },
	{ "RGD34", W, "the connecting role has its callers' rights without becoming them",
		"Make it NOINHERIT.", doctor_connecting_inherits },
	{ "RGD35", W, "a role of the API owns things, so that grants and policies do not bind it",
		"Give them to a role that nobody becomes.", doctor_owners },
	{ "RGD36", E, "a request can become a superuser", "Take the membership away.", doctor_caller_superuser },
	{ "RGD37", W, "a request can become a role that row-level security does not bind",
		"Use it from servers of your own alone, or take BYPASSRLS away.", doctor_caller_bypasses },
	{ "RGD38", W, "a role of requests can connect by itself", "Make it NOLOGIN.", doctor_caller_logs_in },
	{ "RGD39", W, "statements of callers may run for ever",
		"Set statement_timeout for the connecting role, or for each caller.", doctor_no_timeout },
	/* Schemas and functions. */
	{ "RGD40", E, "an exposed schema does not exist",
		"Create it, or take it out of db-schemas.", doctor_schema_missing },
	{ "RGD41", W, "no caller may use an exposed schema", "Grant USAGE on it.", doctor_schema_closed },
	{ "RGD42", E, "callers may create things where requests look for names", "Revoke CREATE.", doctor_schema_open },
	{ "RGD43", E, "a schema is exposed that is not meant for callers",
		"Take it out of db-schemas.", doctor_schema_private },
	{ "RGD44", E, "a function that the configuration names does not exist",
		"Create it, or mend the name.", doctor_function_missing },
	{ "RGD45", E, "a SECURITY DEFINER function takes its search_path from the caller",
		"Give it one of its own, and name schemas in its body.", doctor_definer_path },
	{ "RGD46", W, "everybody may call a SECURITY DEFINER function of the API",
		"Revoke it from PUBLIC and grant it to whom it is for.", doctor_definer_public },
	{ "RGD47", N, "a function of policies or triggers takes its search_path from the caller",
		"Give it one of its own.", doctor_function_path },
	{ "RGD48", W, "an extension lies in an exposed schema",
		"Move it to a schema that is not exposed.", doctor_extension_exposed },
	{ "RGD49", N, "the server has a newer version of an extension", "Update it.", doctor_extension_old },
	/* Tables, views, policies. */
	{ "RGD50", E, "anonymous callers may change a table without row-level security",
		"Switch it on and write policies, or revoke the rights.", doctor_anonymous_writes },
	{ "RGD51", W, "callers may change every row of a table without row-level security",
		"Switch it on and write policies.", doctor_callers_write },
	{ "RGD52", N, "callers read every row of a table without row-level security",
		"Switch it on, with a policy USING (true) where that is meant.", doctor_callers_read },
	{ "RGD53", E, "a table has policies, but row-level security is off", "Switch it on.", doctor_policies_off },
	{ "RGD54", N, "row-level security is on without a policy: callers see nothing",
		"Write a policy, or revoke the grants.", doctor_no_policy },
	{ "RGD55", E, "a view shows rows that policies hide",
		"Make it security_invoker (PostgreSQL 15), or give it to an owner whom policies bind.", doctor_view_bypasses },
	{ "RGD56", W, "callers read a materialized view, to which no policies apply",
		"Revoke it, or show it through a view that filters.", doctor_matview },
	{ "RGD57", W, "callers reach a foreign table, to which no policies apply",
		"Revoke it, or show it through a view that filters.", doctor_foreign_table },
	{ "RGD58", E, "anonymous callers can read accounts", "Revoke it.", doctor_accounts_exposed },
	{ "RGD59", W, "callers read a column whose name promises a secret",
		"Grant SELECT on the other columns alone.", doctor_sensitive },
	{ "RGD60", E, "a policy believes what users can write themselves",
		"Keep what decides about rights where users cannot change it.", doctor_user_metadata },
	{ "RGD61", W, "a policy reads claims anew for each row",
		"Write the call as a subselect, which runs once for a statement.", doctor_claims_by_row },
	{ "RGD62", N, "several permissive policies are judged for the same role and statement",
		"Make one of them with OR, or narrow their roles.", doctor_permissive_twice },
	{ "RGD63", W, "a policy lets anonymous callers change every row",
		"Write a condition, or drop it.", doctor_policy_always },
	{ "RGD64", E, "callers reach the table of a message queue",
		"Take its schema out of db-schemas, or switch row-level security on.", doctor_queue },
	{ "RGD65", W, "a table of the API is granted to PUBLIC",
		"Grant it to the roles that need it.", doctor_granted_public },
	{ "RGD66", N, "callers have rights that the API never uses, such as TRUNCATE",
		"Revoke them.", doctor_granted_more },
	{ "RGD67", W, "callers may insert, but not use the sequence of the key",
		"Grant USAGE on the sequence.", doctor_sequence_closed },
	{ "RGD68", W, "a column has a type that pg_upgrade refuses", "Keep names as text.", doctor_reg_types },
	{ "RGD69", W, "a foreign key refers to accounts by another column than their id",
		"Refer to the id.", doctor_auth_reference },
	/* Indexes and keys. */
	{ "RGD70", W, "a foreign key has no index", "Create it.", doctor_unindexed_key },
	{ "RGD71", N, "a policy compares a column that has no index", "Create it.", doctor_unindexed_policy },
	{ "RGD72", N, "two indexes of a table are the same", "Drop one.", doctor_index_twice },
	{ "RGD73", N, "a table of the API has no primary key",
		"Add one: no row can be named without it.", doctor_no_primary_key },
	{ "RGD74", W, "an index is not valid and never used", "Build it anew, or drop it.", doctor_index_invalid },
	{ "RGD75", W, "a sequence has used three quarters of its numbers",
		"Make column and sequence bigint.", doctor_sequence_full },
	/* Accounts and mail. */
	{ "RGD80", E, "the account schema is missing or of an older version", "Run `rowgate migrate`.", NULL },
	{ "RGD81", E, "accounts or mailer cannot connect to the database",
		"See that auth-db-uri, mail-db-uri and pg_hba.conf fit.", NULL },
	{ "RGD82", E, "a role of accounts does not exist, or requests cannot become it",
		"Create it, and grant it to the connecting role.", doctor_account_roles },
	{ "RGD83", E, "callers may use the private schema of accounts", "Revoke it.", doctor_private_open },
	{ "RGD84", N, "one role of the database does everything: db-single-role",
		"Use separate roles where the host allows it.", NULL },
	{ "RGD85", E, "mails cannot be written: a setting is missing", "Set what the message names.", NULL },
	{ "RGD86", E, "mails cannot be handed over", "See that mail-transport names what is there.", NULL },
	{ "RGD87", E, "the mail server offers no encryption that can be trusted",
		"Use smtps:// or a server with STARTTLS and a valid certificate; mail-ca-file names another authority.", NULL },
	{ "RGD88", E, "the mail server takes no sign-in",
		"See that mail-user and mail-password are right, and that the server offers AUTH.", NULL },
	{ "RGD89", W, "mails wait for more than an hour, or were given up",
		"See that `rowgate mail` runs, and what `rowgate mail --status` says.", NULL },
	/* The web server, asked over HTTP. */
	{ "RGD90", E, "the web server cannot be reached",
		"See that it runs, and that its name and certificate are right.", NULL },
	{ "RGD91", E, "it is not rowgate that answers at this address",
		"See the web server's error log, and that its configuration sends this path to rowgate.", NULL },
	{ "RGD92", E, "the web server does not pass the Authorization field on",
		"Apache: CGIPassAuth On; see deploy/apache.", NULL },
	{ "RGD93", E, "the web server does not pass cookies on", "Let the Cookie field through.", NULL },
	{ "RGD94", W, "the web server refuses long URLs", "Raise its limit to that of server-max-url.", NULL },
	{ "RGD95", W, "of a field that comes in several lines only one arrives",
		"Let the web server join them with commas.", NULL },
	{ "RGD96", W, "a POST without a body is refused",
		"Let the web server pass it on, as the files in deploy do.", NULL },
	{ "RGD97", W, "the web server refuses requests that the API needs",
		"Let every method and encoded slashes through.", NULL },
	{ "RGD98", W, "the web server refuses bodies that rowgate would take",
		"nginx: client_max_body_size; Apache: LimitRequestBody; lighttpd: server.max-request-size.", NULL },
	{ "RGD99", E, "the account URLs do not reach the account service",
		"Send them to auth-listen: see accounts.conf of your web server.", NULL },
	{ NULL, E, NULL, NULL, NULL },
};
/* clang-format on */

const char *const checks_given = doctor_given;

const struct doctor_check *checks_find(const char *id)
{
	for (const struct doctor_check *c = checks; c->id; c++)
		if (str_eq(str_of(c->id), str_of(id)))
			return c;
	return NULL;
}

struct str checks_word(enum doctor_severity severity)
{
	static const struct str words[] = {
		[DOCTOR_ERROR] = STR_INIT("error"),
		[DOCTOR_WARNING] = STR_INIT("warning"),
		[DOCTOR_NOTE] = STR_INIT("note"),
	};
	static_assert(COUNT_OF(words) == DOCTOR_SEVERITY_COUNT, "a row for each kind");
	return words[severity];
}

void checks_list(struct buf *out)
{
	for (const struct doctor_check *c = checks; c->id; c++)
		buf_printf(out, "%s\t%.*s\t%s\n", c->id, STR_ARG(checks_word(c->severity)), c->title);
}
