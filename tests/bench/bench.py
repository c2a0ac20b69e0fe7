"""What every part of tests/bench/run measures with: databases, servers before them, wrk, pgbench and CPU time of whole
process trees; tables of figures.

SPDX-License-Identifier: MIT
"""
import collections
import contextlib
import fcntl
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parents[1]
CLIENTS, WORKERS = 16, 4
TICK_US = 1_000_000 / os.sysconf("SC_CLK_TCK")
# rowgate and web server, PostgreSQL: CPU microseconds a request; milliseconds; MiB of the largest worker.
Sample = collections.namedtuple("Sample", "server postgres rate p50 p99 peak")


class Load:
    """One kind of request: what clients send, and the same as SQL for pgbench. ID in either is a random number."""

    def __init__(self, name, path, sql=None, *, method="GET", body=None, fields=(), clients=CLIENTS, claims=None,
                 before=None, times=None, database="bench", pause=0, ids=(0, 999)):
        self.name, self.path, self.sql = name, path, sql
        self.method, self.body, self.fields = method, body, dict(fields)
        self.clients, self.database = 1 if times else clients, database
        self.claims = claims or [{"role": "regular_user", "user_id": 7}]  # of one client after the other
        self.before, self.times = before, times  # SQL before each measuring; how many requests where they are long
        self.ids = ids  # the least ID and the greatest
        self.length = times  # how often pgbench sends it with each client; found out where nothing is said
        self.pause = pause  # milliseconds that a client waits between requests, on an average

    def headers(self):
        from harness.token import token
        for claims in self.claims:
            signed = claims and {"Authorization": "Bearer " + token(claims | {"exp": int(time.time()) + 3600})}
            yield {"Content-Type": "application/json", **self.fields, **(signed or {})}

    def lua(self):
        """Requests made beforehand, so that the client costs as little as it can."""
        fields = ["{" + ", ".join(f'["{name}"]="{value}"' for name, value in one.items()) + "}"
                  for one in self.headers()]
        body = f"'{self.body}'" if self.body else "nil"
        delay = f"function delay() return math.random(0, {2 * self.pause:.0f}) end" if self.pause else ""
        return f"""
            local made, fields = {{}}, {{ {", ".join(fields)} }}
            function init()
              for i = 1, {max(1000, len(fields))} do
                local path = ("{self.path}"):gsub("ID", tostring(math.random({self.ids[0]}, {self.ids[1]})))
                made[i] = wrk.format("{self.method}", path, fields[i % #fields + 1], {body})
              end
            end
            local n = 0
            function request() n = n % #made + 1; return made[n] end
            {delay}
            function done(summary, latency)
              local e = summary.errors
              print(string.format("figures %d %d %d %d %d", e.status + e.connect + e.read + e.timeout, summary.requests,
                summary.duration, latency:percentile(50), latency:percentile(99)))
            end
        """


ALL = "id, owner_id, venue_id, title, summary, price, seats, starts_at, tags, details"
SINGLE = Load("key16", "/workshops?id=eq.ID", f"SELECT {ALL} FROM workshops WHERE id = ID")


