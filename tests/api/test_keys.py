"""Every key of PostgREST's configuration changes what the server does, from wherever it is set (PARITY.md 1.12): by
file, by environment (also by the other name that some have), by ALTER ROLE, by db-pre-config, and by a reload of the
file.

Keys are set together as far as they do not hide each other, so there are two groups of them and few servers. Where a
server listens is shown in test_serve.py, db-pool-automatic-recovery in test_processes.py, jwt-cache-max-entries in the
unit tests of the cache: nothing of it can be seen from outside.

SPDX-License-Identifier: MIT
"""
import base64
import concurrent.futures
import os
import pathlib
import re
import signal
import socket
import stat
import time

import pytest
import requests

from harness.accounts import rowgate
from harness.process import wait_until
from harness.server import SECRET, Server
from harness.token import token

SCHEMA = "keys.sql"
SECOND_SECRET = "the second secret of the tests, more than 32 characters"
BASE = {"db-anon-role": "web_anon", "jwt-secret": SECRET, "log-level": "error"}
WORKERS = 2 * os.sysconf("SC_NPROCESSORS_ONLN")
SOCKET = f"/tmp/rowgate-test-keys-{os.getpid()}.sock"
with socket.socket() as taken:
    taken.bind(("127.0.0.2", 0))
    ADMIN_PORT = taken.getsockname()[1]


class Asked:
    """One server, and what a test wants to know of it."""

    def __init__(self, server, database, secret, role):
        self.server, self.database, self.secret, self.role = server, database, secret, role

    def get(self, path, claims=None, **more):
        return self.server.get(path, token=token(claims, self.secret) if claims else None, **more)

    def status(self, path, **more):
        return self.get(path, **more).status_code

    def field(self, name, path="/items", **headers):
        return self.get(path,
                        headers={key.replace("_", "-"): value for key, value in headers.items()}).headers.get(name)

    def workers(self):
        master = str(self.server.process.children("rowgate")[0])
        parents = {}
        for pid in self.server.process.left_behind():
            try:
                parents[pid] = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1]
            except FileNotFoundError:
                pass  # it has just ended
        return {pid for pid, parent in parents.items() if parent == master}

    def sessions(self):
        """Those of the workers: the master's has asked for what the catalog holds, and listens."""
        return self.database.value(
            "SELECT count(*) FROM pg_stat_activity WHERE usename = %s AND datname = current_database() "
                                   "AND query !~ 'pg_catalog|LISTEN|ROLLBACK'", self.role)


# Each probe says what it sees with the default and what with the value set.

def channel(asked):
    """The channels it listens on. What it hears replaces the workers, so this is asked last."""
    def hears(name):
        heard = f'Received a config reload message on the "{name}" channel'
        before = asked.server.process.log.count(heard)
        asked.database.run(f"NOTIFY {name}, 'reload config'")
        end = time.monotonic() + 1
        while asked.server.process.log.count(heard) == before and time.monotonic() < end:
            time.sleep(0.02)
        return asked.server.process.log.count(heard) > before
    return [name for name in ("pgrst", "another") if hears(name)]


def rollback(asked):
    before = asked.database.run("SELECT count(*) FROM notes")
    assert asked.server.post("/notes", json={"body": "x"}).status_code == 201
    return asked.database.run("SELECT count(*) FROM notes") == before


def prepared(asked):
    return max(asked.get("/rpc/prepared").json() for _ in range(30)) > 0


def old_sessions(asked):
    """Whether a session may get older than two seconds."""
    asked.get("/rpc/session_age")
    time.sleep(2.2)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        return any(age > 2 for age in pool.map(lambda _: asked.get("/rpc/session_age").json(), range(8)))


def idle_sessions(asked):
    asked.get("/items")
    time.sleep(1.5)
    return asked.sessions() > 0


def patience(asked):
    """What becomes of one request too many."""
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        naps = [pool.submit(asked.server.post, "/rpc/nap", json={"seconds": 1.6}) for _ in range(2)]
        time.sleep(0.2)
        status = asked.status("/items")
        assert [nap.result().status_code for nap in naps] == [200, 200]
    return status


def admin(asked):
    try:
        return requests.get(f"http://127.0.0.2:{ADMIN_PORT}/live", timeout=5).status_code
    except requests.ConnectionError:
        return None


