"""Processes that never stall: slow requests, stalled peers, reloads, deaths and restarts under load.

The waits are those of the issue, with room for a busy machine. ROWGATE_TEST_LONG=yes (tests/run full) makes the
loads longer.

SPDX-License-Identifier: MIT
"""
import contextlib
import os
import pathlib
import random
import re
import resource
import shutil
import signal
import socket
import tempfile
import threading
import time

import pytest

from harness.cluster import Cluster
from harness.fcgi import Connection
from harness.load import Clients, Watch
from harness.process import BUILD, prlimit, wait_until
from harness.server import Server, master_of, workers_of

SCHEMA = "processes.sql"
SQL = pathlib.Path(__file__).parent / "sql"
LONG = os.environ.get("ROWGATE_TEST_LONG") == "yes"
# A sanitized program keeps what was freed, and is slow.
PLAIN = os.environ.get("ROWGATE_TEST_TIMING", "yes") == "yes"
PATIENCE = 1 if PLAIN else 4


@pytest.fixture
def start(database):
    """start(**options): a server of the test's own, stopped at its end."""
    started = []

    def one(**options):
        server = Server(**({"uri": database.uri, "db_anon_role": "web_anon", "log_level": "info"} | options))
        started.append(server)
        return server.wait_ready()
    yield one
    for server in started:
        if server.process.alive():
            server.stop()


def read_or_insert(client, number):
    """Three reads of a row, then an insert."""
    if number % 4 == 3:
        return "POST", "/events", f'{{"sender":"client {client}","number":{number}}}'
    return "GET", f"/things?id=eq.{number % 100 + 1}", None


def loads(server):
    return len(re.findall(r"serving with \d+ workers", server.process.log))


class Reloads:
    """Asks for a reload in every way in turn, each after the one before has happened."""

    def __init__(self, server, database):
        self.server, self.database = server, database
        self.ways = [lambda: server.process.send(signal.SIGUSR1), lambda: database.run("NOTIFY pgrst, 'reload schema'"),
                     lambda: server.process.send(signal.SIGUSR2), lambda: database.run("NOTIFY pgrst, 'reload config'"),
                     self.change]

    def change(self):
        self.database.run(f"ALTER TABLE things ADD COLUMN extra_{time.monotonic_ns()} integer; NOTIFY pgrst")

    def run(self, times):
        for number in range(times):
            before = loads(self.server)
            self.ways[number % len(self.ways)]()
            wait_until(lambda: loads(self.server) > before, 20, f"reload {number}")


def counter(database):
    """A function that counts the connections of the pool."""
    connections = database.cluster.connect("postgres").cursor()

    def count():
        connections.execute("SELECT count(*) FROM pg_stat_activity WHERE usename = 'authenticator' AND datname = %s",
                            (database.name,))
        return connections.fetchone()[0]
    return count


def test_no_request_is_lost_in_100_reloads(start, database):
    workers = 4
    server = start(front="nginx", workers=workers)
    database.run("TRUNCATE events")
    with Clients(server, 16, read_or_insert, rate=200) as clients, Watch(counter(database)) as watch:
        Reloads(server, database).run(400 if LONG else 100)
    statuses = clients.statuses()
    assert set(statuses) == {("GET", 200), ("POST", 201)}, statuses
    assert database.value("SELECT count(*) FROM events") == statuses[("POST", 201)]
    assert watch.most <= workers + 1


def slow_call(seconds):
    return "POST", "/rpc/wait", f'{{"seconds":{seconds}}}'


def test_a_slow_request_delays_no_reload_and_costs_no_connection(start, database):
    """A worker held by a request cannot leave: all others are replaced, again and again, within workers + 1."""
    workers = 2
    server = start(front="nginx", workers=workers)
    with Watch(counter(database)) as watch, Clients(server, 1, lambda client, number: slow_call(3)) as slow:
        time.sleep(0.2)
        with Clients(server, 4, read_or_insert, rate=100) as fast:
            Reloads(server, database).run(10)
    assert set(fast.statuses()) == {("GET", 200), ("POST", 201)}, fast.statuses()
    assert set(slow.statuses()) == {("POST", 200)}, slow.statuses()
    assert watch.most <= workers + 1


