"""The admin server, which the master answers itself, and what the master says in the place of workers that are busy.

SPDX-License-Identifier: MIT
"""
import http.client
import signal
import socket
import subprocess
import threading
import time

import pytest

from harness.cluster import Cluster
from harness.process import BUILD, wait_until
from harness.server import FRONTS, Server, free_port

SCHEMA = "processes.sql"


@pytest.fixture
def start(database):
    """start(**options): a server of the test's own, stopped at its end."""
    started = []

    def one(**options):
        server = Server(**({"uri": database.uri, "db_anon_role": "web_anon"} | options))
        started.append(server)
        return server
    yield one
    for server in started:
        if server.process.alive():
            server.stop()


def ask(port, path, method="GET"):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request(method, path)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


class Sleepers:
    """with Sleepers(server, count, seconds): every one holds a worker in the database."""

    def __init__(self, server, count, seconds):
        self.answers = []
        self.threads = [threading.Thread(target=self.sleep, args=(server, seconds)) for _ in range(count)]

    def sleep(self, server, seconds):
        self.answers.append(server.post("/rpc/wait", json={"seconds": seconds}).status_code)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *how):
        for thread in self.threads:
            thread.join()


def busy(database, count):
    return lambda: database.value("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query ~ 'wait' "
                                  "AND usename = 'authenticator' AND state = 'active'") == count


@pytest.mark.parametrize("front", FRONTS)
def test_O6_probes_are_answered_while_every_worker_sleeps(start, database, front):
    port = free_port()
    server = start(front=front, workers=2, admin_server_port=port).wait_ready()
    with Sleepers(server, 2, 1.5) as sleepers:
        wait_until(busy(database, 2), 5, "both workers sleep")
        assert [ask(port, path) for path in ("/live", "/ready", "/nothing")] == [200, 200, 404]
        assert ask(port, "/ready", "HEAD") == 200
        assert ask(port, "/ready", "POST") == 405
        assert busy(database, 2)()
    assert sleepers.answers == [200, 200]
    server.stop()
    with pytest.raises(OSError):
        ask(port, "/live")


def test_O6_a_unix_socket(start, tmp_path):
    path = tmp_path / "admin.sock"
    server = start(admin_server_unix_socket=path, admin_server_unix_socket_mode=600).wait_ready()
    with socket.socket(socket.AF_UNIX) as probe:
        probe.connect(str(path))
        probe.sendall(b"GET /ready HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert probe.recv(1000).startswith(b"HTTP/1.1 200 OK\r\n")
    assert path.stat().st_mode & 0o777 == 0o600
    server.stop()
    assert not path.exists()


def test_O6_clients_that_say_nothing_keep_no_probe_waiting(start):
    port = free_port()
    start(admin_server_port=port).wait_ready()
    held = [socket.create_connection(("127.0.0.1", port)) for _ in range(50)]
    for number in range(3):
        held[number].sendall(b"GET /li")
    assert ask(port, "/live") == 200
    for connection in held:
        connection.close()


def test_O1_O6_ready_tells_whether_the_database_is_there(start):
    """The word of the admin server, and of `rowgate --ready` that asks it."""
    cluster, port = Cluster(), free_port()
    cluster.start()
    database = cluster.create("ready")
    database.run("CREATE ROLE web_anon; CREATE ROLE authenticator LOGIN NOINHERIT; GRANT web_anon TO authenticator")
    server = start(uri=database.uri, admin_server_port=port).wait_ready()
    config = server.directory / "asks"
    config.write_text(f'server-host = "127.0.0.1"\nadmin-server-port = {port}\n')

    def program():
        return subprocess.run([BUILD / "rowgate", "--ready", config], capture_output=True, text=True).returncode
    assert (ask(port, "/ready"), program()) == (200, 0)
    cluster.process.stop(signal.SIGINT)
    wait_until(lambda: ask(port, "/ready") == 503, 5, "it is not ready")
    assert (ask(port, "/live"), program()) == (200, 1)
    cluster.start()
    wait_until(lambda: ask(port, "/ready") == 200, 40, "it is ready again")
    server.stop()
    cluster.remove()


def test_O5_live_but_not_ready_before_the_first_catalog(start):
    port = free_port()
    server = start(uri="host=/nonexistent dbname=none user=authenticator", admin_server_port=port).wait_listening()
    wait_until(lambda: ask(port, "/live") == 200, 5, "it lives")
    assert ask(port, "/ready") == 503
    answer = server.get("/")
    assert answer.status_code == 503 and answer.json()["code"] == "PGRST002" and int(answer.headers["Retry-After"]) >= 1


@pytest.mark.parametrize("front", FRONTS)
def test_PGRST003_when_every_worker_is_busy_too_long(start, database, front):
    server = start(front=front, workers=2, db_pool_acquisition_timeout=1).wait_ready()
    with Sleepers(server, 2, 4) as sleepers:
        wait_until(busy(database, 2), 5, "both workers sleep")
        began = time.monotonic()
        answer = server.get("/things?id=eq.1", headers={"Origin": "https://elsewhere.example"})
        assert answer.status_code == 504, answer.text
        assert answer.json() == {"code": "PGRST003", "details": None, "hint": None, "message": "Timed out acquiring connection from connection pool."}
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert 0.5 < time.monotonic() - began
        assert busy(database, 2)()
        assert server.request("HEAD", "/things").status_code == 504
    assert sleepers.answers == [200, 200]
    assert server.get("/things?id=eq.1").status_code == 200
