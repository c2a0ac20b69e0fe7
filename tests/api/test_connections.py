"""The one database connection of a worker: nothing of a request outlives it, and what breaks is mended or told.

Every server here has one worker, so that whatever a request left would be the next one's. tests/lib/pg/pg_flight.c has
the same and more on a lower level.

SPDX-License-Identifier: MIT
"""
import contextlib
import os
import re
import signal
import socket
import threading
import time
import zlib

import pytest
import requests

from harness.process import wait_until
from harness.server import workers_of
from test_processes import backends, start  # noqa: F401 (start is a fixture)

SCHEMA = "connections.sql"


@pytest.fixture(scope="module")
def alone(serve):
    return serve(front="nginx", workers=1, db_tx_end="commit-allow-override")


LEFT = ["SET work_mem = '77MB'", "SET my.own = 'secret'", "SET ROLE regular_user", "SET search_path = pg_catalog",
        "SET statement_timeout = 1",
        "SET default_transaction_read_only = on", "SET TIME ZONE 'Asia/Tokyo'", "SET client_encoding = latin1",
        "SET plan_cache_mode = force_custom_plan",
        "CREATE TEMP TABLE things AS SELECT 99 AS id", "CREATE TEMP VIEW mine AS SELECT 1", "LISTEN everything",
        "SELECT pg_advisory_lock(7)",
        "SELECT pg_advisory_lock_shared(7, 8)", "PREPARE mine AS SELECT 1", "DEALLOCATE ALL", "DISCARD PLANS",
        "RESET ALL", "UNLISTEN *"]
HOW = {"committed": (False, {}), "failed": (True, {}), "rolled back": (False, {"Prefer": "tx=rollback"}),
       "untold": (False, {"Prefer": "return=minimal"})}


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("what", LEFT)
def test_T6_nothing_of_a_request_is_seen_by_the_next(alone, what, how):
    before = alone.get("/rpc/state").json(), alone.get("/rpc/backend").json()
    things = alone.get("/things?order=id").json()
    fails, fields = HOW[how]
    for read in ("/rpc/state", "/things?order=id"):
        answer = alone.post("/rpc/leave", json={"what": what, "fails": fails}, headers=fields)
        # A millisecond may be too short for what comes behind.
        assert answer.status_code == (400 if fails else 200) or "timeout" in what, answer.text
        assert alone.get(read).json() == (before[0] if read == "/rpc/state" else things)
    assert alone.post("/rpc/state", json={}).json() == before[0]
    assert alone.get("/rpc/backend").json() == before[1]


def test_T6_nothing_of_a_read_is_seen_by_the_next(alone):
    before = alone.get("/rpc/state").json()
    assert alone.get("/locking").json() == [{"lock": False}]
    assert alone.get("/rpc/state").json() == before


@pytest.mark.parametrize("what", LEFT)
def test_T6_nothing_of_a_call_that_reads_is_seen_by_the_next(alone, what):
    """What makes temporary tables is refused there, and a millisecond may be too short for what comes behind."""
    before = alone.get("/rpc/state").json()
    for read in ("/rpc/state", "/things?id=eq.1"):
        answer = alone.get("/rpc/leave", params={"what": what, "fails": "false"})
        assert answer.status_code == (405 if "TEMP" in what else 200) or "timeout" in what, answer.text
        assert alone.get(read).json() == (before if read == "/rpc/state" else [{"id": 1, "name": "thing 1"}])


def test_T6_a_request_that_is_undone_cleanses_nothing(alone):
    """What it would have undone is still there for the next one to undo."""
    before = alone.get("/rpc/state").json()
    assert alone.post("/rpc/leave", json={"what": "SET my.own = 'secret'", "fails": False}).status_code == 200
    assert alone.get("/things?id=eq.1", headers={"Prefer": "tx=rollback"}).status_code == 200
    assert alone.get("/rpc/state").json() == before


def test_a_session_that_user_code_ends_is_mended(alone):
    for what in ("SELECT pg_terminate_backend(pg_backend_pid())", "COMMIT"):
        assert alone.post("/rpc/leave", json={"what": what, "fails": False}).status_code >= 400
        assert alone.get("/things?id=eq.1").json() == [{"id": 1, "name": "thing 1"}]


