"""`rowgate doctor`: faults that are planted, each named by its id, and set-ups in which it finds nothing.

SPDX-License-Identifier: MIT
"""
import contextlib
import json
import os
import pathlib
import re
import socket
import socketserver
import threading
import time

import pytest

from harness.accounts import migrate, rowgate, settings_of
from harness.cluster import Cluster, Database
from harness.process import TOP
from harness.server import FRONTS, Server

DOCUMENT = TOP / "deploy" / "docs" / "reference" / "doctor.md"
# What the server of the tests is cannot be helped: its version.
SURROUNDINGS = {"RGD22", "RGD23"}

SOUND = """
CREATE ROLE dr_anon NOLOGIN;
CREATE ROLE dr_user NOLOGIN;
CREATE ROLE dr_owner NOLOGIN;
CREATE ROLE dr_connect NOINHERIT LOGIN;
GRANT dr_anon, dr_user TO dr_connect;
"""
SCHEMA = """
ALTER ROLE dr_connect IN DATABASE "%(name)s" SET statement_timeout = '10s';
CREATE SCHEMA api AUTHORIZATION dr_owner;
CREATE SCHEMA hidden AUTHORIZATION dr_owner;
GRANT USAGE ON SCHEMA api TO dr_anon, dr_user;
SET ROLE dr_owner;
CREATE FUNCTION hidden.caller() RETURNS text LANGUAGE sql STABLE
    RETURN nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub';
CREATE TABLE api.notes (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, owner text NOT NULL DEFAULT hidden.caller(), body text);
CREATE INDEX notes_owner ON api.notes (owner);
CREATE TABLE api.lines (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, note bigint NOT NULL REFERENCES api.notes, text text);
CREATE INDEX lines_note ON api.lines (note);
ALTER TABLE api.notes ENABLE ROW LEVEL SECURITY;
ALTER TABLE api.lines ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON api.notes TO dr_user USING (owner = (SELECT hidden.caller()));
CREATE POLICY of_notes ON api.lines TO dr_user USING (EXISTS (SELECT FROM api.notes AS n WHERE n.id = note));
GRANT SELECT, INSERT, UPDATE, DELETE ON api.notes, api.lines TO dr_user;
GRANT USAGE ON SCHEMA hidden TO dr_user;
RESET ROLE;
"""
# Since PostgreSQL 15.
VIEW = """
SET ROLE dr_owner;
CREATE VIEW api.titles WITH (security_invoker = true) AS SELECT id, left(body, 20) AS title FROM api.notes;
GRANT SELECT ON api.titles TO dr_user;
"""


@pytest.fixture(scope="module")
def key(tmp_path_factory):
    file = tmp_path_factory.mktemp("keys") / "key.json"
    assert rowgate("keygen", "--alg", "EdDSA", "--out", file).returncode == 0
    return file


def version(database):
    return int(database.value("SHOW server_version_num")) // 10000


@pytest.fixture(scope="module")
def template(cluster):
    made = cluster.create("doctor_template")
    made.run(SOUND)
    made.run(SCHEMA % {"name": "doctor_template"})
    if version(made) >= 15:
        made.run(VIEW)
    return made


@pytest.fixture
def sound(cluster, template):
    """A database of its own in which nothing is wrong."""
    template.run("SELECT 1")
    postgres = cluster.connect("postgres")
    with postgres.cursor() as cursor:
        cursor.execute("DROP DATABASE IF EXISTS doctor WITH (FORCE)")
        cursor.execute("CREATE DATABASE doctor TEMPLATE doctor_template")
        cursor.execute("ALTER ROLE dr_connect IN DATABASE doctor SET statement_timeout = '10s'")
    postgres.close()
    database = type(template)(cluster, "doctor")
    yield database
    undo = """
        ALTER ROLE dr_connect NOSUPERUSER NOCREATEROLE NOCREATEDB NOREPLICATION NOBYPASSRLS NOINHERIT;
        ALTER ROLE dr_connect CONNECTION LIMIT -1;
        ALTER ROLE dr_anon NOSUPERUSER NOBYPASSRLS NOLOGIN;
        ALTER ROLE dr_user NOSUPERUSER NOBYPASSRLS NOLOGIN;
        GRANT dr_anon, dr_user TO dr_connect"""
    database.run(undo + (" WITH INHERIT FALSE" if version(database) >= 16 else ""))


def settings(database, key, **more):
    wanted = {"db_uri": database.cluster.uri(database.name, "dr_connect"), "db_schemas": "api",
              "db_anon_role": "dr_anon", "db_extra_search_path": "api", "jwt_secret": f"@{key}"} | more
    return {name: value for name, value in wanted.items() if value is not None}


