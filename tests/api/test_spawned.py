"""Processes that a web server starts, without a master: they share one catalog and hear of reloads.

SPDX-License-Identifier: MIT
"""
import os
import pathlib
import signal
import socket
import stat
import subprocess
import tempfile

import pytest

from harness.fcgi import Connection, spawn
from harness.process import BUILD, wait_until
from harness.server import BROKEN

SCHEMA = "processes.sql"


class Spawned:
    """Processes of one instance, as mod_fcgid starts them."""

    def __init__(self, directory, uri, **settings):
        self.directory = pathlib.Path(directory)
        self.state = self.directory / "state"
        self.log = self.directory / "log"
        self.log.touch()
        self.config = self.directory / "rowgate.conf"
        self.configure(uri, **settings)
        self.environment = {name: value for name, value in os.environ.items()
                            if not name.startswith(("PGRST_", "ROWGATE_", "PG"))}
        self.processes = []

    def configure(self, uri, **settings):
        lines = {"db-uri": uri, "db-anon-role": "web_anon", "log-level": "info", "state-dir": self.state} | settings
        self.config.write_text("".join(f'{name.replace("_", "-")} = "{value}"\n' for name, value in lines.items()))

    def start(self):
        path = self.directory / f"{len(self.processes)}.sock"
        process = spawn([BUILD / "rowgate", "--worker", self.config], path, self.environment, self.log)
        process.path = path
        self.processes.append(process)
        return process

    def ask(self, process, target, **how):
        with Connection(process.path) as connection:
            return connection.ask(target, **how)

    def reload(self):
        return subprocess.run([BUILD / "rowgate", "reload", self.config], env=self.environment,
                              capture_output=True, text=True)

    def catalogs(self):
        return sorted(self.state.glob("*.catalog"))


    def stop(self):
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0, self.log.read_text()
        assert not BROKEN.search(self.log.read_text()), self.log.read_text()


@pytest.fixture
def spawned(database):
    with tempfile.TemporaryDirectory(prefix="rowgate-spawned-", dir="/tmp") as directory:
        made = Spawned(directory, database.uri)
        yield made
        made.stop()


def mapped(process):
    """The inode of the catalog it has mapped."""
    for line in pathlib.Path(f"/proc/{process.pid}/maps").read_text().splitlines():
        if ".catalog" in line:
            return line.split()[4]
    return None


def test_all_map_one_catalog_that_one_has_built(spawned):
    processes = [spawned.start() for _ in range(4)]
    for process in processes:
        assert spawned.ask(process, "/things?id=eq.1") == (200, '[{"id":1,"name":"thing 1"}]')
    assert len(spawned.catalogs()) == 1
    assert {mapped(process) for process in processes} == {str(spawned.catalogs()[0].stat().st_ino)}
    assert stat.S_IMODE(spawned.state.stat().st_mode) == 0o700
    assert stat.S_IMODE(spawned.catalogs()[0].stat().st_mode) == 0o600
    spawned.stop()
    assert spawned.catalogs() == []


def test_o2_rowgate_reload_reaches_every_process_and_keeps_its_connections(spawned, database):
    first, second = spawned.start(), spawned.start()
    with Connection(first.path) as one, Connection(second.path) as other:
        for connection in (one, other):
            assert connection.ask("/things?id=eq.1")[0] == 200
        database.run("CREATE VIEW told AS SELECT id FROM things; GRANT SELECT ON told TO web_anon")
        assert "PGRST205" in one.ask("/told?id=eq.1")[1]
        assert spawned.reload().returncode == 0
        for connection in (one, other):
            assert connection.ask("/told?id=eq.1") == (200, '[{"id":1}]')
    database.run("DROP VIEW told")


def test_a_reload_takes_the_configuration_of_file_and_database_over(spawned, database):
    process = spawned.start()
    with Connection(process.path) as connection:
        assert connection.ask("/things")[1].count('"id"') == 100
        spawned.configure(database.uri, db_max_rows=3)
        assert spawned.reload().returncode == 0
        assert connection.ask("/things")[1].count('"id"') == 3
        database.run(f"ALTER ROLE authenticator IN DATABASE {database.name} SET pgrst.db_max_rows = '2'")
        try:
            assert spawned.reload().returncode == 0
        finally:
            database.run(f"ALTER ROLE authenticator IN DATABASE {database.name} RESET pgrst.db_max_rows")
        assert connection.ask("/things")[1].count('"id"') == 2
        # One that starts later is told by the file what the database said.
        assert spawned.ask(spawned.start(), "/things")[1].count('"id"') == 2


def test_a_reload_that_fails_disturbs_nobody(spawned, database):
    process = spawned.start()
    with Connection(process.path) as connection:
        assert connection.ask("/things?id=eq.1")[0] == 200
        spawned.configure("host=/nowhere")
        failed = spawned.reload()
        assert failed.returncode == 1 and "nothing was reloaded" in failed.stderr
        spawned.config.write_text("db-max-rows = nonsense\n")
        assert spawned.reload().returncode == 1
        assert connection.ask("/things?id=eq.1")[0] == 200


def test_reload_says_when_nobody_serves(spawned):
    told = spawned.reload()
    assert told.returncode == 1 and "nobody serves" in told.stderr


def test_o5_503_until_there_is_a_catalog_and_not_for_longer(spawned, database):
    """The database is not there yet: an answer at once, and service when it is."""
    later = f"{database.name}_later"
    spawned.configure(database.cluster.uri(later))
    process = spawned.start()
    status, body = spawned.ask(process, "/")
    assert status == 503 and "PGRST002" in body
    database.cluster.create(later)
    wait_until(lambda: spawned.ask(process, "/")[0] == 200, 20, "the catalog is found")


def test_o5_a_server_that_swallows_everything_holds_no_request(spawned):
    with socket.create_server(("127.0.0.1", 0)) as hole:
        spawned.configure(f"host=127.0.0.1 port={hole.getsockname()[1]} dbname=none user=none")
        process = spawned.start()
        status, body = spawned.ask(process, "/")
        assert status == 503 and "PGRST002" in body


def test_a_damaged_catalog_is_built_anew(spawned):
    first = spawned.start()
    assert spawned.ask(first, "/things?id=eq.1")[0] == 200
    [catalog] = spawned.catalogs()
    good = catalog.read_bytes()
    for bad in (good[:100], good[:-1], b"\xff" * len(good), b"", good[:2000] + b"\xff" * (len(good) - 2000)):
        catalog.with_suffix(".bad").write_bytes(bad)
        os.replace(catalog.with_suffix(".bad"), catalog)
        late = spawned.start()
        assert spawned.ask(late, "/things?id=eq.2") == (200, '[{"id":2,"name":"thing 2"}]')


def test_who_starts_after_the_last_has_gone_loads_anew(spawned, database):
    first = spawned.start()
    assert spawned.ask(first, "/things?id=eq.1")[0] == 200
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    spawned.processes.remove(first)
    first.path.unlink()
    assert len(spawned.catalogs()) == 1
    database.run("CREATE VIEW later AS SELECT id FROM things; GRANT SELECT ON later TO web_anon")
    assert spawned.ask(spawned.start(), "/later?id=eq.1") == (200, '[{"id":1}]')
    database.run("DROP VIEW later")


def test_a_directory_that_others_may_write_to_is_refused(spawned):
    spawned.state.mkdir()
    spawned.state.chmod(0o777)
    process = spawned.start()
    assert process.wait(20) == 1
    assert "state-dir" in spawned.log.read_text()
    spawned.processes.remove(process)