def admin_socket(asked):
    return stat.S_IMODE(os.stat(SOCKET).st_mode) if os.path.exists(SOCKET) else None


def logs(what):
    def look(asked):
        asked.get("/items?select=name")
        asked.get("/items?select=id")  # the first has been logged when the second is
        time.sleep(0.2)
        return bool(re.search(what, asked.server.process.log))
    return look


def plan(asked):
    return asked.status("/items", headers={"Accept": "application/vnd.pgrst.plan"})


class Key:
    def __init__(self, name, value, ask, default, changed, in_db=True, reload=True, alias=None):
        self.name, self.value, self.ask, self.default, self.changed = name, str(value), ask, default, changed
        self.in_db, self.reload, self.alias = in_db, reload, alias


AUDIENCE = {"role": "regular_user", "aud": "them"}
FIRST = [
    Key("client-error-verbosity", "minimal", lambda a: len(a.get("/nowhere").json()), 4, 2),
    Key("db-aggregates-enabled", "true", lambda a: a.status("/items?select=id.sum()"), 400, 200),
    Key("db-anon-role", "other_user", lambda a: a.get("/rpc/whoami").json(), "web_anon", "other_user"),
    Key("db-extra-search-path", "extra", lambda a: a.status("/items?select=loud"), 400, 200),
    Key("db-hoisted-tx-settings", "work_mem",
        lambda a: a.server.post("/rpc/hoisted?select=work_mem_now").json() == [{"work_mem_now": "1234kB"}],
        False, True),
    Key("db-max-rows", 2, lambda a: len(a.get("/items").json()), 5, 2, alias="max-rows"),
    Key("db-plan-enabled", "true", plan, 406, 200),
    Key("db-pre-request", "public.stamp", lambda a: a.field("X-Stamp"), None, "yes", alias="pre-request"),
    Key("db-prepared-statements", "false", prepared, True, False),
    Key("db-root-spec", "root_doc", lambda a: a.get("/").json().get("mine"), None, True, alias="root-spec"),
    Key("db-schemas", "public, other", lambda a: a.status("/only_other", headers={"Accept-Profile": "other"}),
        406, 200, alias="db-schema"),
    Key("db-tx-end", "rollback", rollback, False, True),
    Key("jwt-aud", "us", lambda a: a.get("/items", claims=AUDIENCE).status_code, 200, 401),
    Key("jwt-require", "sub", lambda a: a.get("/items", claims={"x": 1}).status_code, 200, 401),
    Key("jwt-role-claim-key", "$.app.who",
        lambda a: a.get("/rpc/whoami", claims={"app": {"who": "regular_user"}, "sub": "x"}).json() == "regular_user",
        False, True, alias="role-claim-key"),
    Key("jwt-secret", SECOND_SECRET,
        lambda a: a.server.get("/items", token=token({"sub": "x"}, SECOND_SECRET)).status_code, 401, 200),
    Key("server-cors-allowed-origins", "http://a.example",
        lambda a: a.field("Access-Control-Allow-Origin", Origin="http://b.example"), "*", None),
    Key("server-timing-enabled", "true", lambda a: a.field("Server-Timing") is not None, False, True),
    Key("server-trace-header", "X-Trace", lambda a: a.field("X-Trace", X_Trace="7"), None, "7"),
    Key("url-allow-reg-casts", "false", lambda a: a.status("/items?select=id::regclass"), 200, 400),
    Key("url-max-embeds", "1", lambda a: a.status("/items?select=id,owners(id),o:owners(id)"), 200, 413),
    Key("url-use-legacy-target-names", "false",
        lambda a: a.status("/items?select=id,o:owners(id)&owners.id=eq.1"), 200, 400),
    Key("app.settings.colour", "blue", lambda a: a.get("/rpc/colour").json(), None, "blue", in_db=False),
    Key("db-pool", WORKERS + 1, lambda a: len(a.workers()), max(WORKERS, 10), WORKERS + 1, in_db=False, reload=False),
    Key("db-pool-max-lifetime", 1, old_sessions, True, False, in_db=False, reload=False),
    Key("log-level", "info", logs('"GET /items[?]select=name HTTP/1.1" 200'), False, True, in_db=False),
    Key("log-query", "true", logs('(?m)^[^"]*: .*SELECT .*"name"'), False, True, in_db=False),
    Key("admin-server-port", ADMIN_PORT, admin, None, 200, in_db=False, reload=False),
    Key("admin-server-host", "127.0.0.2", admin, None, 200, in_db=False, reload=False),
    Key("db-channel", "another", channel, ["pgrst"], ["another"], in_db=False),
]
SECOND = [
    Key("jwt-secret", base64.b64encode(SECOND_SECRET.encode()).decode(),
        lambda a: a.server.get("/items", token=token({}, SECOND_SECRET)).status_code, 401, 200),
    Key("jwt-secret-is-base64", "true", lambda a: a.server.get("/items", token=token({}, SECOND_SECRET)).status_code,
        401, 200, alias="secret-is-base64"),
    Key("db-tx-end", "commit-allow-override", lambda a: a.field("Preference-Applied", Prefer="tx=rollback"),
        None, "tx=rollback"),
    Key("openapi-mode", "ignore-privileges", lambda a: "hidden" in a.get("/").json()["definitions"], False, True),
    Key("openapi-security-active", "true", lambda a: "securityDefinitions" in a.get("/").json(), False, True),
    Key("openapi-server-proxy-uri", "https://a.example/base", lambda a: a.get("/").json()["basePath"], "/", "/base"),
    Key("db-pass-authorization", "false",
        lambda a: "authorization" in a.get("/rpc/headers", claims={"x": 1}).json(), True, False),
    Key("db-pool-max-idletime", 1, idle_sessions, True, False, in_db=False, reload=False, alias="db-pool-timeout"),
    Key("workers", 2, lambda a: len(a.workers()), max(WORKERS, 10), 2, in_db=False, reload=False),
    Key("db-pool-acquisition-timeout", 1, patience, 200, 504, in_db=False, reload=False),
    Key("admin-server-unix-socket", SOCKET, admin_socket, None, 0o600, in_db=False, reload=False),
    Key("admin-server-unix-socket-mode", "600", admin_socket, None, 0o600, in_db=False, reload=False),
    Key("db-channel-enabled", "false", channel, ["pgrst"], [], in_db=False),
]
GROUPS = {"first": FIRST, "second": SECOND}