def examine(*arguments, **given):
    """Findings by id, and the whole answer."""
    done = rowgate("doctor", "--json", *arguments, **given)
    assert done.stdout, done.stderr
    answer = json.loads(done.stdout)
    found = {}
    for finding in answer["findings"]:
        found.setdefault(finding["id"], []).append(finding)
    missed = [area for area in answer["looked_at"] if area["area"].startswith("RGD")]
    assert not missed, missed
    return {name: value for name, value in found.items() if name not in SURROUNDINGS}, answer, done.returncode


def status_of(answer, strict=False):
    return 1 if answer["errors"] or (strict and answer["warnings"]) else 0


def test_nothing_is_found_where_nothing_is_wrong(sound, key):
    found, answer, status = examine("--strict", **settings(sound, key))
    assert (found, status, answer["errors"]) == ({}, status_of(answer, strict=True), 0)
    shown = rowgate("doctor", **settings(sound, key))
    assert shown.stdout.splitlines()[1].startswith("database       PostgreSQL ") and shown.stderr == ""


# Since PostgreSQL 16 a membership says it for itself.
INHERIT = """
ALTER ROLE dr_connect INHERIT;
DO $$ BEGIN
    IF current_setting('server_version_num')::int >= 160000 THEN
        EXECUTE 'GRANT dr_anon, dr_user TO dr_connect WITH INHERIT TRUE';
    END IF;
END $$"""
# What is done to the sound database, what is then found, and a part of what is at fault.
FAULTS = [
    # Roles.
    ("RGD31", "REVOKE dr_anon FROM dr_connect", "dr_connect cannot become dr_anon"),
    ("RGD32", "ALTER ROLE dr_connect SUPERUSER", "dr_connect"),
    ("RGD33", "ALTER ROLE dr_connect CREATEROLE CREATEDB", "CREATEDB, CREATEROLE"),
    ("RGD34", INHERIT, "dr_anon, dr_user"),
    ("RGD35", "ALTER TABLE api.lines OWNER TO dr_user", "dr_user owns api.lines"),
    ("RGD36", "ALTER ROLE dr_user SUPERUSER", "dr_user"),
    ("RGD37", "ALTER ROLE dr_user BYPASSRLS", "dr_user"),
    ("RGD38", "ALTER ROLE dr_anon LOGIN", "dr_anon"),
    ("RGD39", "ALTER ROLE dr_connect IN DATABASE doctor RESET statement_timeout", "dr_anon, dr_user"),
    # Schemas and functions.
    ("RGD40", "DROP SCHEMA api CASCADE", "api"),
    ("RGD41", "REVOKE USAGE ON SCHEMA api FROM dr_anon, dr_user", "api"),
    ("RGD42", "GRANT CREATE ON SCHEMA api TO PUBLIC", "api: dr_anon, dr_user"),
    ("RGD45", "CREATE FUNCTION hidden.f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'", "hidden.f()"),
    ("RGD45", "CREATE PROCEDURE hidden.p() LANGUAGE sql SECURITY DEFINER AS ''", "hidden.p()"),
    ("RGD46", "CREATE FUNCTION api.f(a int) RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = '' "
              "AS 'SELECT 1'", "api.f(a integer)"),
    ("RGD47", "CREATE FUNCTION hidden.t() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; "
              "CREATE TRIGGER t BEFORE INSERT ON api.notes FOR EACH ROW EXECUTE FUNCTION hidden.t()", "hidden.t()"),
    ("RGD48", "CREATE EXTENSION pgcrypto SCHEMA api", "pgcrypto in api"),
    ("RGD49", "CREATE EXTENSION pg_stat_statements SCHEMA hidden VERSION '1.8'", "pg_stat_statements is 1.8"),
    # Tables.
    ("RGD50", "ALTER TABLE api.notes DISABLE ROW LEVEL SECURITY; GRANT INSERT, DELETE ON api.notes TO dr_anon",
     "api.notes (INSERT, DELETE)"),
    ("RGD51", "CREATE TABLE api.t (id int PRIMARY KEY); GRANT UPDATE ON api.t TO dr_user", "api.t (dr_user)"),
    ("RGD52", "CREATE TABLE api.t (id int PRIMARY KEY); GRANT SELECT ON api.t TO dr_anon", "api.t (dr_anon)"),
    ("RGD53", "ALTER TABLE api.notes DISABLE ROW LEVEL SECURITY", "api.notes (own)"),
    ("RGD54", "DROP POLICY own ON api.notes", "api.notes (dr_user)"),
    ("RGD55", "CREATE VIEW api.v AS SELECT * FROM api.notes; GRANT SELECT ON api.v TO dr_user",
     "api.v reads api.notes"),
    ("RGD56", "CREATE MATERIALIZED VIEW api.m AS SELECT 1 AS a; GRANT SELECT ON api.m TO dr_anon", "api.m (dr_anon)"),
    ("RGD57", "CREATE EXTENSION file_fdw SCHEMA hidden; CREATE SERVER s FOREIGN DATA WRAPPER file_fdw; "
              "CREATE FOREIGN TABLE api.f (a text) SERVER s OPTIONS (filename '/dev/null'); "
              "GRANT SELECT ON api.f TO dr_user", "api.f (dr_user)"),
    ("RGD58", "CREATE SCHEMA auth; CREATE TABLE auth.users (id int PRIMARY KEY); "
              "CREATE VIEW api.people AS SELECT * FROM auth.users; GRANT SELECT ON api.people TO dr_anon",
     "api.people reads auth.users"),
    ("RGD59", "CREATE TABLE api.t (id int PRIMARY KEY, password_hash text); GRANT SELECT ON api.t TO dr_anon",
     "api.t (password_hash) by dr_anon"),
    ("RGD60", "CREATE POLICY m ON api.lines FOR INSERT TO dr_anon WITH CHECK ((SELECT "
              "current_setting('request.jwt.claims')::json -> 'user_metadata' ->> 'admin') = 'true')", "policy m"),
    ("RGD61", "ALTER POLICY own ON api.notes USING (owner = hidden.caller())", "api.notes, policy own"),
    ("RGD61", "ALTER POLICY own ON api.notes USING "
              "(owner = (current_setting('request.jwt.claims', true)::json ->> 'sub'))", "api.notes, policy own"),
    ("RGD61", "ALTER POLICY own ON api.notes USING (id IN (SELECT l.note FROM api.lines AS l "
              "WHERE l.text = hidden.caller() AND (SELECT hidden.caller()) IS NOT NULL))", "api.notes, policy own"),
    ("RGD62", "CREATE POLICY second ON api.notes FOR SELECT TO dr_user USING (body IS NULL)",
     "api.notes: SELECT for dr_user: own, second"),
    ("RGD62", "CREATE POLICY second ON api.notes FOR SELECT USING (body IS NULL)",
     "api.notes: SELECT for dr_user: own, second"),
    ("RGD63", "CREATE POLICY open ON api.lines FOR DELETE TO dr_anon USING (true); "
              "GRANT DELETE ON api.lines TO dr_anon", "api.lines, policy open"),
    ("RGD64", "CREATE TABLE api.q (msg_id bigint PRIMARY KEY, read_ct int, enqueued_at timestamptz, vt timestamptz, "
              "message jsonb); GRANT SELECT ON api.q TO dr_user", "api.q"),
    ("RGD65", "GRANT SELECT ON api.notes TO PUBLIC", "api.notes (SELECT)"),
    ("RGD66", "GRANT ALL ON api.notes TO dr_user", "api.notes: REFERENCES, TRIGGER, TRUNCATE to dr_user"),
    ("RGD67", "SET ROLE dr_owner; CREATE TABLE api.t (id serial PRIMARY KEY); GRANT INSERT ON api.t TO dr_user; "
              "ALTER TABLE api.t ENABLE ROW LEVEL SECURITY; RESET ROLE", "api.t: dr_user"),
    ("RGD68", "ALTER TABLE api.notes ADD COLUMN f regprocedure", "api.notes.f (regprocedure)"),
    ("RGD69", "CREATE SCHEMA auth; CREATE TABLE auth.users (id int PRIMARY KEY, email text UNIQUE); "
              "ALTER TABLE api.notes ADD CONSTRAINT who FOREIGN KEY (owner) REFERENCES auth.users (email)",
     "api.notes, constraint who"),
    # Indexes.
    ("RGD70", "DROP INDEX api.lines_note", "api.lines (note)"),
    ("RGD70", "DROP INDEX api.lines_note; CREATE INDEX ON api.lines (note) WHERE text IS NULL", "api.lines (note)"),
    ("RGD71", "DROP INDEX api.notes_owner", "api.notes (owner)"),
    ("RGD72", "CREATE INDEX notes_again ON api.notes (owner)", "api.notes: notes_owner, notes_again"),
    ("RGD73", "ALTER TABLE api.lines DROP CONSTRAINT lines_pkey", "api.lines"),
    ("RGD74", "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'api.notes_owner'::regclass",
     "api.notes_owner"),
    ("RGD75", "CREATE SEQUENCE api.s AS integer; SELECT setval('api.s', 2000000000); "
              "GRANT SELECT ON SEQUENCE api.s TO dr_connect", "api.s: 2000000000 of 2147483647"),
    ("RGD83", "CREATE SCHEMA auth_private; GRANT USAGE ON SCHEMA auth_private TO PUBLIC", "auth_private: dr_anon"),
]


