"""The program by itself, without a web server and with next to no environment: where it listens, what it becomes.

SPDX-License-Identifier: MIT
"""
import fcntl
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time

import pytest

from harness.fcgi import Connection
from harness.process import BUILD, wait_until
from harness.server import BROKEN, free_port
from test_processes import install, installed  # noqa: F401

SCHEMA = "processes.sql"


class Program:
    """A master that was started with just these words and this environment."""

    def __init__(self, directory, uri, name="rowgate.conf", program=BUILD / "rowgate", words=None, environment=(),
                 **settings):
        self.log_file = directory / (name + ".log")
        config = directory / name
        lines = {"db-uri": uri, "db-anon-role": "web_anon", "log-level": "info", "state-dir": directory / "state",
                 "workers": 2} | settings
        config.write_text("".join(f'{key.replace("_", "-")} = "{value}"\n' for key, value in lines.items()))
        with self.log_file.open("wb") as log:
            self.process = subprocess.Popen([*(words or [program]), config], executable=program, cwd="/",
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=dict(environment))

    @property
    def log(self):
        return self.log_file.read_text()

    def says(self, what, seconds=20):
        wait_until(lambda: re.search(what, self.log), seconds, what)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(20) == 0 and not BROKEN.search(self.log), self.log


@pytest.fixture
def start(database):
    """start(**settings): a Program of the test's own, stopped at its end."""
    started = []
    with tempfile.TemporaryDirectory(prefix="rowgate-listening-", dir="/tmp") as directory:
        def one(**settings):
            started.append(Program(pathlib.Path(directory), settings.pop("uri", database.uri),
                                   f"{len(started)}.conf", **settings))
            return started[-1]
        yield one
        for program in started:
            if program.process.poll() is None:
                program.stop()


def ask(where, target="/things?id=eq.1"):
    with Connection(where) as connection:
        return connection.ask(target)[0]


def test_with_server_reuseport_a_replacement_takes_over_before_the_old_one_stops(start):
    port = free_port()
    settings = {"server_listen": f"127.0.0.1:{port}", "server_reuseport": "true"}
    old = start(**settings)
    old.says("serving with 2 workers")
    assert ask(port) == 200
    # One that has nothing to serve by yet takes no connections.
    lost = start(uri="host=/nonexistent dbname=none user=authenticator", **settings)
    lost.says("Failed to load the schema cache")
    assert {ask(port) for _ in range(20)} == {200}
    lost.stop()
    new = start(**settings)
    new.says("serving with 2 workers")
    wait_until(lambda: [ask(port), "GET /things" in new.log][1], 20, "connections are shared")
    old.stop()
    assert {ask(port) for _ in range(20)} == {200}


def test_without_it_the_address_is_in_use(start):
    port = free_port()
    start(server_listen=f"127.0.0.1:{port}").says("serving with")
    for shared in ("false", "true"):
        other = start(server_listen=f"127.0.0.1:{port}", server_reuseport=shared)
        assert other.process.wait(20) == 1 and "Address already in use" in other.log


def test_admin_ports_are_not_shared(start):
    port, admin = free_port(), free_port()
    settings = {"server_listen": f"127.0.0.1:{port}", "server_reuseport": "true", "admin_server_port": admin}
    start(**settings).says("serving with")
    other = start(**settings)
    assert other.process.wait(20) == 1 and "admin-server-port" in other.log and "Address already in use" in other.log


def test_nobody_keeps_it_from_starting_and_ending_by_locking_the_directory(start):
    """Whoever can read a directory can lock it."""
    directory = pathlib.Path(tempfile.mkdtemp(prefix="rowgate-locked-", dir="/tmp"))
    held = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    fcntl.flock(held, fcntl.LOCK_SH)
    program = start(server_listen=f"unix:{directory}/rowgate.sock")
    program.says("serving with", 8)
    assert ask(directory / "rowgate.sock") == 200
    program.stop()
    os.close(held)
    directory.rmdir()


@pytest.mark.parametrize("word", [None, "rowgate"])
def test_an_upgrade_needs_nothing_of_the_environment(start, installed, word):  # noqa: F811
    """Also not where it was found, when it was started by its name alone."""
    socket_path = pathlib.Path(tempfile.mkdtemp(prefix="rowgate-upgrade-", dir="/tmp")) / "rowgate.sock"
    program = start(program=installed, words=word and [word], server_listen=f"unix:{socket_path}")
    program.says("serving with")
    assert ask(socket_path) == 200
    for number in range(1, 3):
        install(installed, BUILD / "rowgate")
        program.process.send_signal(signal.SIGHUP)
        wait_until(lambda: program.log.count("serving with 2 workers") == number + 1, 20, "it has gone over")
        assert os.readlink(f"/proc/{program.process.pid}/exe") == str(installed)
        assert ask(socket_path) == 200
    program.stop()
    assert not socket_path.exists()
    shutil.rmtree(socket_path.parent)


def test_it_serves_with_no_environment_at_all(start, database):
    port = free_port()
    program = start(server_listen=f"127.0.0.1:{port}")
    program.says("serving with")
    assert ask(port) == 200
    database.run("CREATE TABLE IF NOT EXISTS bare (id integer); GRANT SELECT ON bare TO web_anon; NOTIFY pgrst")
    began = time.monotonic()
    wait_until(lambda: ask(port, "/bare") == 200, 10, "it reloads")
    assert time.monotonic() - began < 5