def file_of(uri, *settings):
    merged = {key: value for part in settings for key, value in part.items()}
    return "".join(f'{key} = "{value}"\n' for key, value in {"db-uri": uri, **merged}.items())


def variables(prefix, settings):
    return {prefix + key.upper().replace("-", "_").replace(".", "_"): value for key, value in settings.items()}


class Sources:
    """Makes the servers, one for each source and group, one after the other: they want the same admin port."""

    def __init__(self, database):
        self.database, self.of, self.asked = database, None, None

    def ask(self, source, group):
        if self.of != (source, group):
            self.stop()
            self.asked, self.of = getattr(self, source)(group), (source, group)
        return self.asked

    def stop(self):
        if self.of:
            self.of = None
            self.asked.server.stop()

    def start(self, config, environment=None, role="authenticator", secret=SECOND_SECRET):
        server = Server(server_host="127.0.0.1", config=config, environment=environment).wait_ready()
        return Asked(server, self.database, secret, role)

    def uri(self, role):
        return self.database.uri.replace("user=authenticator", f"user={role}")

    def nowhere(self, group):
        return self.start(file_of(self.database.uri, BASE), secret=SECRET)

    def file(self, group):
        return self.start(file_of(self.database.uri, BASE, {key.name: key.value for key in GROUPS[group]}))

    def environment(self, group):
        return self.start(file_of(self.database.uri, BASE),
                          variables("PGRST_", {key.name: key.value for key in GROUPS[group]}))

    def other_names(self, group):
        return self.start(file_of(self.database.uri, BASE),
                          variables("ROWGATE_", {key.alias or key.name: key.value for key in GROUPS[group]}))

    def role(self, group):
        role = f"keys_{group}"
        for key in GROUPS[group]:
            if key.in_db:
                self.database.run(f"ALTER ROLE {role} SET pgrst.{key.name.replace('-', '_')} = '{key.value}'")
        return self.start(file_of(self.uri(role), BASE), role=role)

    def pre_config(self, group):
        self.database.run("DELETE FROM wanted WHERE grp = %s", group)
        for key in GROUPS[group]:
            if key.in_db:
                self.database.run("INSERT INTO wanted VALUES (%s, %s, %s)", group,
                                  key.name.replace("-", "_"), key.value)
        return self.start(file_of(self.database.uri, BASE, {"db-pre-config": f"pre_{group}"}))

    def reload(self, group):
        asked = self.start(file_of(self.database.uri, BASE))
        # One that starts later would not be missed.
        wait_until(lambda: len(asked.workers()) == max(WORKERS, 10), 10, "all workers are there")
        before = asked.workers()
        asked.server.directory.joinpath("config").write_text(
            file_of(self.database.uri, BASE, {key.name: key.value for key in GROUPS[group] if key.reload}))
        asked.server.process.send(signal.SIGUSR2)
        wait_until(lambda: not before & asked.workers(), 10, "all workers are replaced")
        return asked