@pytest.mark.parametrize("id, sql, subject", FAULTS, ids=[f"{row[0]}-{place}" for place, row in enumerate(FAULTS)])
def test_a_fault_in_the_database_is_named(sound, key, id, sql, subject):
    sound.run(sql)
    found, answer, status = examine("--strict", **settings(sound, key))
    assert id in found, found
    assert any(subject in finding["subject"] for finding in found[id]), found[id]
    assert status == status_of(answer, strict=True)


@pytest.mark.parametrize("id, sql", [(row[0], row[1]) for row in FAULTS if row[0] in {
    "RGD33", "RGD34", "RGD37", "RGD38", "RGD39", "RGD42", "RGD45", "RGD46", "RGD47", "RGD53", "RGD55", "RGD56", "RGD57",
    "RGD65", "RGD66", "RGD67", "RGD70", "RGD71", "RGD72", "RGD74", "RGD83"}])
def test_the_command_that_is_shown_mends_it(sound, key, id, sql):
    if id == "RGD55" and version(sound) < 15:
        return  # there is no such command
    sound.run(sql)
    for _ in range(3):
        found, _, _ = examine(**settings(sound, key))
        for finding in found.get(id, []):
            for statement in filter(None, finding["command"].split("; ")):
                sound.run(statement)
    if id == "RGD39":
        sound.run("ALTER ROLE dr_connect RESET statement_timeout")
        sound.run("ALTER ROLE dr_connect IN DATABASE doctor SET statement_timeout = '10s'")
    assert id not in examine(**settings(sound, key))[0]


