"""Thousands of random reads against an evaluator that knows no SQL.

ROWGATE_TEST_QUESTIONS says how many, ROWGATE_TEST_SEED which ones.

SPDX-License-Identifier: MIT
"""
import http.client
import json
import os
import random
import time
import urllib.parse

from evaluator import CITIES, COLUMNS, SHOPS, random_question, random_rows, stored

SEED = int(os.environ.get("ROWGATE_TEST_SEED", "20"))
QUESTIONS = int(os.environ.get("ROWGATE_TEST_QUESTIONS", "5000"))
SECONDS = 60 * max(1, QUESTIONS // 5000)
ROWS, MAX_ROWS = 14, 4


def insert(database, table, row):
    values = [json.dumps(value) if isinstance(value, dict) else value for value in row.values()]
    names, places = ", ".join(row), ", ".join(["%s"] * len(row))
    database.run(f"INSERT INTO {table} ({names}) VALUES ({places})", *values)


def fill(database, rows):
    columns = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
    database.run("CREATE TABLE cities (id integer PRIMARY KEY, name text); "
                 "CREATE TABLE shops (id integer PRIMARY KEY, label text, city_id integer REFERENCES cities); "
                 f"CREATE TABLE guess (id integer PRIMARY KEY, j jsonb, r json, shop_id integer REFERENCES shops, "
                 f"{columns})")
    for table, contents in (("cities", CITIES.values()), ("shops", SHOPS.values()), ("guess", map(stored, rows))):
        for row in contents:
            insert(database, table, row)
        database.run(f"GRANT SELECT ON {table} TO web_anon; ANALYZE {table}")


class Asker:
    """A kept connection that sends a target as it is, which other clients would encode first."""

    def __init__(self, server):
        self.connection = http.client.HTTPConnection(urllib.parse.urlsplit(server.url).netloc, timeout=30)

    def ask(self, target, fields):
        self.connection.request("GET", target, headers=fields)
        answer = self.connection.getresponse()
        return answer.status, answer.headers.get("Content-Range"), answer.read().decode()


def test_answers_agree(serve, database):
    rng = random.Random(SEED)
    rows = random_rows(rng, ROWS)
    fill(database, rows)
    options = {"front": "nginx", "db_aggregates_enabled": True}
    askers = {float("inf"): Asker(serve(**options)), MAX_ROWS: Asker(serve(db_max_rows=MAX_ROWS, **options))}
    end, asked = time.monotonic() + SECONDS, 0
    while asked < QUESTIONS and time.monotonic() < end:
        question = random_question(rng)
        max_rows = rng.choice([*askers])
        status, got_range, body = askers[max_rows].ask(question.url(), question.fields())
        said_total = int(got_range.partition("/")[2].replace("*", "0")) if got_range else 0
        expected_status, content_range, expected = question.answer(rows, said_total, max_rows)
        shown = (f"question {asked} of seed {SEED}: {question.url()} {question.fields()}\n{status} "
                 f"{got_range} {body}\n"
                 f"expected {expected_status} {content_range} {expected}")
        assert (status, got_range) == (expected_status, content_range), shown
        assert expected is None or json.loads(body) == expected, shown
        asked += 1
    wanted = min(QUESTIONS, 500) if os.environ.get("ROWGATE_TEST_TIMING") == "no" else QUESTIONS
    assert asked >= wanted, f"only {asked} questions in {SECONDS} s"