def test_a_large_parameter_costs_the_connection(alone):
    """libpq never gives its buffer back."""
    before = alone.get("/rpc/backend").json()
    assert alone.post("/rpc/size", data="x" * (7 << 20), headers={"Content-Type": "text/plain"}).json() == 7 << 20
    assert alone.get("/rpc/backend").json() == before
    assert alone.post("/rpc/size", data="x" * (9 << 20), headers={"Content-Type": "text/plain"}).json() == 9 << 20
    assert alone.get("/rpc/backend").json() != before


LARGE = {"error": "DO $$ BEGIN RAISE '%', repeat('x', 9000000); END $$",
         "header": """SELECT set_config('response.headers', '[{"X": "' || repeat('x', 9000000) || '"}]', true)"""}


@pytest.mark.parametrize("what", LARGE.values(), ids=LARGE)
def test_a_large_error_or_header_costs_the_connection(alone, what):
    before = alone.get("/rpc/backend").json()
    alone.post("/rpc/leave", json={"what": what, "fails": False})
    assert alone.get("/rpc/backend").json() != before


@pytest.mark.parametrize("method", ["GET", "PATCH", "POST"])
def test_a_plan_whose_result_has_changed_is_made_anew(alone, database, method):
    """"cached plan must not change result type": of no concern to a client."""
    headers = {"Prefer": "return=representation,resolution=merge-duplicates"}
    asks = {"GET": lambda: alone.get("/things?id=eq.2&select=id,name"),
            "PATCH": lambda: alone.patch("/things?id=eq.2&select=id,name", json={"name": "thing 2"}, headers=headers),
            "POST": lambda: alone.post("/things?select=id,name", json={"id": 2, "name": "thing 2"}, headers=headers)}
    for kind in ("varchar(50)", "text", "varchar(60)"):
        before = alone.get("/rpc/backend").json()
        database.run(f"ALTER TABLE things ALTER COLUMN name TYPE {kind}")
        for _ in range(3):
            answer = asks[method]()
            assert answer.status_code in (200, 201) and answer.json() == [{"id": 2, "name": "thing 2"}], answer.text
        assert alone.get("/rpc/backend").json() == before


def statements(alone, part):
    return [s for s in alone.get("/rpc/statements").json() if part in s["statement"]]


# So often PostgreSQL plans for the values at hand before it compares what that costs.
CUSTOM_FIRST = 5


@pytest.mark.parametrize("path, custom", [
    ("select=ID&limit=3", 0), ("select=ID&order=id.desc&limit=20", 0), ("select=ID&id=eq.1&limit=1", CUSTOM_FIRST),
    ("select=ID&limit=11", 9), ("select=ID&kind=eq.frequent&order=made&limit=3", 9)])
def test_a_plan_is_kept_where_the_limit_stands_in_the_text(alone, path, custom):
    """Not where a filter's value decides which plan is good. Names tell the statements apart."""
    name = f"n{zlib.crc32(path.encode())}"
    for _ in range(9):
        assert alone.get(f"/uneven?{path}".replace("ID", f"{name}:id")).status_code == 200
    [found] = statements(alone, f'"{name}"')
    assert (found["custom"], found["generic"]) == (custom, 9 - custom), found


def test_many_limits_make_few_statements(alone):
    alone.get("/things?select=first:id")
    [first] = statements(alone, '"first"')
    for limit in range(400):
        assert alone.get(f"/things?select=many:id&limit={limit}").status_code == 200
    assert 10 < len(statements(alone, '"many"')) < 50
    assert [s["name"] for s in statements(alone, '"first"')] == [first["name"]]


class Asking(threading.Thread):
    """A request in the background; `answer` once it is over."""

    def __init__(self, ask):
        super().__init__(daemon=True)
        self.ask, self.answer = ask, None
        self.start()

    def run(self):
        self.answer = self.ask()

    def wait(self):
        self.join(30)
        return self.answer


SLEEPS = "wait_event = 'PgSleep'"


def kill_sleeping(database):
    wait_until(lambda: backends(database, SLEEPS) == 1, 10, "the query runs")
    database.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND "
                 + SLEEPS)