# What is changed in the configuration, None: left out.
SETTINGS = [
    ("RGD01", {"jwt_secret": "short"}, "32 characters"),
    ("RGD01", {"jwt_secret": "@/nonexistent/key"}, "/nonexistent/key"),
    ("RGD04", {"state_dir": "/nonexistent"}, "/nonexistent"),
    ("RGD05", {"server_spool_dir": "/nonexistent"}, "/nonexistent"),
    ("RGD06", {"server_listen": "unix:/run/x.sock", "server_listen_mode": "666"}, "/run/x.sock"),
    ("RGD07", {"jwt_secret": "my super secret key that is long enough"}, "jwt-secret"),
    ("RGD07", {"jwt_secret": "a" * 40}, "jwt-secret"),
    ("RGD08", {"jwt_secret": "Qk3vP0zJm5Lx8Wt2Rb7Yd4Hc6Nf1Gs9A"}, "jwt-secret"),
    ("RGD10", {"jwt_secret": None}, "jwt-secret"),
    ("RGD11", {"auth_site_url": "http://shop.example"}, "http://shop.example"),
    ("RGD12", {"server_cors_allowed_origins": "https://app.example/,https://b.example"}, "https://app.example/"),
    ("RGD12", {"server_cors_allowed_origins": "app.example"}, "app.example"),
    ("RGD13", {"auth_enabled": "true", "auth_cookie": "true", "auth_site_url": "https://shop.example"}, "auth-cookie"),
    ("RGD14", {"server_cors_allowed_origins": "https://b.example", "auth_site_url": "https://shop.example"},
     "https://shop.example"),
    ("RGD15", {"auth_password_breached": "/nonexistent"}, "auth-password-breached"),
    ("RGD16", {"db_tx_end": "rollback"}, "db-tx-end"),
    ("RGD17", {"db_plan_enabled": "true"}, "db-plan-enabled"),
    ("RGD19", {"server_listen": "unix:/tmp/rowgate-nobody.sock"}, "unix:/tmp/rowgate-nobody.sock"),
    ("RGD27", {"db_pool": "400"}, "401 are needed"),
    ("RGD27", {"db_pool": "400", "workers": "399"}, "400 are needed"),
    ("RGD30", {"db_anon_role": "dr_nobody"}, "dr_nobody"),
    ("RGD40", {"db_schemas": "api,elsewhere"}, "elsewhere"),
    ("RGD43", {"db_schemas": "api,auth_private"}, "auth_private"),
    ("RGD44", {"db_pre_request": "hidden.nothing"}, "hidden.nothing"),
    ("RGD80", {"auth_enabled": "true", "auth_site_url": "https://shop.example"}, ""),
    ("RGD82", {"auth_enabled": "true", "auth_roles": "dr_ghost", "auth_site_url": "https://shop.example"}, "dr_ghost"),
    ("RGD84", {"db_single_role": "true"}, "db-single-role"),
    ("RGD85", {"mail_from": "a@shop.example"}, "auth-site-url"),
    ("RGD85", {"auth_enabled": "true", "auth_activation": "true", "auth_site_url": "https://shop.example"},
     "mail-from"),
    ("RGD86", {"mail_from": "a@shop.example", "auth_site_url": "https://shop.example",
               "mail_transport": "sendmail:/nonexistent"}, "/nonexistent"),
    ("RGD86", {"mail_from": "a@shop.example", "auth_site_url": "https://shop.example",
               "mail_transport": "file:/nonexistent"}, "/nonexistent"),
]


