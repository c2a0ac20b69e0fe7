"""Processes that never stall: slow requests, stalled peers, reloads, deaths and restarts under load.

The waits are those of the issue, with room for a busy machine. ROWGATE_TEST_LONG=yes (tests/run full) makes the
loads longer.

SPDX-License-Identifier: MIT
"""
import os
import re
import signal
import time

import pytest

from harness.load import Clients, Watch
from harness.process import wait_until
from harness.server import Server

SCHEMA = "processes.sql"
LONG = os.environ.get("ROWGATE_TEST_LONG") == "yes"


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


def test_no_request_is_lost_in_100_reloads(start, database):
    workers = 4
    server = start(front="nginx", workers=workers)
    database.run("TRUNCATE events")
    connections = database.cluster.connect("postgres").cursor()

    def count():
        connections.execute("SELECT count(*) FROM pg_stat_activity WHERE usename = 'authenticator' AND datname = %s", (database.name,))
        return connections.fetchone()[0]
    with Clients(server, 16, read_or_insert, rate=200) as clients, Watch(count) as watch:
        Reloads(server, database).run(400 if LONG else 100)
    statuses = clients.statuses()
    assert set(statuses) == {("GET", 200), ("POST", 201)}, statuses
    assert database.value("SELECT count(*) FROM events") == statuses[("POST", 201)]
    assert watch.most <= workers + 2
