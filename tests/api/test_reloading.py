"""What makes rowgate load catalog and configuration anew (PARITY.md O2, O3, O10), and that it comes to a database by
itself (O5).

SPDX-License-Identifier: MIT
"""
import pathlib
import signal
import time

import pytest

from harness.cluster import Cluster
from harness.process import wait_until
from harness.server import Server, workers_of
from test_processes import PATIENCE, loads, start  # noqa: F401 (start is a fixture)

SCHEMA = "processes.sql"
SQL = pathlib.Path(__file__).parent / "sql"
# The session of the master's: what it did last was to listen, or to end the transaction that the catalog was read in.
LISTENERS = ("FROM pg_stat_activity WHERE usename = 'authenticator' AND datname = current_database() AND query ~ "
             "'^(LISTEN|ROLLBACK)'")


@pytest.fixture(scope="module")
def server(serve):
    return serve(front="nginx", workers=1, log_level="info")


def quiet(server, seconds=0.5):
    """Waits until no load has happened for a while; how many there have been."""
    count, since = loads(server), time.monotonic()
    while time.monotonic() - since < seconds:
        time.sleep(0.02)
        if loads(server) != count:
            count, since = loads(server), time.monotonic()
    return count


@pytest.mark.parametrize("payload", ["reload schema", "reload config", ""])
def test_O2_words_that_reload(server, database, payload):
    before = quiet(server)
    database.run("SELECT pg_notify('pgrst', %s)", payload)
    wait_until(lambda: loads(server) > before, 30, "it is loaded")
    word = "config" if payload == "reload config" else "schema cache"
    assert f'Received a {word} reload message on the "pgrst" channel' in server.process.log


@pytest.mark.parametrize("payload", ["reload", "reload schemas", "RELOAD SCHEMA", " reload schema",
                                     "reload schema, reload config", "x" * 7000])
def test_O2_words_that_do_not(server, database, payload):
    before = quiet(server)
    database.run("SELECT pg_notify('pgrst', %s)", payload)
    database.run("NOTIFY other, 'reload schema'")
    assert quiet(server) == before


def test_O2_a_burst_is_one_load(server, database):
    before = quiet(server)
    for number in range(30):
        database.run(f"CREATE TABLE burst_{number} (id integer); GRANT SELECT ON burst_{number} TO web_anon; NOTIFY "
                     f"pgrst")
    wait_until(lambda: server.get("/burst_29").status_code == 200, 30, "the last table is known")
    assert 1 <= quiet(server) - before <= 6


def test_O2_a_burst_without_an_end_is_not_waited_for(server, database):
    before = quiet(server)
    end = time.monotonic() + 15
    while loads(server) == before and time.monotonic() < end:
        database.run("NOTIFY pgrst")
        time.sleep(0.02)
    assert loads(server) > before


@pytest.mark.parametrize("way", ["NOTIFY", "SIGUSR1"])
def test_O2_a_reload_is_through_in_a_moment(start, database, way):  # noqa: F811
    """0.3 s, at the best of some times, until no worker is left that served before, and so does what was before."""
    server, taken = start(front="nginx"), []
    for number in range(8):
        table = f"quick_{way.lower()}_{number}"
        database.run(f"CREATE TABLE {table} (id integer); GRANT SELECT ON {table} TO web_anon")
        time.sleep(0.4)
        before, began = set(workers_of(server)), time.monotonic()
        if way == "NOTIFY":
            database.run("NOTIFY pgrst")
        else:
            server.process.send(signal.SIGUSR1)
        wait_until(lambda: not before & set(workers_of(server)), 20, "all workers are new")
        taken.append(time.monotonic() - began)
        assert server.get(f"/{table}").status_code == 200
    assert min(taken) < 0.3 * PATIENCE, taken


WATCH = """
CREATE FUNCTION pgrst_watch() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN NOTIFY pgrst, 'reload schema'; END $$;
CREATE EVENT TRIGGER pgrst_watch ON ddl_command_end EXECUTE FUNCTION pgrst_watch();
"""


def test_O2_DDL_is_heard_of_by_an_event_trigger(server, database):
    database.run(WATCH)
    try:
        database.run("CREATE TABLE watched (id integer); GRANT SELECT ON watched TO web_anon")
        wait_until(lambda: server.get("/watched").status_code == 200, 30, "the table is known")
        database.run("ALTER TABLE watched ADD COLUMN name text")
        wait_until(lambda: server.post("/watched?columns=name", json={}).json()["code"] != "PGRST204",
                   30, "the column is known")
    finally:
        database.run("DROP EVENT TRIGGER pgrst_watch")


def test_O3_that_it_listens_is_seen_in_pg_stat_activity(server, database):
    before = quiet(server)
    database.run("NOTIFY pgrst")
    wait_until(lambda: loads(server) > before, 30, "it is loaded")
    wait_until(lambda: database.value("SELECT count(*) FROM pg_stat_activity WHERE usename = 'authenticator' AND "
                                      "datname = current_database() AND query = 'LISTEN \"pgrst\"'") == 1,
               10, "the listener is seen")


# Settings that cannot be taken, and what the log says of them.
WRONG = {"db_max_rows = 'nonsense'": "Failed reloading config: Error in config database setting db_max_rows: "
                                     "db-max-rows must be",
         "db_pre_config = 'api.missing'": "Failed to query database settings for the config parameters. "}