@pytest.mark.parametrize("id, changed, subject", SETTINGS)
def test_a_fault_in_the_configuration_is_named(sound, key, id, changed, subject):
    found, _, _ = examine("--offline", **settings(sound, key, **changed))
    assert any(subject in finding["subject"] for finding in found.get(id, [])), found


@pytest.mark.parametrize("changed, needed", [
    ({"db_pool": "3"}, None),
    ({"db_pool": "400", "workers": "3"}, None),
    # The one that listens loads, too.
    ({"db_pool": "4"}, None),
    ({"db_pool": "5"}, 6),
    ({"db_pool": "5", "db_channel_enabled": "false"}, 6),
    # Accounts connect as another role; as the same one, with a seat of the pool or in processes of their own.
    ({"db_pool": "3", "auth_enabled": "true", "auth_workers": "7"}, None),
    ({"db_pool": "3", "auth_enabled": "true", "auth_workers": "7", "db_single_role": "true"}, None),
    ({"db_pool": "3", "auth_enabled": "true", "auth_workers": "7", "db_single_role": "true",
      "auth_listen": "unix:/tmp/rowgate-nobody.sock"}, 11),
])
def test_the_connections_that_a_role_may_have(sound, key, changed, needed):
    sound.run("ALTER ROLE dr_connect CONNECTION LIMIT 5")
    found, _, _ = examine("--offline", **settings(sound, key, auth_site_url="https://shop.example", **changed))
    told = [f"CONNECTION LIMIT: 5 are allowed, {needed} are needed"] if needed else []
    assert [finding["subject"] for finding in found.get("RGD27", [])] == told


def test_who_may_read_configuration_and_key(sound, key, tmp_path):
    file = tmp_path / "rowgate.conf"
    file.write_text('db-schemas = "api"\ndb-anon-role = "dr_anon"\n'
                    f'db-uri = "{sound.cluster.uri(sound.name, "dr_connect")} password=x"\n'
                    'db-extra-search-path = "api"\n' f'jwt-secret = "@{tmp_path}/key"\n')
    (tmp_path / "key").write_text(key.read_text())
    for path, id in ((file, "RGD02"), (tmp_path / "key", "RGD03")):
        path.chmod(0o640)
        assert id not in examine(file)[0]
        path.chmod(0o644)
        assert [finding["subject"] for finding in examine(file)[0][id]] == [f"{path} (mode 644)"]
        path.chmod(0o640)
    year_ago = time.time() - 370 * 24 * 3600
    os.utime(tmp_path / "key", (year_ago, year_ago))
    assert list(examine(file)[0]) == ["RGD09"]


def test_it_says_when_it_could_not_look(sound, key, tmp_path):
    found, answer, status = examine(**settings(sound, key, db_uri="host=/nonexistent"))
    assert (status, list(found)) == (2, ["RGD20"])
    assert {"area": "database", "looked": False, "why_not": "it cannot be reached"} in answer["looked_at"]
    assert rowgate("doctor", tmp_path / "none.conf").returncode == 2
    assert rowgate("doctor", "--url", "shop.example").returncode == 1


def test_what_the_database_says_of_the_configuration_counts(sound, key):
    sound.run("CREATE SCHEMA other")
    sound.run("ALTER ROLE dr_connect IN DATABASE doctor SET pgrst.db_schemas = 'api,other'")
    found, _, _ = examine(**settings(sound, key))
    assert [finding["subject"] for finding in found["RGD41"]] == ["other"]
    sound.run("ALTER ROLE dr_connect IN DATABASE doctor SET pgrst.jwt_secret = 'short'")
    assert found.keys() ^ examine(**settings(sound, key))[0].keys() == {"RGD01", "RGD41"}
    assert "RGD41" not in examine(**settings(sound, key, db_config="false"))[0]


def test_a_check_that_takes_too_long_is_told(sound, key):
    sound.run("ALTER ROLE dr_connect IN DATABASE doctor SET statement_timeout = '1ms'")
    sound.run("".join(f"CREATE TABLE api.t{n} (id int PRIMARY KEY);" for n in range(300)))
    done = rowgate("doctor", **settings(sound, key))
    assert done.returncode == 2 and "not looked at: canceling statement due to statement timeout" in done.stdout


def test_an_error_and_a_warning_are_told_by_the_status(sound, key):
    assert rowgate("doctor", **settings(sound, key, db_plan_enabled="true")).returncode == 0
    assert rowgate("doctor", "--strict", **settings(sound, key, db_plan_enabled="true")).returncode == 1
    assert rowgate("doctor", **settings(sound, key, db_anon_role="dr_nobody")).returncode == 1


