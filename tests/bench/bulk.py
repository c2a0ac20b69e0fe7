"""Inserts of many rows beside COPY and one json_to_recordset. Part of tests/bench/run.

SPDX-License-Identifier: MIT
"""
import io
import json
import statistics
import time

from bench import table

BULK = 10_000


def bulk_bodies():
    """The same rows as JSON and as CSV."""
    rows = [(number, f"item number {number}", f"{number * 0.37:.2f}", number % 3 == 0,
             f"2024-01-{number % 28 + 1:02} 10:00:00+00", "some words of no weight " * 3)
            for number in range(BULK)]
    names = ("id", "name", "price", "active", "created_at", "note")
    as_json = json.dumps([dict(zip(names, row)) for row in rows], separators=(",", ":"))
    as_csv = "\n".join([",".join(names), *(",".join(str(value) for value in row) for row in rows)]) + "\n"
    return as_json, as_csv


def report(bench):
    """Milliseconds for one insert of BULK rows, each way: medians."""
    as_json, as_csv = bulk_bodies()
    connection = bench.cluster.connect("bench")
    cursor = connection.cursor()
    cursor.execute("PREPARE bulk (json) AS INSERT INTO bulk SELECT * FROM json_to_recordset($1) AS _"
                   "(id integer, name text, price numeric, active boolean, created_at timestamptz, note text)")
    ways = {"COPY, CSV": lambda: cursor.copy_expert("COPY bulk FROM STDIN (FORMAT csv, HEADER)", io.StringIO(as_csv)),
            "json_to_recordset": lambda: cursor.execute("EXECUTE bulk (%s)", (as_json,))}
    for front in bench.options.fronts:
        for media, body in (("application/json", as_json.encode()), ("text/csv", as_csv.encode())):
            ways[f"{front}, {media}"] = lambda front=front, media=media, body=body: post(bench.server(front),
                body, media)
    took = {way: [] for way in ways}
    for _ in range(2 * bench.options.rounds + 1):
        for way, insert in ways.items():
            cursor.execute("TRUNCATE bulk")
            began = time.monotonic()
            insert()
            took[way].append(1000 * (time.monotonic() - began))
            cursor.execute("SELECT count(*) FROM bulk")
            assert cursor.fetchone()[0] == BULK, way
    connection.close()
    medians = {way: statistics.median(values) for way, values in took.items()}
    table([f"insert of {BULK:,} rows", "ms", "/COPY", "/json_to_recordset"],
          [[way, f"{ms:.1f}", f"{ms / medians['COPY, CSV']:.2f}", f"{ms / medians['json_to_recordset']:.2f}"] for way,
           ms in medians.items()])


def post(server, body, media):
    answer = server.post("/bulk", data=body, headers={"Content-Type": media})
    assert answer.status_code == 201, answer.text