class Bench:
    def __init__(self, options):
        from harness.cluster import Cluster, binaries
        self.options = options
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="rowgate-bench-", dir="/tmp"))
        self.work.chmod(0o755)
        self.pgbench_program = binaries() / "pgbench"
        self.cluster = Cluster(autovacuum="off", max_connections="400")
        self.servers, self.wanted, self.missed = {}, [], False

    def __enter__(self):
        self.cluster.start()
        self.database = fill(self.cluster.create("bench"), HERE / "schema.sql")
        return self

    def __exit__(self, *_):
        for server in self.servers.values():
            server.stop(expect=None)
        self.cluster.remove()
        shutil.rmtree(self.work)

    @contextlib.contextmanager
    def quiet(self):
        """While nobody else measures who waits for the same file."""
        if not self.options.lock:
            yield
            return
        with open(self.options.lock, "a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def server(self, front=None, build=None, database="bench", workers=WORKERS, **more):
        """The server of a build, its own web server's configuration before it; one for all that ask for the same."""
        from harness.server import SECRET, Server
        front, build = front or self.options.fronts[-1], build or self.options.build
        key = (front, build, database, workers, *more.items())
        if key not in self.servers:
            environment = {"ROWGATE_BUILD": str(build), "ROWGATE_WORKERS": str(workers),
                           "ROWGATE_SERVER_MAX_RESPONSE": "2G"}
            self.servers[key] = Server(front=front, uri=self.cluster.uri(database), db_anon_role="web_anon",
                                       jwt_secret=SECRET, log_level="crit", environment=environment,
                                       checkout=source_of(build), **more)
            self.servers[key].wait_ready()
        return self.servers[key]

    def wrk(self, server, load, seconds=None, clients=None):
        """How many requests in how many seconds, and the median and the 99th percentile in milliseconds."""
        with tempfile.NamedTemporaryFile("w", suffix=".lua", dir=self.work) as script:
            script.write(load.lua())
            script.flush()
            out = subprocess.run(["wrk", "-t", "1", "-c", str(clients or load.clients), "-d",
                                  f"{seconds or self.options.seconds}s", "--timeout", "30s", "-s", script.name,
                                  server.url],
                                 capture_output=True, text=True, check=True).stdout
        failed, requests, took, p50, p99 = map(int, re.search(r"figures (.*)", out)[1].split())
        if failed or not requests:
            raise SystemExit(f"{load.name}: {failed} requests failed\n{out}")
        return requests, took / 1e6, p50 / 1000, p99 / 1000

    def rate(self, server, load, **how):
        requests, seconds, *_ = self.wrk(server, load, **how)
        return requests / seconds

    def fetch(self, server, load):
        """As wrk(), of requests one after the other, each of which is brought to its end."""
        headers, took = next(load.headers()), []
        for _ in range(load.times):
            began = time.monotonic()
            answer = server.request(load.method, load.path, data=load.body, headers=headers, timeout=120)
            took.append(time.monotonic() - began)
            if not answer.ok:
                raise SystemExit(f"{load.name}: {answer.text}")
        return load.times, sum(took), 1000 * statistics.median(took), 1000 * max(took)

    def sample(self, server, load):
        """What the load costs, measured once."""
        from harness.server import workers_of
        self.prepare(load)
        workers = workers_of(server)
        for pid in workers:
            pathlib.Path(f"/proc/{pid}/clear_refs").write_text("5")  # the peak of its memory begins anew
        roots = server.process.popen.pid, self.cluster.process.popen.pid
        before = [cpu_us(tree(root)) for root in roots]
        requests, seconds, p50, p99 = self.fetch(server, load) if load.times else self.wrk(server, load)
        ours, theirs = ((cpu_us(tree(root)) - earlier) / requests for root, earlier in zip(roots, before))
        return Sample(ours, theirs, requests / seconds, p50, p99, max(map(peak_mib, workers), default=0))

    def prepare(self, load):
        from harness.cluster import Database
        if load.before:
            Database(self.cluster, load.database).run(load.before)

    def floor(self, load):
        """PostgreSQL's CPU microseconds for the SQL alone, prepared, role and claims set for the session; sent as often
        as takes PostgreSQL at least half the seconds of a measuring."""
        if not load.length:
            load.length = 25
            while self.pgbench(load, load.length) < self.options.seconds * 5e5:
                load.length *= 4
        return self.pgbench(load, load.length) / load.length / load.clients

    def pgbench(self, load, count):
        """PostgreSQL's CPU microseconds when each client sends the SQL that many times. Before, all connect and send it
        once, and none leaves until the last is done: they wait for locks."""
        self.prepare(load)
        sql = load.sql.replace("ID", ":id") + ";"
        script = self.work / "load.sql"
        script.write_text(f"""\\set id random({load.ids[0]}, {load.ids[1]})
\\if :n = 0
{sql}
SELECT pg_advisory_lock_shared(1);
\\elif :n = {count + 1}
SELECT pg_advisory_lock_shared(2);
\\else
{sql}
\\endif
\\set n :n + 1
""")
        claims = load.claims[0] or {"role": "web_anon"}
        settings = f"-c role={claims['role']} -c request.jwt.claims={json.dumps(claims, separators=(',', ':'))}"
        with contextlib.closing(self.cluster.connect(load.database)) as connection, connection.cursor() as gate:
            def wait():
                waiting = 0
                while waiting < load.clients:
                    if program.poll() is not None:
                        raise SystemExit(f"{load.name}: {program.stderr.read()}")
                    time.sleep(0.05)
                    gate.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
                    waiting = gate.fetchone()[0]
                return cpu_us(tree(self.cluster.process.popen.pid))
            gate.execute("SELECT pg_advisory_lock(1), pg_advisory_lock(2)")
            program = subprocess.Popen(
                [self.pgbench_program, "-n", "-M", "prepared", "-c", str(load.clients), "-j", "1", "-f", script,
                 "-t", str(count + 2), "-D", "n=0", "-h", self.cluster.directory, "-U", "postgres", load.database],
                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                env={**os.environ, "PGOPTIONS": settings})
            before = wait()
            gate.execute("SELECT pg_advisory_unlock(1)")
            spent = wait() - before
            gate.execute("SELECT pg_advisory_unlock(2)")
            program.communicate()
            return spent

    def want(self, what, got, sign, bound):
        """Enters a figure to reach."""
        reached = got >= bound if sign == ">=" else got <= bound
        self.wanted.append([what, f"{sign} {bound}", f"{got:.2f}", self.judge(reached)])

    def judge(self, reached):
        self.missed |= not reached
        return "reached" if reached else "MISSED"


def fill(database, *files):
    """The demo's roles and the account schema, then files."""
    from harness.accounts import migrate
    database.load(TOP / "sql/demo/10-roles.sql")
    migrate(database)
    database.load(*files)
    database.run("VACUUM ANALYZE")
    return database


def source_of(build):
    """The checkout that a build was made from, whose web server configurations go with it; None where it cannot be
    told."""
    makefile = pathlib.Path(build) / "Makefile"
    found = makefile.exists() and re.search(r"^abs_top_srcdir = (.*)$", makefile.read_text(), re.M)
    return pathlib.Path(found[1]) if found else None


def children(pid):
    try:
        return [int(word) for word in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def tree(pid):
    """A process with all that it has started, and these have."""
    return [pid, *(below for child in children(pid) for below in tree(child))]


def cpu_us(pids):
    """CPU microseconds that processes have taken, with those of children that have ended."""
    ticks = 0
    for pid in pids:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            ticks += sum(map(int, pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:15]))
    return ticks * TICK_US


def peak_mib(pid):
    """The most memory that a process had since that began anew; 0 of one that has ended."""
    try:
        found = re.search(r"VmHWM:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())
    except FileNotFoundError:
        return 0
    return int(found[1]) / 1024 if found else 0


def medians(samples):
    return Sample(*map(statistics.median, zip(*samples)))


def row(cells, widths):
    print("  ".join(cell.ljust(width) if i == 0 else cell.rjust(width)
                    for i, (cell, width) in enumerate(zip(cells, widths))), flush=True)


def table(head, rows):
    widths = [max(len(cells[i]) for cells in [head, *rows]) for i in range(len(head))]
    for cells in [head, *rows]:
        row(cells, widths)
    print(flush=True)