def test_what_is_shown_is_stable_short_and_harmless(sound, key):
    sound.run("".join(f"CREATE TABLE api.t{n:02} (id int PRIMARY KEY); GRANT SELECT ON api.t{n:02} TO dr_user;"
                      for n in range(30)) + 'CREATE TABLE api."x\x1b[31m" (a int); ')
    one, two = (rowgate("doctor", **settings(sound, key)).stdout for _ in range(2))
    assert one == two and "and 20 more, which --json lists" in one and "\x1b" not in one
    assert one.endswith(" notes. reference/doctor.md of the documentation explains each id.\n")
    assert [line for line in one.splitlines() if len(line) > 200] == []


# What stands between, and what the server is.

class Pooler:
    """Lends one connection to PostgreSQL to all its clients, a statement at a time: who comes later is told what the
    first was told. As poolers in transaction mode do, as far as clients that take turns can see."""

    def __init__(self, cluster, path):
        self.target, self.greeting, self.server, self.turn = str(cluster.directory / ".s.PGSQL.5432"), b"", None, None
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.listener.listen()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client = self.listener.accept()[0]
            except OSError:
                return
            startup = client.recv(65536)
            if not self.server:
                self.server = socket.socket(socket.AF_UNIX)
                self.server.connect(self.target)
                self.server.sendall(startup)
                while not self.greeting.endswith(b"Z\0\0\0\5I"):
                    self.greeting += self.server.recv(65536)
                threading.Thread(target=self.answer, daemon=True).start()
            client.sendall(self.greeting)
            threading.Thread(target=self.ask, args=(client,), daemon=True).start()

    def ask(self, client):
        while (said := client.recv(65536)) and not said.startswith(b"X"):
            self.turn = client
            self.server.sendall(said)

    def answer(self):
        while said := self.server.recv(65536):
            with contextlib.suppress(BrokenPipeError):
                self.turn.sendall(said)

    def close(self):
        for each in (self.listener, self.server):
            each.shutdown(socket.SHUT_RDWR)
            each.close()


def test_a_pooler_in_transaction_mode_is_seen(sound, key, tmp_path_factory):
    directory = tmp_path_factory.mktemp("pooler")
    pooler = Pooler(sound.cluster, str(directory / ".s.PGSQL.5432"))
    given = settings(sound, key, db_uri=f"host={directory} dbname=doctor user=dr_connect")
    assert list(examine(**given)[0]) == ["RGD24", "RGD25"]
    assert list(examine(**given, db_prepared_statements="false", db_channel_enabled="false")[0]) == []
    pooler.close()


def test_a_standby_is_noted(key):
    """One that waits for a primary that never comes."""
    own = Cluster()
    own.start()
    postgres = Database(own, "postgres")
    postgres.run(SOUND)
    postgres.run(SCHEMA % {"name": "postgres"})
    own.stop()
    (own.directory / "data" / "standby.signal").touch()
    own.start()
    found, _, _ = examine(**settings(postgres, key))
    own.remove()
    assert "RGD28" in found


def test_a_database_in_another_encoding_is_named(cluster, key):
    postgres = Database(cluster, "postgres")
    postgres.run("DROP DATABASE IF EXISTS doctor_ascii")
    postgres.run("CREATE DATABASE doctor_ascii TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'")
    found, _, _ = examine(**settings(Database(cluster, "doctor_ascii"), key, db_uri=cluster.uri("doctor_ascii",
                                                                                               "postgres")))
    assert "doctor_ascii (SQL_ASCII)" in found["RGD29"][0]["subject"]


# The shipped schemas.

