"""db-pool is a ceiling: whatever happens, there are never more connections of the pool than it says, and one that
listens. Every server here connects as a role with just this CONNECTION LIMIT.

SPDX-License-Identifier: MIT
"""
import contextlib
import os
import signal
import tempfile
import threading
import time

import pytest

from harness.fcgi import Connection
from harness.load import Clients, Watch
from harness.process import wait_until
from harness.server import FRONTS, Server, master_of, workers_of
from test_connections import Asking
from test_processes import PATIENCE, Reloads, installed, loads, read_or_insert  # noqa: F401
from test_spawned import Spawned

SCHEMA = "processes.sql"
POOL = 3
SECONDS = 3


@pytest.fixture(scope="module")
def role(database):
    database.run(f"CREATE ROLE pooled LOGIN NOINHERIT CONNECTION LIMIT {POOL + 1}; GRANT web_anon TO pooled")
    yield "pooled"
    database.run("DROP ROLE pooled")


@pytest.fixture
def start(database, role):
    """start(**options): a server of the test's own, stopped at its end; nobody was refused then."""
    started = []

    def one(pool=POOL, **options):
        database.run(f"ALTER ROLE {role} CONNECTION LIMIT {pool + 1}")
        # workers is rowgate's own: more than there may be connections.
        server = Server(**({"uri": database.cluster.uri(database.name, role), "db_anon_role": "web_anon",
                            "front": "nginx", "log_level": "info", "db_pool": pool, "workers": 2 * pool} | options))
        started.append(server)
        return server.wait_ready()
    yield one
    for server in started:
        log = server.stop()
        assert "too many connections" not in log and "53300" not in log, log


@contextlib.contextmanager
def watched(database, role):
    """The most backends that there are of the role at any time."""
    with contextlib.closing(database.cluster.connect("postgres")) as connection, connection.cursor() as cursor:
        def count():
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE usename = %s AND "
                           "backend_type = 'client backend'", (role,))
            return cursor.fetchone()[0]
        with Watch(count, pause=0.001) as watch:
            yield watch


def read_insert_or_wait(client, number):
    """Enough to have every worker busy."""
    if number % 3 == 2:
        return "POST", "/rpc/wait", '{"seconds":0.03}'
    return read_or_insert(client, number)


def for_a_while(turn, pause=0.05):
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        turn()
        time.sleep(pause)


def kill_worker(server):
    for pid in workers_of(server)[:1]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def upgrade(server):
    before = set(workers_of(server))
    os.kill(master_of(server), signal.SIGHUP)
    wait_until(lambda: not before & set(workers_of(server)) and len(workers_of(server)) == POOL, 20, "all are new")


# What is done under load, with which options, and which answers there may be: a worker that is killed takes with it
# what it was at, as PostgREST would.
CALM = {("GET", 200), ("POST", 200), ("POST", 201)}
HARMS = {
    "nothing": (lambda server, database: for_a_while(lambda: None), {}, CALM),
    "reloads": (lambda server, database: Reloads(server, database).run(20), {}, CALM),
    "lifetimes": (lambda server, database: for_a_while(lambda: None),
                  {"db_pool_max_lifetime": 1, "db_pool_max_idletime": 1}, CALM),
    "deaths": (lambda server, database: for_a_while(lambda: kill_worker(server)), {},
               CALM | {("GET", 502), ("POST", 502), ("GET", 504), ("POST", 504)}),
    "ended sessions": (lambda server, database: for_a_while(lambda: database.run(
        # A read is sent again once: who loses its next session at once, too, is told so.
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'pooled' AND query !~ '^LISTEN' "
        "AND state = 'idle' AND backend_start < now() - interval '0.2 s' LIMIT 1")), {}, CALM | {("POST", 503)}),
    "upgrades": (lambda server, database: for_a_while(lambda: upgrade(server)), {}, CALM),
}


@pytest.mark.parametrize("harm", HARMS)
def test_there_are_never_more_connections_than_db_pool_says(start, database, role, installed, harm):  # noqa: F811
    act, options, allowed = HARMS[harm]
    server = start(environment={"ROWGATE_BUILD": str(installed.parent)}, **options)
    assert len(workers_of(server)) == POOL
    with watched(database, role) as watch, Clients(server, 8, read_insert_or_wait) as clients:
        act(server, database)
    assert set(clients.statuses()) <= allowed, clients.statuses()
    assert clients.statuses()[("GET", 200)] > 0
    assert watch.most == POOL + 1
    assert server.get("/things?id=eq.1").status_code == 200


def test_a_killed_workers_query_keeps_its_place_until_it_ends(start, database, role):
    server = start(pool=1, db_pool_acquisition_timeout=1)
    with watched(database, role) as watch:
        asking = Asking(lambda: server.post("/rpc/wait", json={"seconds": 4}))
        wait_until(lambda: database.value("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"), 10,
                   "it sleeps")
        kill_worker(server)
        assert asking.wait().status_code == 502
        began = time.monotonic()
        answer = server.get("/things?id=eq.1")
        assert answer.status_code == 504 and answer.json()["code"] == "PGRST003", answer.text
        assert 0.5 < time.monotonic() - began < 2 * PATIENCE
        wait_until(lambda: server.get("/things?id=eq.1").status_code == 200, 20, "it has ended")
    assert watch.most == 2