class Deaf(threading.Thread):
    """Stands before the database and passes on what comes, but for requests to cancel: these are taken, and that is
    all."""

    def __init__(self, database):
        super().__init__(daemon=True)
        self.target = f"{database.cluster.directory}/.s.PGSQL.5432"
        self.listener, self.swallowed = socket.create_server(("127.0.0.1", 0)), []
        self.uri = (f"host=127.0.0.1 port={self.listener.getsockname()[1]} dbname={database.name} user=authenticator "
                    "sslmode=disable gssencmode=disable")
        self.start()

    def run(self):
        while True:
            client, _ = self.listener.accept()
            first = client.recv(65536)
            if first[4:8] == (80877102).to_bytes(4, "big"):
                self.swallowed.append(client)
                continue
            server = socket.socket(socket.AF_UNIX)
            server.connect(self.target)
            server.sendall(first)
            for source, sink in ((client, server), (server, client)):
                threading.Thread(target=self.pass_on, args=(source, sink), daemon=True).start()

    def pass_on(self, source, sink):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)


def test_a_server_that_is_deaf_to_cancelling_holds_no_worker(start, database):  # noqa: F811
    """The connection is given up and, as there are never two, the next one made when the query has ended."""
    deaf = Deaf(database)
    server = start(front="nginx", workers=1, uri=deaf.uri)
    with contextlib.suppress(requests.Timeout):
        server.post("/rpc/leave", json={"what": "SELECT pg_sleep(6)", "fails": False}, timeout=0.5)
    began = time.monotonic()
    wait_until(lambda: deaf.swallowed, 10, "it is to be cancelled")
    assert server.get("/things?id=eq.1").status_code == 200
    assert 4 < time.monotonic() - began < 9
    assert "does not take a request to cancel" in server.process.log


def test_a_read_is_sent_again_when_nothing_had_come(alone, database):
    asking = Asking(lambda: alone.get("/slow"))
    kill_sleeping(database)
    answer = asking.wait()
    assert answer.status_code == 200 and answer.json() == [{"id": 1, "slept": ""}]


def test_a_read_of_which_rows_had_come_is_not_sent_again(alone, database):
    asking = Asking(lambda: alone.get("/dripping"))
    kill_sleeping(database)
    answer = asking.wait()
    assert answer.status_code == 503 and answer.json()["code"] == "57P01" and int(answer.headers["Retry-After"]) >= 1
    assert alone.get("/things?id=eq.1").status_code == 200


def test_a_write_is_never_sent_again(alone, database):
    asking = Asking(lambda: alone.post("/rpc/try", json={"seconds": 20}))
    kill_sleeping(database)
    assert asking.wait().status_code == 503
    assert database.value("SELECT last_value FROM tries") == 1
    assert alone.get("/things?id=eq.1").status_code == 200


@pytest.mark.parametrize("method", ["GET", "PATCH"])
def test_an_idle_connection_that_was_ended_costs_no_request(alone, database, method):
    for _ in range(3):
        before = alone.get("/rpc/backend").json()
        database.run("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE pid = %s", before)
        answer = alone.get("/things?id=eq.1") if method == "GET" else alone.patch("/things?id=eq.1",
            json={"name": "thing 1"})
        assert answer.status_code == (200 if method == "GET" else 204)
        assert alone.get("/rpc/backend").json() != before


def test_a_second_signal_cancels_what_is_under_way(start, database):  # noqa: F811
    """As the master does past its deadline."""
    server = start(front="nginx", workers=1)
    asking = Asking(lambda: server.post("/rpc/try", json={"seconds": 60}))
    wait_until(lambda: backends(database, SLEEPS) == 1, 10, "the query runs")
    worker, = workers_of(server)
    os.kill(worker, signal.SIGTERM)
    assert server.process.alive() and backends(database, SLEEPS) == 1
    os.kill(worker, signal.SIGTERM)
    answer = asking.wait()
    assert answer.status_code == 503 and answer.json()["code"] == "RG503" and int(answer.headers["Retry-After"]) >= 1
    wait_until(lambda: backends(database, SLEEPS) == 0, 1, "the query is cancelled")
    assert server.get("/things?id=eq.1").status_code == 200
    assert not re.search("killed", server.process.log)