def test_a_session_that_cannot_write_is_served_by_too(start, database):
    """The master looks for a server that lets it LISTEN, and does without when there is none."""
    reads = database.cluster.create("processes_reads")
    reads.run("ALTER ROLE authenticator IN DATABASE processes_reads SET default_transaction_read_only = on")
    server = start(front="nginx", workers=1, uri=reads.uri)
    assert server.get("/").status_code == 200
    assert "Failed listening for database notifications" in server.stop()


def test_a_slow_request_keeps_nobody_waiting(start):
    """More kept connections than workers, one of them busy for seconds: those that share its worker are handed over."""
    server = start(front="nginx", workers=2)
    with Clients(server, 12, read_or_insert) as fast:
        time.sleep(0.5)
        with Clients(server, 1, lambda client, number: slow_call(3)):
            time.sleep(9 if LONG else 3)
    assert {answer.status for answer in fast.answers} == {200, 201}
    assert fast.slowest() < 0.5 * PATIENCE


def test_stalled_uploads_keep_nobody_waiting(start):
    """mod_proxy_fcgi passes a body on as it comes: more stalled ones than workers, and a read is answered."""
    server = start(front="apache", workers=4)
    stalled = [server.connect() for _ in range(6)]
    for connection in stalled:
        connection.sendall(b"POST /notes HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                           b"Content-Length: 100000\r\n\r\n{\"body\":\"" + b"a" * 50000)
    time.sleep(0.5)
    for number in range(8):
        began = time.monotonic()
        assert server.get(f"/things?id=eq.{number + 1}").status_code == 200
        assert time.monotonic() - began < 1 * PATIENCE
    for connection in stalled:
        connection.sendall(b"a" * (100000 - 50011) + b'"}')
        assert connection.recv(100).startswith(b"HTTP/1.1 201")
        connection.close()


# What a web server never sends, in FastCGI records: version, type, id, content length, padding, reserved.
BEGIN = bytes([1, 1, 0, 1, 0, 8, 0, 0]) + bytes([0, 1, 1, 0, 0, 0, 0, 0])
GARBAGE = [b"", b"\x01", BEGIN[:5], BEGIN, BEGIN + bytes([1, 4, 0, 1, 0xff, 0xff, 0, 0]) + b"half",
           b"GET / HTTP/1.1\r\n\r\n",
           BEGIN + bytes([1, 4, 0, 1, 0, 0, 0, 0, 1, 5, 0, 2, 0, 0, 0, 0]), bytes([1, 5, 0, 1, 0, 0, 0, 0]),
           BEGIN + bytes([1, 5, 0, 1, 0, 0, 0, 0]),
           BEGIN + bytes([1, 9, 0, 0, 0, 0, 0, 0]), BEGIN + BEGIN[:3] + b"\x02"
           + BEGIN[4:] + bytes([1, 5, 0, 2, 0, 0, 0, 0]),
           BEGIN + bytes([1, 4, 0, 1, 0, 4, 0, 0]) + b"\xff\xff\xff\xff",
           BEGIN + bytes([1, 4, 0, 1, 0, 0, 0, 0, 1, 5, 0, 1, 0, 0, 0, 0]),
           BEGIN + bytes([1, 5, 0, 1, 0, 9, 0, 0]) + b"{", bytes(range(256)) * 4]


def send_raw(server, data, stay=False):
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(server.fastcgi_socket())
    try:
        connection.sendall(data)
    except OSError:
        pass  # refused in the middle
    if stay:
        return connection
    connection.close()
    return None


def test_half_sent_records_hold_no_worker(start):
    server = start(front="nginx", workers=2, server_peer_timeout=1)
    held = [send_raw(server, garbage, stay=True) for garbage in GARBAGE * 3]
    for number in range(20):
        began = time.monotonic()
        assert server.get(f"/things?id=eq.{number + 1}").status_code == 200
        assert time.monotonic() - began < 1 * PATIENCE
    begun = send_raw(server, BEGIN, stay=True)
    begun.settimeout(10)
    assert b"408" in begun.recv(1000)
    for connection in [*held, begun]:
        connection.close()
    assert len(workers_of(server)) == 2


def random_records(choice):
    """Headers that are well-formed, in an order and with numbers that are not; cut off anywhere."""
    records = [BEGIN] * choice.randrange(2)
    for _ in range(choice.randrange(8)):
        kind, number = choice.choice([1, 2, 3, 4, 4, 5, 5, 8, 9, 11]), choice.choice([1, 1, 1, 2])
        size, padding = choice.choice([0, 0, 1, 8, 300, 65535]), choice.choice([0, 0, 0, 7, 255])
        content = choice.randbytes(size) if choice.randrange(
            2) else b"\x0e\x03REQUEST_METHODGET\x0b\x07REQUEST_URI/things"[:size]
        records.append(bytes([1, kind, 0, number, size >> 8, size & 255, padding, 0]) + content + bytes(padding))
    whole = b"".join(records)
    return whole[:choice.randrange(len(whole) + 1)] if choice.randrange(3) == 0 else whole


def test_no_sequence_of_records_holds_a_worker(start):
    server = start(front="nginx", workers=2, server_peer_timeout=1)
    before, choice = workers_of(server), random.Random(1)
    for number in range(20):
        held = [send_raw(server, random_records(choice), stay=True) for _ in range(40)]
        began = time.monotonic()
        assert server.get(f"/things?id=eq.{number + 1}").status_code == 200
        assert time.monotonic() - began < 1 * PATIENCE
        for connection in held:
            connection.close()
    assert workers_of(server) == before


def private_kb(pid):
    text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    return sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Private_Dirty"))


def test_a_large_answer_leaves_no_memory_behind(start):
    """A worker keeps the buffer for the next one, and gives it back when none comes."""
    server = start(front="nginx", workers=1)
    server.get("/things?id=eq.1")
    pid, = workers_of(server)
    before = private_kb(pid)
    for _ in range(3):
        assert 500_000 < len(server.get("/many?limit=3000").content) < 1_000_000
    wait_until(lambda: private_kb(pid) < before + 256 or not PLAIN, 10 * PATIENCE, "the memory is given back")


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def ticks(pid):
    return sum(int(word) for word in pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13])