def test_a_slow_upload_takes_no_place_of_the_others(start, database, role):
    """mod_proxy_fcgi passes a body on as it comes; its worker is to be replaced meanwhile, and there is one place."""
    server = start(pool=1, front="apache")
    with watched(database, role) as watch, server.connect() as slow:
        slow.sendall(b"POST /notes HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                     b"Content-Length: 100000\r\n\r\n{\"body\":\"" + b"a" * 50000)
        time.sleep(0.3)
        assert server.get("/things?id=eq.1").status_code == 200
        before = loads(server)
        database.run("NOTIFY pgrst")
        wait_until(lambda: loads(server) > before, 10, "it is loaded")
        for number in range(20):
            assert server.get(f"/things?id=eq.{number + 1}", timeout=3 * PATIENCE).status_code == 200
        slow.sendall(b"a" * (100000 - 50011) + b'"}')
        assert slow.recv(100).startswith(b"HTTP/1.1 201")
        assert server.get("/things?id=eq.1").status_code == 200
    assert watch.most == 2


def test_requests_beyond_wait_and_are_refused_in_time(start, database, role):
    server = start(pool=1, db_pool_acquisition_timeout=1)
    with watched(database, role) as watch:
        asking = [Asking(lambda: server.post("/rpc/wait", json={"seconds": 3})) for _ in range(4)]
        statuses = sorted(one.wait().status_code for one in asking)
    assert statuses == [200, 504, 504, 504]
    assert watch.most == 2


@pytest.mark.parametrize("front", FRONTS)
def test_who_waits_too_long_in_a_queue_that_moves_is_refused(start, front):
    """Nobody holds the one connection for long, but six in a row are too many for a second."""
    server = start(front=front, pool=1, db_pool_acquisition_timeout=1)
    assert server.get("/things?id=eq.1").status_code == 200
    asking = [Asking(lambda: server.post("/rpc/wait", json={"seconds": 0.4})) for _ in range(6)]
    answers = [one.wait() for one in asking]
    refused = [answer for answer in answers if answer.status_code == 504]
    assert 2 <= len(refused) <= 4 and all(answer.json()["code"] == "PGRST003" for answer in refused), answers
    assert {answer.status_code for answer in answers} == {200, 504}
    assert "PGRST003" in server.process.log


def test_many_who_wait_are_all_served_in_time(start):
    """More than there is room for with those that wait in line."""
    server = start(pool=2)
    asking = [Asking(lambda: server.post("/rpc/wait", json={"seconds": 0.01})) for _ in range(300)]
    assert {one.wait().status_code for one in asking} == {200}


@pytest.fixture
def spawned(database, role):
    # Without a master nobody listens, but one of them builds the catalog.
    database.run(f"ALTER ROLE {role} CONNECTION LIMIT {POOL + 1}")
    with tempfile.TemporaryDirectory(prefix="rowgate-pool-", dir="/tmp") as directory:
        made = Spawned(directory, database.cluster.uri(database.name, role), db_pool=POOL)
        yield made
        made.stop()
        assert "too many connections" not in made.log.read_text()


def test_more_processes_without_a_master_than_db_pool_says_take_turns(spawned, database, role):
    processes = [spawned.start() for _ in range(2 * POOL)]
    answers, until = [], time.monotonic() + SECONDS

    def ask(process):
        with Connection(process.path) as connection:
            while time.monotonic() < until:
                answers.append(connection.ask("/things?id=eq.1")[0])
    with watched(database, role) as watch:
        asking = [threading.Thread(target=ask, args=(process,)) for process in processes]
        for thread in asking:
            thread.start()
        for thread in asking:
            thread.join()
        # And those that idle leave their place to who comes, else it is 504.
        for process in processes:
            assert spawned.ask(process, "/things?id=eq.1")[0] == 200
    assert set(answers) == {200} and len(answers) > 4 * POOL
    assert watch.most <= POOL + 1


def test_a_process_without_a_master_gives_its_place_when_its_connection_has_ended(spawned, database):
    """As mod_fcgid asks: no connection is kept, so nothing happens to the process before the next request. A place that
    it keeps meanwhile is missed by the other for longer than db-pool-acquisition-timeout."""
    spawned.configure(database.cluster.uri(database.name, "pooled"), db_pool=1)
    one, other = spawned.start(), spawned.start()
    for process in (one, other, one, other):
        assert spawned.ask(process, "/things?id=eq.1", keep=False)[0] == 200


def test_a_process_without_a_master_is_refused_a_place_in_time(spawned, database):
    spawned.configure(database.cluster.uri(database.name, "pooled"), db_pool=1, db_pool_acquisition_timeout=1)
    one, other = spawned.start(), spawned.start()
    assert spawned.ask(other, "/things?id=eq.1")[0] == 200
    asking = Asking(lambda: spawned.ask(one, "/rpc/wait", method="POST", body=b'{"seconds":3}'))
    wait_until(lambda: database.value("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"), 10,
               "it sleeps")
    status, body = spawned.ask(other, "/things?id=eq.1")
    assert status == 504 and "PGRST003" in body
    assert asking.wait()[0] == 200
    assert spawned.ask(other, "/things?id=eq.1")[0] == 200
