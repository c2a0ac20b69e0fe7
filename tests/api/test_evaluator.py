"""Thousands of random reads against an evaluator that knows no SQL.

ROWGATE_TEST_QUESTIONS says how many, ROWGATE_TEST_SEED which ones.

SPDX-License-Identifier: MIT
"""
import json
import os
import random
import time

import requests

from evaluator import COLUMNS, Question, random_rows, stored

SEED = int(os.environ.get("ROWGATE_TEST_SEED", "20"))
QUESTIONS = int(os.environ.get("ROWGATE_TEST_QUESTIONS", "5000"))
SECONDS = 60 * max(1, QUESTIONS // 5000)
ROWS, MAX_ROWS = 14, 4


def test_answers_agree(serve, database):
    rng = random.Random(SEED)
    rows = random_rows(rng, ROWS)
    database.run("CREATE TABLE guess (id integer PRIMARY KEY, j jsonb, "
                 + ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items()) + ")")
    for row in map(stored, rows):
        values = [json.dumps(value) if isinstance(value, dict) else value for value in row.values()]
        database.run(f"INSERT INTO guess VALUES ({', '.join(['%s'] * len(row))})", *values)
    database.run("GRANT SELECT ON guess TO web_anon; ANALYZE guess")
    servers = {float("inf"): serve(front="nginx"), MAX_ROWS: serve(front="nginx", db_max_rows=MAX_ROWS)}
    session = requests.Session()
    end, asked = time.monotonic() + SECONDS, 0
    while asked < QUESTIONS and time.monotonic() < end:
        question = Question(rng)
        max_rows = rng.choice([*servers])
        answer = session.get(servers[max_rows].url + question.url(), headers=question.fields(), timeout=30)
        got_range = answer.headers.get("Content-Range")
        said_total = int(got_range.partition("/")[2].replace("*", "0")) if got_range else 0
        status, content_range, expected = question.answer(rows, said_total, max_rows)
        shown = (f"question {asked} of seed {SEED}: {question.url()} {question.fields()}\n{answer.status_code} "
                 f"{got_range} {answer.text}\n"
                 f"expected {status} {content_range} {expected}")
        assert (answer.status_code, got_range) == (status, content_range), shown
        assert expected is None or answer.json() == expected, shown
        asked += 1
    assert asked >= min(QUESTIONS, 500), f"only {asked} questions in {SECONDS} s"