def test_nothing_is_found_in_the_account_schema_and_the_demo(cluster, key, tmp_path):
    made = cluster.create("doctor_demo")
    if version(made) < 15:
        return  # accounts need that
    migrate(made)
    demo = sorted((TOP / "sql" / "demo").glob("*.sql"))
    made.load(*demo)
    made.run("ALTER ROLE authenticator IN DATABASE doctor_demo SET statement_timeout = '10s'")
    given = {"db_uri": cluster.uri(made.name), "db_schemas": "public,auth", "db_anon_role": "web_anon",
             "db_extra_search_path": "public", "jwt_secret": f"@{key}", "auth_enabled": "true",
             "auth_site_url": "https://shop.example", "mail_from": "a@shop.example",
             "mail_transport": f"file:{tmp_path}"}
    found, answer, status = examine("--strict", "--offline", **given)
    assert (found, status) == ({}, status_of(answer, strict=True))
    assert {area["area"] for area in answer["looked_at"] if area["looked"]} == {"configuration", "database",
                                                                               "accounts", "mail"}
    made.run("INSERT INTO auth_private.outbox (template, address, created_at) "
             "VALUES ('trial', 'a@shop.example', now() - interval '2 hours')")
    assert "1 wait" in examine("--offline", **given)[0]["RGD89"][0]["subject"]
    made.run("UPDATE auth_private.outbox SET done_at = now(), reason = 'nobody there'")
    assert examine("--offline", **given)[0]["RGD89"][0]["subject"] == "1 were given up: nobody there"
    given["mail_db_uri"] = "host=/nonexistent"
    assert examine("--offline", **given)[0]["RGD81"][0]["subject"].startswith("mailer: ")
    for name in ("mail_db_uri", "mail_from", "mail_transport"):
        del given[name]
    found, answer, _ = examine("--offline", **given)
    assert found == {} and {"area": "mail", "looked": False, "why_not": "mail-from is not set"} in answer["looked_at"]
    given["auth_db_uri"] = "host=/nonexistent"
    assert examine("--offline", **given)[0]["RGD81"][0]["subject"].startswith("accounts: ")
    made.run("COMMENT ON SCHEMA auth_private IS 'rowgate accounts, migration 1'")
    assert "migration 1 of" in examine("--offline", **given)[0]["RGD80"][0]["subject"]
    made.run("COMMENT ON SCHEMA auth_private IS NULL")
    assert examine("--offline", **given)[0]["RGD80"][0]["subject"] == "auth: there is none"


def test_the_holes_of_the_tutorial_are_found(key):
    """Its page is what it is; sql/demo is the same without them."""
    own = Cluster()
    own.start()
    made = own.create("tutorial")
    made.load(pathlib.Path(__file__).parent / "tutorial" / "tutorial.sql")
    found, _, status = examine(db_uri=own.uri("tutorial"), db_schemas="public,auth", db_anon_role="web_anon",
                               db_extra_search_path="public",
                               jwt_secret="your-super-secret-jwt-key-at-least-32-characters-long")
    old = {"RGD42"} if version(made) < 15 else set()
    own.remove()
    assert status == 1
    assert set(found) - old == {"RGD07", "RGD08", "RGD39", "RGD45", "RGD46", "RGD48", "RGD51", "RGD59", "RGD61",
                                "RGD62", "RGD66", "RGD67", "RGD70"}, set(found)


# A mail server that says what a row wants.

class Mail(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(b"220 mail.example ESMTP\r\n")
        for line in self.rfile:
            word = line.split()[0].upper() if line.split() else b""
            if word == b"EHLO":
                self.wfile.write(b"".join(b"250-" + offer.encode() + b"\r\n" for offer in self.server.offers)
                                 + b"250 SIZE 1000000\r\n")
            elif word == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            else:
                self.wfile.write(b"535 no\r\n" if word == b"AUTH" else b"250 well\r\n")


@contextlib.contextmanager
def mail_server(offers):
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Mail) as server:
        server.offers, server.daemon_threads = offers, True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"smtp://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.mark.parametrize("offers, more, id", [
    ([], {"mail_tls": "none"}, None),
    ([], {}, "RGD87"),
    ([], {"mail_tls": "none", "mail_user": "me", "mail_password": "x"}, "RGD88"),
    (["AUTH PLAIN"], {"mail_tls": "none", "mail_user": "me", "mail_password": "x"}, "RGD88"),
])
def test_the_way_to_the_mail_server(sound, key, offers, more, id):
    with mail_server(offers) as url:
        found, _, _ = examine(**settings(sound, key, mail_from="a@shop.example", auth_site_url="https://shop.example",
                                         mail_transport=url, **more))
    assert list(found) == ([id] if id else []), found


def test_a_mail_server_that_is_not_there(sound, key):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        found, _, _ = examine(**settings(sound, key, mail_from="a@shop.example", auth_site_url="https://shop.example",
                                         mail_transport=f"smtp://127.0.0.1:{closed.getsockname()[1]}"))
    assert list(found) == ["RGD86"], found


# The web server.

@pytest.mark.parametrize("front", FRONTS)
def test_the_web_servers_that_are_shipped_let_everything_through(cluster, key, front):
    made = cluster.create(f"doctor_{front}")
    if version(made) < 15:
        return  # accounts need that
    migrate(made)
    made.load(*sorted((TOP / "sql" / "demo").glob("*.sql")))
    server = Server(front=front, uri=made.uri, db_anon_role="web_anon", jwt_secret=f"@{key}",
                    environment=settings_of(made)).wait_ready()
    given = {"db_uri": made.uri, "db_schemas": "public,auth", "db_anon_role": "web_anon", "jwt_secret": f"@{key}",
             "auth_enabled": "true", "auth_site_url": "https://shop.example"}
    found, answer, _ = examine("--url", server.url + "/", **given)
    server.stop()
    assert {id: findings for id, findings in found.items() if "RGD90" <= id} == {}
    assert {"area": "web server", "looked": True, "what": server.url} in answer["looked_at"]


