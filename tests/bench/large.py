"""100,000 rows through one worker: time and the growth of private memory, as JSON and as CSV. Part of tests/bench/run.

SPDX-License-Identifier: MIT
"""
import io
import time

from bench import Load, Watch, json_agg, private_bytes, table, workers_of
from loads import ALL


def fetch(bench, front, media):
    """Seconds, bytes, private memory of the idle worker, growth of worker and backend."""
    server = bench.server(front, workers=1)
    server.get("/items?id=eq.1")
    workers = workers_of(server)
    backends = [row[0]
                for row in bench.database.run("SELECT pid FROM pg_stat_activity WHERE usename = 'authenticator' AND "
                                              "datname = 'bench'")]
    idle = max(private_bytes(pid) for pid in workers)
    watch = Watch(workers + backends)
    watch.start()
    began = time.monotonic()
    size = len(server.get("/items", headers={"Accept": media}, timeout=120).content)
    seconds = time.monotonic() - began
    growth = watch.growth()
    return seconds, size, idle, max(growth[pid] for pid in workers), max(growth[pid] for pid in backends)


def copied(bench):
    """Seconds that COPY takes for the same rows as CSV."""
    connection = bench.cluster.connect("bench")
    began = time.monotonic()
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY (SELECT {ALL} FROM items) TO STDOUT (FORMAT csv, HEADER)", io.BytesIO())
    connection.close()
    return time.monotonic() - began


def report(bench):
    everything = Load("100,000 rows", "/items", f"SELECT {ALL} FROM items")
    bare = 1 / bench.pgbench(everything, everything.sql, clients=1, limit=3)
    aggregated = 1 / bench.pgbench(everything, json_agg(everything.sql), clients=1, limit=3)
    rows = [[name, f"{seconds:.2f}", f"{seconds / bare:.2f}", "", "", ""] for name, seconds in
            (("pgbench -c 1", bare), ("json_agg, pgbench -c 1", aggregated), ("COPY to CSV", copied(bench)))]
    for front in bench.options.fronts:
        for media in ("application/json", "text/csv"):
            seconds, size, idle, worker, backend = fetch(bench, front, media)
            rows.append([f"{front}, {media}, {size / 1e6:.0f} MB", f"{seconds:.2f}", f"{seconds / bare:.2f}",
                         *(f"{n / 2**20:.1f} MiB" for n in (idle, worker, backend))])
            bench.want(f"idle worker behind {front}, MiB", idle / 2**20, "<=", 6)
            bench.want(f"worker's growth for 100,000 rows as {media} behind {front}, MiB", worker / 2**20, "<=", 8)
            bench.want(f"backend's growth for 100,000 rows as {media} behind {front}, MiB", backend / 2**20, "<=", 8)
    table(["100,000 rows", "seconds", "/pgbench", "worker before", "worker grew", "backend grew"], rows)