@pytest.mark.parametrize("setting", WRONG)
def test_O2_a_wrong_setting_in_the_database_stops_no_load_and_the_value_before_stays(start, database,  # noqa: F811
                                                                                     setting):
    role = f"ALTER ROLE authenticator IN DATABASE {database.name}"
    table = "wrong_" + setting.split()[0]
    database.run(f"{role} SET pgrst.db_max_rows = '5'")
    try:
        server = start(front="nginx", workers=1)
        assert len(server.get("/things").json()) == 5
        database.run(f"{role} SET pgrst.{setting}; CREATE TABLE {table} (id integer); "
                     f"GRANT SELECT ON {table} TO web_anon; NOTIFY pgrst")
        wait_until(lambda: server.get(f"/{table}").status_code == 200, 30, "the table is known")
        assert WRONG[setting] in server.process.log
        assert len(server.get("/things").json()) == 5
        # At the start there is none before.
        fresh = start(front="nginx", workers=1, db_max_rows=7)
        assert len(fresh.get("/things").json()) == 7
    finally:
        database.run(f"{role} RESET ALL")


def test_O3_what_was_not_heard_is_loaded_when_it_listens_again(server, database):
    before = quiet(server)
    for number in range(2):
        # In this order: it listens again so soon that a table made afterwards could come too late for what it loads
        # then.
        database.run(f"CREATE TABLE unheard_{number} (id integer); GRANT SELECT ON unheard_{number} TO web_anon")
        assert server.get(f"/unheard_{number}").status_code == 404
        database.run(f"SELECT pg_terminate_backend(pid) {LISTENERS}")
        wait_until(lambda: server.get(f"/unheard_{number}").status_code == 200, 30, "the table is known")
    assert loads(server) >= before + 2
    assert database.value(f"SELECT count(*) {LISTENERS}") == 1


def test_O3_requests_are_answered_while_nobody_listens(server, database):
    assert server.get("/things?id=eq.1").status_code == 200  # the worker has its connection
    database.run("ALTER ROLE authenticator CONNECTION LIMIT 1")
    try:
        assert server.get("/things?id=eq.1").status_code == 200
        database.run(f"SELECT pg_terminate_backend(pid, 5000) {LISTENERS}")
        for _ in range(10):
            assert server.get("/things?id=eq.1").status_code == 200
            time.sleep(0.05)
    finally:
        database.run("ALTER ROLE authenticator CONNECTION LIMIT -1")
    wait_until(lambda: database.value(f"SELECT count(*) {LISTENERS}") == 1, 40, "it listens again")


@pytest.fixture
def two():
    """A server that is read from and one that is written to, as a replica and its primary are."""
    made = []
    for name in ("replica", "primary"):
        cluster = Cluster()
        cluster.start()
        made.append(cluster.create("pair"))
        made[-1].load(SQL / "roles.sql", SQL / "processes.sql")
        made[-1].run("UPDATE things SET name = %s", name)
    made[0].run("ALTER DATABASE pair SET default_transaction_read_only = on")
    yield made
    for database in made:
        database.cluster.remove()


def hosts(databases):
    return ",".join(str(database.cluster.directory) for database in databases)


def test_O3_O10_several_hosts(two, start):  # noqa: F811
    """The requests go where the URI says, the listener where notifications are to be had."""
    replica, primary = two

    def name(server):
        return server.get("/things?id=eq.1&select=name").json()[0]["name"]
    nowhere = f"/nowhere,{hosts(two)}"
    server = start(front="nginx", workers=1, uri=f"host={nowhere} dbname=pair user=authenticator")
    assert name(server) == "replica"
    before = quiet(server)
    primary.run("NOTIFY pgrst")
    wait_until(lambda: loads(server) > before, 30, "it is loaded")
    assert (replica.value(f"SELECT count(*) {LISTENERS}"), primary.value(f"SELECT count(*) {LISTENERS}")) == (0, 1)
    writer = start(front="nginx", workers=1,
                   uri=f"host={nowhere} dbname=pair user=authenticator target_session_attrs=read-write")
    assert name(writer) == "primary"
    assert writer.post("/events", json={"sender": "a", "number": 1}).status_code == 201
    # Where only replicas are wanted, the listener wants the primary all the same.
    reader = start(front="nginx", workers=1,
                   uri=f"host={hosts([primary, replica])} dbname=pair user=authenticator "
                       "target_session_attrs=read-only")
    assert name(reader) == "replica"
    before = quiet(reader)
    primary.run("NOTIFY pgrst")
    wait_until(lambda: loads(reader) > before, 30, "it is loaded")
    # The first that can be read from is gone: the next one is taken.
    replica.cluster.stop()
    wait_until(lambda: server.get("/things?id=eq.1").ok and name(server) == "primary", 30, "the other host is asked")
    replica.cluster.start()


def test_O5_a_database_that_comes_later_is_served(start):  # noqa: F811
    cluster = Cluster()
    cluster.start()
    made = cluster.create("later")
    made.load(SQL / "roles.sql", SQL / "processes.sql")
    cluster.stop()
    server = Server(front="nginx", uri=made.uri, db_anon_role="web_anon", workers=2).wait_listening()
    wait_until(lambda: server.get("/things").status_code == 503, 5, "it is refused")
    answer = server.get("/things")
    assert answer.json()["code"] in ("PGRST000", "PGRST001", "PGRST002") and int(answer.headers["Retry-After"]) >= 1
    cluster.start()
    wait_until(lambda: server.get("/things?id=eq.1").status_code == 200, 40, "it is served")
    server.stop()
    cluster.remove()
