"""The OpenAPI document of a thousand tables: size and time. Part of tests/bench/run.

SPDX-License-Identifier: MIT
"""
import re
import statistics
import time

from bench import table

TABLES = 1000


def report(bench):
    """The document of TABLES tables of ten columns, each with a foreign key to the one before."""
    from harness.server import SECRET, Server
    columns = ", ".join(f"column_{number} text DEFAULT 'none'" for number in range(8))
    bench.database.run("DO $$ BEGIN CREATE SCHEMA many; GRANT USAGE ON SCHEMA many TO web_anon; "
                       f"FOR i IN 0..{TABLES - 1} LOOP EXECUTE format('CREATE TABLE many.table_%s (id integer PRIMARY "
                       f"KEY, "
                       f"before integer REFERENCES many.table_%s, {columns.replace(chr(39), chr(39) * 2)})', i, "
                       f"greatest(i - 1, 0)); "
                       "END LOOP; GRANT SELECT ON ALL TABLES IN SCHEMA many TO web_anon; END $$")
    rows = []
    for front in bench.options.fronts:
        server = Server(front=front, uri=bench.database.uri, db_schemas="many", db_anon_role="web_anon",
                        jwt_secret=SECRET,
                        server_timing_enabled=True, log_level="crit", environment={"ROWGATE_WORKERS": "1"}).wait_ready()
        took, stages = [], []
        for _ in range(4 * bench.options.rounds):
            began = time.monotonic()
            answer = server.get("/")
            took.append(1000 * (time.monotonic() - began))
            stages.append({name: float(ms) for name,
                           ms in re.findall(r"(\w+);dur=([\d.]+)", answer.headers["Server-Timing"])})
        assert len(answer.json()["definitions"]) == TABLES
        rows.append([f"{front}, {len(answer.content) / 1e6:.1f} MB", f"{statistics.median(took):.1f}",
                     *(f"{statistics.median(stage[name] for stage in stages):.1f}"
                       for name in ("transaction", "response"))])
        server.stop()
    table([f"OpenAPI document of {TABLES:,} tables", "ms", "of these PostgreSQL", "writing it"], rows)