class Web(socketserver.StreamRequestHandler):
    """Answers as rowgate would, but for what the test has it get wrong."""

    def handle(self):
        first = self.rfile.readline().decode()
        if not first:
            return
        method, target, _ = first.split(" ")
        fields = []
        while (line := self.rfile.readline().strip()):
            fields.append(line.decode().split(": ", 1))
        wrong, size = self.server.wrong, int(dict(fields).get("Content-Length", 0))
        self.rfile.read(size)
        code = "PGRST205"
        if any(name in ("Authorization", "Cookie") and name != wrong for name, _ in fields):
            code = "PGRST301"
        lines = [value for name, value in fields if name == "Accept"]
        lines = lines[-1:] if wrong == "first line" else lines[:1] if wrong == "second line" else lines
        if target == "/" and "application/openapi+json" not in lines:
            code = "PGRST107"
        body = f'{{"code":"{code}","details":null,"hint":null,"message":"no"}}'
        if (wrong == "all" or (wrong == "long" and len(target) > 8000) or (wrong == "large" and size > 1 << 20)
                or (wrong == "empty" and method == "POST" and "Content-Length" not in dict(fields))
                or wrong == method or (wrong == "slash" and "%2F" in target)):
            body = "<html>no</html>"
        if "jwks" in target and wrong != "jwks":
            body = '{"keys":[]}'
        self.wfile.write(f"HTTP/1.1 {200 if 'keys' in body else 404} X\r\nContent-Length: {len(body)}\r\n"
                         f"Connection: close\r\n\r\n{body}".encode())


@pytest.mark.parametrize("wrong, id", [
    ("nothing", None), ("all", "RGD91"), ("Authorization", "RGD92"), ("Cookie", "RGD93"), ("long", "RGD94"),
    ("first line", "RGD95"), ("second line", "RGD95"), ("empty", "RGD96"), ("PATCH", "RGD97"),
    ("PUT", "RGD97"), ("DELETE", "RGD97"),
    ("slash", "RGD97"), ("large", "RGD98"), ("jwks", "RGD99")])
def test_what_a_web_server_gets_wrong_is_named(sound, key, wrong, id):
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Web) as server:
        server.wrong, server.daemon_threads = wrong, True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        found, _, status = examine("--url", f"http://127.0.0.1:{server.server_address[1]}",
                                   **settings(sound, key, auth_enabled="true", auth_cookie="true",
                                              auth_site_url="https://shop.example"))
        server.shutdown()
    assert {each for each in found if "RGD90" <= each} == ({id} if id else set()), found
    assert status == (2 if id == "RGD91" else 1)


def test_an_address_without_encryption_is_named(sound, key):
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Web) as server:
        server.wrong, server.daemon_threads = None, True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        # Another name of this machine, as if it were one from outside.
        found, _, _ = examine("--url", f"http://0.0.0.0:{server.server_address[1]}", **settings(sound, key))
        server.shutdown()
    assert list(found) == ["RGD18"]


def test_a_web_server_that_is_not_there(sound, key):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        found, _, status = examine("--url", f"http://127.0.0.1:{closed.getsockname()[1]}", **settings(sound, key))
    assert (list(found), status) == (["RGD90"], 2)


# What is documented.

def test_every_id_is_explained_and_none_is_made_up():
    listed = dict(line.split("\t", 1) for line in rowgate("doctor", "--list").stdout.splitlines())
    sections = re.split(r"^### ", DOCUMENT.read_text(), flags=re.M)[1:]
    written = {section.split(":")[0]: section for section in sections}
    assert list(written) == list(listed)
    for id, section in written.items():
        severity, title = listed[id].split("\t")
        assert section.startswith(f"{id}: {title} ({severity})\n"), section
        for part in ("**Cause.** ", "**Why it matters.** ", "**Cure.** "):
            assert part in section, (id, part)


def test_the_kinds_of_lints_name_every_id_of_tables_and_indexes():
    listed = {line.split("\t")[0] for line in rowgate("doctor", "--list").stdout.splitlines()}
    kinds = re.search(r"^## Kinds of lints\n(.*?)^## ", DOCUMENT.read_text(), re.M | re.S)[1]
    named = set(re.findall(r"RGD\d\d", kinds))
    assert named <= listed
    assert {id for id in listed if "RGD45" <= id <= "RGD75"} <= named


def test_every_id_is_held_by_a_test():
    listed = {line.split("\t")[0] for line in rowgate("doctor", "--list").stdout.splitlines()}
    named = set(re.findall(r"RGD\d\d", pathlib.Path(__file__).read_text()))
    # A PostgreSQL that is too old, and one at the other end of a network, are not at hand.
    assert named | {f"RGD{n}" for n in (21, 26)} == listed
