"""Thousands of random reads against an evaluator that knows no SQL.

ROWGATE_TEST_QUESTIONS says how many, ROWGATE_TEST_SEED which ones.

SPDX-License-Identifier: MIT
"""
import os
import random
import time

import requests

from evaluator import COLUMNS, Question, random_rows

SEED = int(os.environ.get("ROWGATE_TEST_SEED", "20"))
QUESTIONS = int(os.environ.get("ROWGATE_TEST_QUESTIONS", "5000"))
SECONDS = 60 * max(1, QUESTIONS // 5000)
ROWS = 14


def test_answers_agree(serve, database):
    rng = random.Random(SEED)
    rows = random_rows(rng, ROWS)
    database.run("CREATE TABLE guess (id integer PRIMARY KEY, " + ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items()) + ")")
    for row in rows:
        database.run(f"INSERT INTO guess VALUES ({', '.join(['%s'] * len(row))})", *row.values())
    database.run("GRANT SELECT ON guess TO web_anon")
    server = serve(front="nginx")
    session = requests.Session()
    end, asked = time.monotonic() + SECONDS, 0
    while asked < QUESTIONS and time.monotonic() < end:
        question = Question(rng)
        status, content_range, expected = question.answer(rows)
        answer = session.get(server.url + question.url(), headers=question.fields(), timeout=30)
        shown = f"question {asked} of seed {SEED}: {question.url()}\n{answer.status_code} {answer.text}\nexpected {status} {expected}"
        assert answer.status_code == status, shown
        assert answer.headers["Content-Range"] == content_range, shown
        assert expected is None or answer.json() == expected, shown
        asked += 1
    assert asked >= min(QUESTIONS, 500), f"only {asked} questions in {SECONDS} s"