@pytest.fixture(scope="module")
def sources(database):
    made = Sources(database)
    yield made
    made.stop()


def cases():
    for group, keys in GROUPS.items():
        for source in "nowhere", "file", "environment", "other_names", "role", "pre_config", "reload":
            for key in keys:
                if (source in ("role", "pre_config") and not key.in_db) or (source == "reload" and not key.reload):
                    continue
                if source == "other_names" and key.ask in (old_sessions, patience):
                    continue  # they take long
                yield pytest.param(source, group, key, id=f"{source}-{key.name}-{group}")


@pytest.mark.parametrize("source, group, key", cases())
def test_key(sources, source, group, key):
    asked = sources.ask(source, group)
    assert key.ask(asked) == (key.default if source == "nowhere" else key.changed)


def test_key_layers(database):
    """The database before the environment before the file; in the database what is set for it before what is set for
    the role everywhere, before db-pre-config. One after the other is taken away."""
    uri = database.uri.replace("user=authenticator", "user=keys_layers")
    database.run("ALTER ROLE keys_layers SET pgrst.db_max_rows = '2'")
    database.run(f"ALTER ROLE keys_layers IN DATABASE {database.name} SET pgrst.db_max_rows = '1'")
    server = Server(server_host="127.0.0.1",
                    config=file_of(uri, BASE, {"db-max-rows": 5, "db-pre-config": "pre_layer"}),
                    db_max_rows=4).wait_ready()
    try:
        for rows, taken_away in ((1, f"ALTER ROLE keys_layers IN DATABASE {database.name} RESET pgrst.db_max_rows"),
                                 (2, "ALTER ROLE keys_layers RESET pgrst.db_max_rows"),
                                 (3, "CREATE OR REPLACE FUNCTION pre_layer() RETURNS void LANGUAGE sql AS ''"),
                                 (4, "SELECT 1")):
            wait_until(lambda: len(server.get("/items").json()) == rows, 10, f"{rows} rows")
            database.run(taken_away)
            database.run("NOTIFY pgrst, 'reload config'")
    finally:
        server.stop()


def test_key_db_config_off(database):
    """Without it nothing of the database is heard."""
    uri = database.uri.replace("user=authenticator", "user=keys_layers")
    database.run("ALTER ROLE keys_layers SET pgrst.db_max_rows = '2'")
    server = Server(server_host="127.0.0.1", config=file_of(uri, BASE), db_config=False).wait_ready()
    try:
        assert len(server.get("/items").json()) == 5
    finally:
        server.stop()
        database.run("ALTER ROLE keys_layers RESET ALL")


def test_key_db_pre_config_by_role(database):
    """The function itself may be named in the database."""
    uri = database.uri.replace("user=authenticator", "user=keys_layers")
    database.run("CREATE OR REPLACE FUNCTION pre_layer() RETURNS void LANGUAGE sql AS $$ SELECT "
                 "set_config('pgrst.db_max_rows', '3', true) $$")
    database.run("ALTER ROLE keys_layers SET pgrst.db_pre_config = 'pre_layer'")
    server = Server(server_host="127.0.0.1", config=file_of(uri, BASE)).wait_ready()
    try:
        assert len(server.get("/items").json()) == 3
    finally:
        server.stop()
        database.run("ALTER ROLE keys_layers RESET ALL")