def test_garbage_leaves_nothing_behind(start):
    server = start(front="nginx", workers=2, server_peer_timeout=1)

    def thousand():
        for number in range(1000):
            send_raw(server, GARBAGE[number % len(GARBAGE)])
        assert server.get("/things?id=eq.1").status_code == 200
        time.sleep(2.5)
    thousand()
    before = {pid: (descriptors(pid), private_kb(pid)) for pid in workers_of(server)}
    thousand()
    assert set(before) == set(workers_of(server))
    for pid, (count, memory) in before.items():
        assert descriptors(pid) <= count + 1  # the kept connections of nginx move about
        assert private_kb(pid) < memory + 1024 or not PLAIN


def test_with_every_slot_taken_a_worker_takes_no_connection(start):
    server = start(front="nginx", workers=1, server_slots=3)
    worker, = workers_of(server)
    with contextlib.ExitStack() as stack:
        first, *others = [stack.enter_context(Connection(server.fastcgi_socket())) for _ in range(3)]
        for connection in [first, *others]:
            assert connection.ask("/things?id=eq.1")[0] == 200
        waiting = stack.enter_context(Connection(server.fastcgi_socket()))
        waiting.send("/things?id=eq.2")
        before = ticks(worker)
        waiting.socket.settimeout(1)
        with pytest.raises(TimeoutError):
            waiting.receive()
        assert ticks(worker) - before <= 5
        assert all(connection.ask("/things?id=eq.3")[0] == 200 for connection in others)
        first.socket.close()
        waiting.socket.settimeout(10)
        assert waiting.receive()[0] == 200


def test_no_descriptor_left_is_waited_for_without_spinning(start):
    server = start(front="nginx", workers=2)
    workers = workers_of(server)
    limits = {pid: prlimit(pid, resource.RLIMIT_NOFILE) for pid in workers}
    for pid in workers:
        prlimit(pid, resource.RLIMIT_NOFILE, (3, limits[pid][1]))
    before = sum(ticks(pid) for pid in workers)
    with Connection(server.fastcgi_socket()) as waiting:
        waiting.send("/things?id=eq.1")
        time.sleep(2)
        assert sum(ticks(pid) for pid in workers) - before <= 10
        for pid in workers:
            prlimit(pid, resource.RLIMIT_NOFILE, limits[pid])
        assert waiting.receive()[0] == 200
    assert "cannot accept a connection" in server.process.log


@pytest.fixture
def installed():
    """A program of the test's own, which it may replace by another."""
    directory = pathlib.Path(tempfile.mkdtemp(prefix="rowgate-installed-", dir="/tmp"))
    directory.chmod(0o755)
    program = directory / "rowgate"
    shutil.copy2(BUILD / "rowgate", program)
    os.utime(program)
    yield program
    shutil.rmtree(directory)


