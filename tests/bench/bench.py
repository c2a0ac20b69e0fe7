"""What every part of tests/bench/run measures with: a database, servers before it, wrk and pgbench, tables of figures.

SPDX-License-Identifier: MIT
"""
import functools
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
CLIENTS, WORKERS = 16, 4
RLS_CLAIMS = '{"role":"regular_user","user_id":7}'


def json_agg(select):
    return f"SELECT coalesce(json_agg(_), '[]') FROM ({select}) AS _"


class Load:
    """One kind of request: what wrk sends, what pgbench runs."""

    def __init__(self, name, path, sql, aggregate=True, numbers="", body=None, signed_in=False, as_json=None,
                 clients=CLIENTS, fields=()):
        self.as_json = as_json  # a path that gives the same rows as JSON made by PostgreSQL
        self.clients, self.fields = clients, dict(fields)
        self.name, self.path, self.sql, self.aggregate = name, path, sql, aggregate
        self.numbers, self.body, self.signed_in = numbers, body, signed_in

    def lua(self, token):
        """Requests made beforehand, so that the client costs as little as it can."""
        headers = ['["Content-Type"]="application/json"',
                   *(f'["{name}"]="{value}"' for name, value in self.fields.items())]
        if self.signed_in:
            headers.append(f'["Authorization"]="Bearer {token}"')
        method = "POST" if self.body else "GET"
        body = f"'{self.body}'" if self.body else "nil"
        return f"""
            local made = {{}}
            function init()
              local headers = {{{", ".join(headers)}}}
              for i = 1, 1000 do
                local path = ("{self.path}"):gsub("ID", tostring(math.random(0, 99999)))
                made[i] = wrk.format("{method}", path, headers, {body})
              end
            end
            local n = 0
            function request() n = n % 1000 + 1; return made[n] end
            function done(summary)
              local e = summary.errors
              print("failed: " .. e.status + e.connect + e.read + e.timeout)
            end
        """


class Bench:
    def __init__(self, options):
        from harness.cluster import Cluster, binaries
        self.options = options
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="rowgate-bench-", dir="/tmp"))
        self.work.chmod(0o755)
        self.pgbench_program = binaries() / "pgbench"
        self.cluster = Cluster()
        self.servers = {}
        self.wanted = []

    def __enter__(self):
        self.cluster.start()
        self.database = self.cluster.create("bench")
        self.database.load(HERE.parent / "api" / "sql" / "roles.sql", HERE / "schema.sql")
        (self.work / "hello").mkdir()
        subprocess.run(["cc", "-O2", "-o", self.work / "hello" / "rowgate", HERE / "hello.c", "-lfcgi",
                        "-pthread"], check=True)
        return self

    def __exit__(self, *_):
        for server in self.servers.values():
            server.stop(expect=None)
        self.cluster.remove()
        shutil.rmtree(self.work)

    def server(self, front, hello=False, workers=WORKERS):
        from harness.server import SECRET, Server
        key = (front, hello, workers)
        if key not in self.servers:
            environment = {"ROWGATE_WORKERS": str(workers), "ROWGATE_SERVER_MAX_RESPONSE": "2G"}
            if hello:
                environment["ROWGATE_BUILD"] = str(self.work / "hello")
            self.servers[key] = Server(front=front, uri=self.database.uri, db_anon_role="web_anon", jwt_secret=SECRET,
                                       log_level="crit", environment=environment)
            self.servers[key].wait_ready()
        return self.servers[key]

    def wrk(self, server, load, seconds=None, clients=None):
        from harness.token import token
        script = self.work / "load.lua"
        script.write_text(load.lua(token({"role": "regular_user", "user_id": 7, "exp": int(time.time()) + 3600})))
        out = subprocess.run(["wrk", "-t", "1", "-c", str(clients or load.clients), "-d",
                              f"{seconds or self.options.seconds}s", "-s", script, server.url],
                             capture_output=True, text=True, check=True).stdout
        failed = int(re.search(r"failed: (\d+)", out)[1])
        if failed:
            raise SystemExit(f"{load.name}: {failed} requests failed\n{out}")
        return float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1])

    def pgbench(self, load, sql, clients=WORKERS, limit=None):
        script = self.work / "load.sql"
        script.write_text(load.numbers + sql + ";\n")
        settings = "-c role=regular_user -c request.jwt.claims=" + RLS_CLAIMS if load.signed_in else "-c role=web_anon"
        out = subprocess.run([self.pgbench_program, "-n", "-M", "prepared", "-c", str(clients or load.clients),
                              "-j", "1", "-f", script,
                              *(["-t", str(limit)] if limit else ["-T", str(self.options.seconds)]),
                              "-h", self.cluster.directory, "-U", "postgres", "bench"],
                             capture_output=True, text=True, check=True,
                             env={**os.environ, "PGOPTIONS": settings}).stdout
        return float(re.search(r"tps = ([\d.]+)", out)[1])

    def measure(self, load):
        """Every contestant once a round, so that a machine that slows down slows down all; medians of the rounds."""
        rates = {}
        for front in self.options.fronts:
            self.wrk(self.server(front), load, seconds=1)  # statements prepared, caches warm
        for _ in range(self.options.rounds):
            rates.setdefault("pgbench", []).append(self.pgbench(load, load.sql))
            if load.aggregate:
                rates.setdefault("json_agg", []).append(self.pgbench(load, json_agg(load.sql)))
            for front in self.options.fronts:
                rates.setdefault(front, []).append(self.wrk(self.server(front), load))
                if load.as_json:
                    other = Load(load.name + " as json", load.as_json, "", signed_in=load.signed_in)
                    rates.setdefault(front + " json_agg", []).append(self.wrk(self.server(front), other))
        return {name: statistics.median(values) for name, values in rates.items()}

    def want(self, what, got, sign, bound):
        """Enters a figure to reach."""
        reached = got >= bound if sign == ">=" else got <= bound
        self.wanted.append([what, f"{sign} {bound}", f"{got:.2f}", "reached" if reached else "MISSED"])

    @functools.lru_cache
    def hello(self, front):
        """Requests a second of a program that only says hello."""
        load = Load("hello", "/", "")
        return statistics.median(self.wrk(self.server(front, hello=True), load) for _ in range(self.options.rounds))


def private_bytes(pid):
    """Memory that is this process's alone."""
    text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    return 1024 * sum(int(n) for n in re.findall(r"^Private_(?:Clean|Dirty):\s+(\d+)", text, re.M))


class Watch(threading.Thread):
    """Samples the memory of processes until told to stop; keeps the most of each."""

    def __init__(self, pids):
        super().__init__(daemon=True)
        self.before = {pid: private_bytes(pid) for pid in pids}
        self.peak = dict(self.before)
        self.over = threading.Event()

    def run(self):
        while not self.over.wait(0.003):
            for pid in self.peak:
                self.peak[pid] = max(self.peak[pid], private_bytes(pid))

    def growth(self):
        self.over.set()
        self.join()
        return {pid: self.peak[pid] - self.before[pid] for pid in self.peak}


def workers_of(server):
    """The processes under rowgate's master."""
    master = server.process.children("rowgate")[0]
    found = []
    for pid in server.process.left_behind():
        if int(pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1]) == master:
            found.append(pid)
    return found


def table(head, rows):
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    for row in [head, *rows]:
        print("  ".join(cell.ljust(width) if i == 0 else cell.rjust(width) for i,
                        (cell, width) in enumerate(zip(row, widths))))
    print(flush=True)
