"""A throw-away PostgreSQL cluster on a unix socket, and databases in it.

SPDX-License-Identifier: MIT
"""
import glob
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import tempfile

import psycopg2

from .process import Process, run_as, wait_until

# A cluster that lives for minutes needs no durability.
SETTINGS = {
    "listen_addresses": "", "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off",
    "max_connections": "200", "log_statement": "none", "logging_collector": "off",
}


def binaries():
    """The directory of the newest PostgreSQL's programs that is installed."""
    found = glob.glob("/usr/lib/postgresql/*/bin")
    if found:
        return pathlib.Path(max(found, key=lambda path: float(path.split("/")[4])))
    return pathlib.Path(shutil.which("postgres")).parent


def server_binaries():
    """Where initdb and postgres are: in ROWGATE_TEST_POSTGRES, for the tests of another major version, or as above."""
    return pathlib.Path(os.environ.get("ROWGATE_TEST_POSTGRES") or binaries())


class Cluster:
    def __init__(self, **settings):
        """settings: PostgreSQL's, over SETTINGS."""
        self.settings = SETTINGS | settings
        self.user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="rowgate-test-", dir="/tmp"))
        self.directory.chmod(0o755)
        if os.geteuid() == 0:
            shutil.chown(self.directory, self.user)
        self.process = None

    def start(self):
        data = self.directory / "data"
        if not data.exists():
            subprocess.run([*run_as(self.user), server_binaries() / "initdb", "-D", data, "-U", "postgres",
                            "-A", "trust",
                            "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"],
                           check=True, cwd="/", stdout=subprocess.DEVNULL)
        settings = [word for name, value in self.settings.items() for word in ("-c", f"{name}={value}")]
        self.process = Process([*run_as(self.user), server_binaries() / "postgres", "-D", data, "-k",
                                self.directory, *settings],
                               self.directory, cwd="/")
        wait_until(self.answers, 30, "PostgreSQL is ready")

    def answers(self):
        if not self.process.alive():
            raise RuntimeError("PostgreSQL did not start:\n" + self.process.log)
        try:
            self.connect("postgres").close()
        except psycopg2.OperationalError:
            return False
        return True

    def stop(self):
        self.process.stop(signal.SIGINT)

    def remove(self):
        self.stop()
        shutil.rmtree(self.directory)

    def connect(self, database, user="postgres"):
        connection = psycopg2.connect(host=str(self.directory), dbname=database, user=user)
        connection.autocommit = True
        return connection

    def uri(self, database, user="authenticator"):
        return f"host={self.directory} dbname={database} user={user}"

    def kill_backend(self, query):
        """Kills one of the authenticator's backends whose statement matches, as soon as there is one."""
        def found():
            try:
                with self.connect("postgres").cursor() as cursor:
                    cursor.execute("SELECT pid FROM pg_stat_activity WHERE usename = 'authenticator' AND query ~ %s "
                                   "LIMIT 1", (query,))
                    return cursor.fetchone()
            except psycopg2.OperationalError:
                return None  # it is still getting over the last that was killed
        os.kill(wait_until(found, 30, f"a backend at {query}")[0], signal.SIGKILL)

    def create(self, name):
        maintenance = Database(self, "postgres")
        maintenance.run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        maintenance.run(f'CREATE DATABASE "{name}"')
        return Database(self, name)


class Replica(Cluster):
    """A standby of another cluster, which sends it what it writes."""

    def __init__(self, primary):
        super().__init__(primary_conninfo=f"host={primary.directory} user=postgres", hot_standby="on")
        subprocess.run([*run_as(self.user), binaries() / "pg_basebackup", "-h", primary.directory, "-U",
                        "postgres", "-D", self.directory / "data",
                        "-X", "stream", "-c", "fast", "-R", "--no-sync"], check=True, cwd="/", capture_output=True)

    def ask(self, sql, database="postgres"):
        connection = self.connect(database)
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql)
                return cursor.fetchone()[0]
        finally:
            connection.close()


class Database:
    def __init__(self, cluster, name):
        self.cluster = cluster
        self.name = name
        self.uri = cluster.uri(name)

    def load(self, *files):
        """Runs files with psql, each in one transaction."""
        for file in files:
            done = subprocess.run([binaries() / "psql", "-X", "-q", "-1", "-v", "ON_ERROR_STOP=1", "-o", "/dev/null",
                                   "-h", self.cluster.directory, "-U", "postgres", "-d", self.name, "-f", file],
                                  stdin=subprocess.DEVNULL, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr

    def run(self, sql, *values):
        """Runs SQL as the superuser; gives the rows back, if there are any."""
        connection = self.cluster.connect(self.name)
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql, values or None)
                return cursor.fetchall() if cursor.description else None
        finally:
            connection.close()

    def value(self, sql, *values):
        return self.run(sql, *values)[0][0]

    def go_away(self):
        """Ends its sessions and lets nobody in again."""
        maintenance = Database(self.cluster, "postgres")
        maintenance.run(f'ALTER DATABASE "{self.name}" WITH ALLOW_CONNECTIONS false')
        maintenance.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", self.name)