def install(program, source):
    """As `make install` does: another file under the same name."""
    fresh = program.with_name("fresh")
    shutil.copy2(source, fresh)
    fresh.chmod(0o755)
    fresh.rename(program)


def test_an_upgrade_loses_no_request(start, installed):
    server = start(front="nginx", workers=3, environment={"ROWGATE_BUILD": str(installed.parent)})
    master, before = master_of(server), set(workers_of(server))
    with Clients(server, 6, read_or_insert, rate=200) as clients:
        time.sleep(0.5)
        for _ in range(3):
            install(installed, BUILD / "rowgate")
            os.kill(master, signal.SIGHUP)
            wait_until(lambda: len(set(workers_of(server)) - before) == 3 and not before & set(workers_of(server)),
                       20, "all workers are new")
            before = set(workers_of(server))
            assert os.readlink(f"/proc/{master}/exe") == str(installed)
    statuses = clients.statuses()
    assert set(statuses) == {("GET", 200), ("POST", 201)}, statuses
    assert master_of(server) == master


def test_a_program_that_does_not_start_is_not_gone_over_to(start, installed):
    server = start(front="nginx", workers=2, environment={"ROWGATE_BUILD": str(installed.parent)})
    master, before = master_of(server), workers_of(server)
    install(installed, "/bin/false")
    os.kill(master, signal.SIGHUP)
    wait_until(lambda: "does not start: this program goes on" in server.process.log, 10, "the program is refused")
    assert workers_of(server) == before
    assert server.get("/things?id=eq.1").status_code == 200


def test_an_upgrade_goes_on_without_the_port_of_the_admin_server(start):
    """Another has it, of which the program that was tried says nothing."""
    server = start(front="nginx", workers=2, config="")
    before = set(workers_of(server))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        (server.directory / "config").write_text(f"admin-server-port = {taken.getsockname()[1]}\n")
        os.kill(master_of(server), signal.SIGHUP)
        wait_until(lambda: len(set(workers_of(server)) - before) == 2 and not before & set(workers_of(server)),
                   20, "all workers are new")
    assert "admin-server-port" in server.process.log
    assert server.get("/things?id=eq.1").status_code == 200


def test_idle_processes_use_no_time(start):
    server = start(front="nginx", workers=4)
    server.get("/things?id=eq.1")
    everyone = [master_of(server), *workers_of(server)]
    before = sum(ticks(pid) for pid in everyone)
    time.sleep(3)
    assert sum(ticks(pid) for pid in everyone) - before <= 1


def backends(database, condition="true"):
    return database.value("SELECT count(*) FROM pg_stat_activity WHERE usename = 'authenticator' AND datname = %s AND "
                          + condition, database.name)


