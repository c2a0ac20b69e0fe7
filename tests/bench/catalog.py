"""A large catalog: tables with two foreign keys each, and views of them in chains of three. Part of tests/bench/run.

SPDX-License-Identifier: MIT
"""
import pathlib
import re
import statistics
import tempfile
import threading
import time

from bench import table

# a transaction holds a lock for each relation it makes
TABLES, VIEWS, FUNCTIONS, WIDE, TOGETHER = 10_000, 5_000, 5_000, 1_500, 1_000
MAPPED = 5


def repeat(bench, count, statement):
    for first in range(0, count, TOGETHER):
        bench.database.run(f"DO $$ BEGIN FOR i IN {first}..{first + TOGETHER - 1} LOOP EXECUTE {statement}; END LOOP; "
                           f"END $$")


def make(bench):
    """Every third view is of a table, the others are of the view before: all show both keys of one table. One table has
    as many columns as a table can have; reading their defaults once took seconds."""
    columns = ", ".join(f"column_{number} text" for number in range(7))
    bench.database.run("CREATE SCHEMA large; CREATE TABLE large.here (id integer)")
    bench.database.run("CREATE TABLE large.wide (" + ", ".join(f"column_{number} integer DEFAULT {number}"
                                                               for number in range(WIDE)) + ")")
    repeat(bench, TABLES,
           f"format('CREATE TABLE large.table_%s (id integer PRIMARY KEY, one integer CONSTRAINT one_%s REFERENCES "
           f"large.table_%s, "
                          f"other integer CONSTRAINT other_%s REFERENCES large.table_%s, {columns})', i, i, greatest(i "
                          f"- 1, 0), i, greatest(i - 6, 0))")
    repeat(bench, VIEWS, "format('CREATE VIEW large.view_%s AS SELECT id, one, other, column_1 FROM large.%s_%s', i, "
                         "CASE i % 3 WHEN 0 THEN 'table' ELSE 'view' END, CASE i % 3 WHEN 0 THEN i ELSE i - 1 END)")
    repeat(bench, FUNCTIONS,
           "format('CREATE FUNCTION large.function_%s(a integer, b text DEFAULT ''x'', OUT c integer, OUT d text) "
           "RETURNS SETOF record "
                             "LANGUAGE sql AS ''SELECT 1, b''', i)")
    bench.database.run(
        "GRANT USAGE ON SCHEMA large TO web_anon; GRANT SELECT ON ALL TABLES IN SCHEMA large TO web_anon")


class Peak(threading.Thread):
    """The most memory that a process and the child which loads for it ever have, in bytes."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.most, self.over = pid, 0, threading.Event()
        self.start()

    def run(self):
        while not self.over.wait(0.003):
            for pid in (self.pid, *self.children()):
                self.most = max(self.most, self.of(pid))

    def children(self):
        return pathlib.Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()

    @staticmethod
    def of(pid):
        try:
            found = re.search(r"VmHWM:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())
        except FileNotFoundError:
            return 0
        return 1024 * int(found[1]) if found else 0

    def end(self):
        self.over.set()
        self.join()
        return self.most


def derived(ask):
    """Microseconds of a request that embeds through both chains, and of one that embeds nothing."""
    def median(path):
        times = []
        for _ in range(101):
            began = time.monotonic()
            status = ask(path)
            times.append(time.monotonic() - began)
            assert status == 200, path
        return 1e6 * statistics.median(times)
    return median("/view_2000?select=id,view_1994!other_1998(id),table_1997(id)"), median(
        "/view_2000?select=id,one,other")


def measure(bench):
    from harness.fcgi import Connection, spawn
    from harness.process import BUILD
    with tempfile.TemporaryDirectory(prefix="rowgate-bench-", dir="/tmp") as name:
        directory = pathlib.Path(name)
        config = directory / "rowgate.conf"
        config.write_text(f'db-uri = "{bench.database.uri}"\ndb-schemas = "large"\ndb-anon-role = '
                          f'"web_anon"\nstate-dir = "{directory}/state"\n')
        processes, took, peaks = [], [], []

        def ask(path, number=0):
            with Connection(directory / f"{number}.sock") as connection:
                return connection.ask(path)[0]
        for number in range(1 + MAPPED):
            began = time.monotonic()
            processes.append(spawn([BUILD / "rowgate", "--worker", config], directory / f"{number}.sock",
                                   {}, directory / "log"))
            watch = Peak(processes[number].pid)
            while ask("/here", number) != 200:
                time.sleep(0.01)
            took.append(time.monotonic() - began)
            peaks.append(watch.end())
        size = next((directory / "state").glob("*.catalog")).stat().st_size
        try:
            embedded, plain = derived(ask)
        finally:
            for process in processes:
                process.terminate()
                process.wait(20)
    return [["first answer of the process that loads it, s", f"{took[0]:.2f}"],
            ["its memory at the most, MB", f"{peaks[0] / 1e6:.0f}"],
            ["the catalog as a file, MB", f"{size / 1e6:.1f}"],
            ["first answer of a process that maps it, ms", f"{1000 * statistics.median(took[1:]):.1f}"],
            ["its memory at the most, MB", f"{statistics.median(peaks[1:]) / 1e6:.0f}"],
            ["a request that embeds by a view's view and a table, us", f"{embedded:.0f}"],
            ["the same without embeds, us", f"{plain:.0f}"]], took[0]


def report(bench):
    make(bench)
    rows, seconds = measure(bench)
    bench.want("seconds to load a catalog of 20,000 foreign keys and 5,000 views", seconds, "<=", 5)
    table([f"{TABLES:,} tables, {10 * TABLES:,} columns, {2 * TABLES:,} foreign keys, {VIEWS:,} views, {FUNCTIONS:,} "
           f"functions", ""], rows)