def test_a_slow_reader_holds_neither_backend_nor_memory(start, database):
    """100,000 rows read at about a megabyte a second; mod_proxy_fcgi passes them on at that pace."""
    server = start(front="apache", workers=2)
    server.get("/things?id=eq.1")
    before = {pid: private_kb(pid) for pid in workers_of(server)}
    with server.connect() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        connection.sendall(b"GET /many HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert connection.recv(65536)
        wait_until(lambda: backends(database, "state = 'active'") == 0, 1 * PATIENCE, "the backend is idle")
        received, end = 0, time.monotonic() + (20 if LONG else 3)
        while time.monotonic() < end:
            received += len(connection.recv(100_000))
            time.sleep(0.1)
            assert backends(database, "state = 'active'") == 0
            assert server.get("/things?id=eq.1").status_code == 200
        for pid, memory in before.items():
            assert private_kb(pid) < memory + 4096 or not PLAIN
        assert received > 1_000_000


def test_workers_that_die_young_are_replaced_within_a_second(start):
    """Whatever kills one after the other, the next request waits for the next worker and no longer."""
    server = start(front="nginx", workers=2)
    for _ in range(6):
        for pid in wait_until(lambda: workers_of(server), 10, "a worker is started"):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    assert server.get("/things?id=eq.1", timeout=10).status_code == 200


def test_slow_readers_keep_nobody_waiting(start, database):
    """More slow readers than workers, through mod_proxy_fcgi at their pace; and they get all, however often it is
    reloaded meanwhile: workers with nothing but answers to send hold no connection and keep no place."""
    server = start(front="apache", workers=2)
    expected = server.get("/many").content
    readers = [server.connect() for _ in range(6)]
    for reader in readers:
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        reader.sendall(b"GET /many HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    received = [reader.recv(65536) for reader in readers]
    before = set(workers_of(server))
    for number in range(10):
        began = time.monotonic()
        assert server.get(f"/things?id=eq.{number + 1}").status_code == 200
        assert time.monotonic() - began < 1 * PATIENCE
        received = [got + reader.recv(65536) for got, reader in zip(received, readers)]
    with Watch(counter(database)) as watch:
        for number in range(3):
            server.process.send(signal.SIGUSR1)
            wait_until(lambda: len(set(workers_of(server)) - before) == 2, 10,
                       f"all workers are new after reload {number}")
            assert server.get("/things?id=eq.1").status_code == 200
            wait_until(lambda: before - set(workers_of(server)) or not number, 10, "who has nothing to send has left")
            before |= set(workers_of(server))
    assert watch.most <= 2 + 2
    assert server.get("/things?id=eq.1").status_code == 200
    for got, reader in zip(received, readers):
        parts = [got]
        while part := reader.recv(1 << 20):
            parts.append(part)
        reader.close()
        assert b"".join(parts).partition(b"\r\n\r\n")[2] == expected


def test_an_answer_that_nobody_takes_is_given_up(start):
    server = start(front="nginx", workers=1, server_peer_timeout=1)
    with Connection(server.fastcgi_socket()) as silent, Connection(server.fastcgi_socket()) as other:
        silent.send("/many")
        for number in range(20):
            assert other.ask(f"/things?id=eq.{number + 1}")[0] == 200
        time.sleep(3.5)
        assert other.ask("/things?id=eq.1")[0] == 200
        with pytest.raises(ConnectionError):
            silent.receive()
    assert len(workers_of(server)) == 1


def test_O4_the_end_waits_for_answers_on_their_way(start):
    server = start(front="nginx", workers=2)
    expected = server.get("/many").text
    master = master_of(server)
    with Connection(server.fastcgi_socket()) as slow, Connection(server.fastcgi_socket()) as idle:
        assert idle.ask("/things?id=eq.1")[0] == 200
        slow.send("/many")
        slow.socket.recv(1, socket.MSG_PEEK)
        os.kill(master, signal.SIGTERM)
        idle.socket.settimeout(5)
        assert idle.socket.recv(1) == b""  # closed, having nothing under way
        time.sleep(0.5)
        assert os.path.exists(f"/proc/{master}") and workers_of(server)
        assert slow.receive() == (200, expected)
        assert slow.socket.recv(1) == b""
    wait_until(lambda: not os.path.exists(f"/proc/{master}"), 5, "the master has ended")
    server.stop(expect=None)


def insert_only(client, number):
    return "POST", "/events", f'{{"sender":"client {client}","number":{number}}}'


def check_inserts(database, clients):
    """Every 201 is a row; every row was a 201, or a request whose fate was not told."""
    rows = {row for row in database.run("SELECT sender, number FROM events")}
    sent = {(f"client {answer.number[0]}", answer.number[1]): answer.status for answer in clients.answers}
    assert set(sent.values()) <= {201, 500, 502, 503, 504, None}, clients.statuses()
    assert not {key for key, status in sent.items() if status == 201} - rows
    # A request that was refused in rowgate's own words, or got no answer, may have been a row.
    assert not rows - set(sent)
    assert database.value("SELECT count(*) FROM events") == len(rows)


@pytest.fixture
def own(database):
    """A cluster of the test's own, which it may break."""
    made = Cluster()
    made.start()
    copy = made.create("processes")
    copy.load(SQL / "roles.sql")
    copy.load(SQL / "processes.sql")
    # What was confirmed must survive the end of a backend: Cluster() trades that for speed.
    copy.run("ALTER ROLE authenticator SET synchronous_commit = on")
    yield copy
    made.remove()


def kill_worker(server, cluster):
    os.kill(workers_of(server)[0], signal.SIGKILL)


def kill_backend(server, cluster):
    cluster.kill_backend("INSERT")


def restart(server, cluster):
    cluster.process.stop(signal.SIGQUIT)  # pg_ctl -m immediate
    cluster.start()


@pytest.mark.parametrize("harm", [kill_worker, kill_backend, restart])
def test_no_insert_is_lost_or_made_up(start, own, harm):
    server = start(front="nginx", workers=4, uri=own.uri)
    with Clients(server, 8, insert_only, rate=200) as clients:
        time.sleep(1)
        for _ in range(5 if LONG else 2):
            harm(server, own.cluster)
            time.sleep(1)
            wait_until(lambda: server.post("/events", json={"sender": "test", "number": 0}).status_code == 201,
                       30, "inserts work")
    own.run("DELETE FROM events WHERE sender = 'test'")
    statuses = clients.statuses()
    assert statuses[("POST", 201)] > 100, statuses
    check_inserts(own, clients)


def test_refusals_come_at_once_and_service_comes_back(start, own):
    server = start(front="nginx", workers=2, uri=own.uri)
    assert server.get("/things?id=eq.1").status_code == 200
    own.cluster.process.stop(signal.SIGINT)
    seconds = []
    for number in range(30):
        began = time.monotonic()
        answer = server.get("/things?id=eq.1")
        seconds.append(time.monotonic() - began)
        assert answer.status_code == 503 and int(answer.headers["Retry-After"]) >= 1
    # The machine may do something else for a moment.
    assert sorted(seconds)[-2] < 0.05 * PATIENCE
    own.cluster.start()
    wait_until(lambda: server.get("/things?id=eq.1").status_code == 200, 40, "the service is back")


def test_a_server_that_swallows_everything_holds_nobody(start):
    """A listening socket that nobody accepts from: connections are made, and nothing is ever answered."""
    with socket.create_server(("127.0.0.1", 0)) as hole:
        port = hole.getsockname()[1]
        server = Server(front="nginx", workers=2, uri=f"host=127.0.0.1 port={port} dbname=none user=none",
                        db_anon_role="web_anon").wait_listening()
        for _ in range(5):
            assert wait_until(lambda: server.get("/things").status_code, 5, "an answer") == 503
        server.stop()


def test_a_client_that_leaves_cancels_its_query(start, database):
    """By nginx: lighttpd and mod_proxy_fcgi do not tell."""
    server = start(front="nginx", workers=2)
    with server.connect() as connection:
        connection.sendall(b"POST /rpc/wait HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                           b"Content-Length: 14\r\n\r\n{\"seconds\":60}")
        wait_until(lambda: backends(database, "query ~ 'wait' AND state = 'active'") == 1, 5, "the query runs")
    wait_until(lambda: backends(database, "state = 'active'") == 0, 1 * PATIENCE, "the query is cancelled")


@pytest.mark.parametrize("channel", [True, False], ids=["listening", "not listening"])
def test_db_pool_automatic_recovery_off_ends_it_with_the_database(start, database, channel):
    server = start(db_pool_automatic_recovery=False, db_channel_enabled=channel, log_level="crit")
    assert server.get("/things?limit=1").status_code == 200
    if channel:
        database.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'authenticator' AND "
                     "datname = current_database()")
    else:
        server.post("/rpc/end_own_session")
    assert server.process.popen.wait(10) == 1
    assert "Automatic recovery disabled, exiting." in server.stop(expect=None)


def test_db_pool_automatic_recovery_off_needs_the_database_at_the_start(tmp_path):
    server = Server(uri=f"host={tmp_path} dbname=none user=nobody", db_pool_automatic_recovery=False)
    assert server.process.popen.wait(10) == 1
    assert "Automatic recovery disabled, exiting." in server.stop(expect=None)


def test_a_wrong_password_is_not_tried_again():
    def refuse(listener):
        refusal = b"SFATAL\0VFATAL\0C28P01\0Mpassword authentication failed for user \"a\"\0\0"
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            with client:
                client.recv(1024)
                client.sendall(b"E" + (len(refusal) + 4).to_bytes(4, "big") + refusal)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=refuse, args=[listener], daemon=True).start()
        server = Server(uri=f"host=127.0.0.1 port={listener.getsockname()[1]} user=a dbname=a sslmode=disable "
                            f"gssencmode=disable")
        assert server.process.popen.wait(10) == 1
        listener.shutdown(socket.SHUT_RDWR)
    assert re.search(r'Failed to establish a connection. {"code":"PGRST000",.*password authentication failed',
                     server.stop(expect=None))
