"""Upserts (PARITY.md W7): the rows taken for the same, what is kept of them, and preferences in several lines.

SPDX-License-Identifier: MIT
"""
import concurrent.futures
import json

import pytest

from harness.cases import case, fault, table
from harness.process import wait_until
from harness.server import FRONTS

SCHEMA = "upserts.sql"
OPTIONS = {"db_schemas": "api"}
FULL = "return=representation"
MERGE = FULL + ", resolution=merge-duplicates"
IGNORE = FULL + ", resolution=ignore-duplicates"


@pytest.fixture(scope="module")
def upserts(serve):
    return serve(front="nginx", db_tx_end="rollback", **OPTIONS)


def merge(name, path, status, says, body, fields=None, prefer=MERGE, **send):
    return case("W7 " + name, "POST /" + path, status, says, fields, body, Prefer=prefer, **send)


POLICY = fault("42501", 'new row violates row-level security policy for table "owned"')
NO_KEY = fault("42P10", "there is no unique or exclusion constraint matching the ON CONFLICT specification")
KEPT = [
    merge("rows keep what is left out", "goods?select=id,name,price,twice", 200,
          [{"id": 1, "name": "one", "price": 11, "twice": 22}, {"id": 2, "name": "two", "price": 21, "twice": 42}],
          [{"id": 1, "price": 11}, {"id": 2, "price": 21}], {"Content-Range": "*/2"}, MERGE + ", count=exact"),
    merge("several are kept", "goods?select=id,name,price,note", 200,
          [{"id": 3, "name": "three", "price": 30, "note": "x"}], [{"id": 3, "note": "x"}]),
    merge("the key alone", "goods?select=name,line", 200, [{"name": "one", "line": 1}], [{"id": 1}]),
    merge("one object", "goods?select=name,price", 200, [{"name": "one", "price": 5}], {"id": 1, "price": 5}),
    merge("CSV", "goods?select=id,name,price", 200, [{"id": 2, "name": "two", "price": 7}], "price,id\n7,2\n",
          Content_Type="text/csv"),
    merge("form", "goods?select=id,name,price", 200, [{"id": 2, "name": "two", "price": 8}], "price=8&id=2",
          Content_Type="application/x-www-form-urlencoded"),
    merge("columns", "goods?columns=id,price&select=name,price", 200, [{"name": "one", "price": 9}],
          [{"id": 1, "price": 9, "name": "no"}]),
    merge("another key", "goods?on_conflict=code&select=id,name,note", 200, [{"id": 1, "name": "one", "note": "n"}],
          [{"code": "a", "note": "n"}]),
    merge("key of two", "parts?select=id,word,value", 200, [{"id": 1, "word": "kept", "value": 5}],
          [{"id": 1, "day": "2020-05-05", "value": 5}]),
    merge("rows of tables that inherit are others", "parents", 200, [{"id": 1, "word": "parent", "value": 5}],
          [{"id": 1, "value": 5}]),
    merge("ordered and embedding nothing", "goods?select=id&order=id.desc", 200, [{"id": 2}, {"id": 1}],
          [{"id": 1, "price": 1}, {"id": 2, "price": 1}]),
    merge("minimal", "goods", 200, b"", [{"id": 1, "price": 1}], {"Content-Range": "*/1"},
          "resolution=merge-duplicates, count=exact"),
    merge("headers only", "goods", 200, b"", [{"id": 1, "price": 1}], {"Location": "/goods?id=eq.1"},
          "return=headers-only, resolution=merge-duplicates"),
    merge("singular", "goods?select=name", 200, {"name": "one"}, [{"id": 1, "price": 1}],
          Accept="application/vnd.pgrst.object+json"),
    merge("defaults of absent keys", "goods?columns=id,made,note&select=name,made,note", 200,
          [{"name": "one", "made": "2020-01-01", "note": "x"}], [{"id": 1, "note": "x"}],
          prefer=MERGE + ", missing=default"),
    merge("ignored", "goods?select=id", 201, [], [{"id": 1, "price": 1}], {"Content-Range": "*/0"},
          IGNORE + ", count=exact"),
    merge("a policy sees the row that is there", "owned", 200, [{"id": 1, "owner": "web_anon", "word": "w"}],
          [{"id": 1, "word": "w"}]),
    merge("another's row", "owned", 401, POLICY, [{"id": 2, "word": "w"}]),
    merge("a row that is not seen", "owned", 401, POLICY, [{"id": 3, "word": "w"}]),
    merge("no row", "owned", 401, POLICY, [{"id": 4, "word": "w"}]),
    merge("mine and another's", "owned", 401, POLICY, [{"id": 1, "word": "w"}, {"id": 2, "word": "w"}]),
    merge("a trigger that fills in", "filled", 201, [{"id": 1, "word": "filled"}], [{"id": 1}]),
]
PARTIAL = [
    merge("partial key", "mails?on_conflict=address&select=id,name", 200, [{"id": 1, "name": "new"}],
          [{"address": "a@x", "name": "new", "must": "m"}]),
    merge("partial key, new", "mails?on_conflict=address&select=address,name", 201, [{"address": "b@x", "name": None}],
          [{"address": "b@x", "must": "m"}]),
    merge("partial key, another of those it is not for", "mails?on_conflict=address&select=address,gone", 201,
          [{"address": "a@x", "gone": "2021-01-01"}], [{"address": "a@x", "gone": "2021-01-01", "must": "m"}]),
    merge("partial key, ignored", "mails?on_conflict=address&select=address", 201, [{"address": "c@x"}],
          [{"address": "a@x", "must": "m"}, {"address": "c@x", "must": "m"}], prefer=IGNORE),
    merge("partial keys of the same columns", "slots?on_conflict=a,b", 201,
          [{"a": 1, "b": 1, "state": "open", "value": "new"}, {"a": 1, "b": 1, "state": "shut", "value": "new"},
           {"a": 1, "b": 1, "state": "else", "value": "new"}],
          [{"a": 1, "b": 1, "state": state, "value": "new"} for state in ("open", "shut", "else")]),
    merge("partial keys, other order", "slots?on_conflict=b,a&select=value", 200, [{"value": "new"}],
          [{"a": 1, "b": 1, "state": "shut", "value": "new"}]),
    merge("partial key beside a whole one", "both_ways?on_conflict=a", 200, [{"a": 1, "state": "open", "value": "new"}],
          [{"a": 1, "state": "open", "value": "new"}]),
    merge("partial key of odd names", "odd%20%22t?on_conflict=%22a%20%5C%22b%22&select=value", 200, [{"value": "new"}],
          [{"a \"b": 1, "select": "open", "value": "new"}]),
    merge("some of its columns", "slots?on_conflict=a", 400, NO_KEY, [{"a": 1, "b": 1}]),
    merge("more than its columns", "mails?on_conflict=address,name", 400, NO_KEY, [{"address": "x", "must": "m"}]),
    merge("a key of an expression", "worded?on_conflict=word", 400, NO_KEY, [{"word": "x", "value": 1}]),
]


# What is refused, and of which column: the values that are missing, and that no row that is there could give.
REFUSED = {
    "a new row": ("POST", "goods", [{"id": 1, "price": 1}, {"id": 9, "price": 90}], MERGE, "goods.name"),
    "a new row, by another key": ("POST", "goods?on_conflict=code", [{"code": "new", "id": 9, "price": 9}], MERGE,
                                  "goods.name"),
    "no key": ("POST", "goods?on_conflict=code", [{"code": None, "id": 9, "price": 9}], MERGE, "goods.name"),
    "null is not left out": ("POST", "goods", [{"id": 1, "price": 1, "name": None}], MERGE, "goods.name"),
    "twice in one body": ("POST", "goods", [{"id": 1, "price": 1}, {"id": 1, "price": 2}], MERGE, "goods.name"),
    "without a resolution": ("POST", "goods", [{"id": 1, "price": 1}], FULL, "goods.name"),
    "ignored and new": ("POST", "goods", [{"id": 1, "price": 1}, {"id": 9, "price": 1}], IGNORE, "goods.name"),
    "a row of a table that inherits": ("POST", "parents", [{"id": 2, "value": 5}], MERGE, "parents.word"),
    "a view": ("POST", "shown", [{"id": 1, "price": 1}], MERGE, "goods.name"),
    "PUT takes the whole row": ("PUT", "goods?id=eq.1", {"id": 1, "price": 1}, FULL, "goods.name"),
    "what the caller may not insert": ("POST", "granted", [{"id": 1, "value": 5}], MERGE, "granted.word"),
    "what a trigger writes": ("POST", "outer_row", [{"id": 1, "word": "x"}], MERGE, "inner_row.word"),
    "a row that may not be meant": ("POST", "mails?on_conflict=address", [{"address": "a@x", "gone": "2021-01-01"}],
                                    MERGE, "mails.must"),
}


@pytest.mark.parametrize("method, path, body, prefer, column", REFUSED.values(), ids=REFUSED)
def test_W7_refused(upserts, method, path, body, prefer, column):
    answer = upserts.request(method, "/" + path, json=body, headers={"Prefer": prefer})
    relation, _, name = column.partition(".")
    assert (answer.status_code, answer.json()["message"]) == (
        400, f'null value in column "{name}" of relation "{relation}" violates not-null constraint')


def test_W7_a_check_of_the_row_that_is_there(upserts):
    answer = upserts.post("/goods", json=[{"id": 1, "price": -1}], headers={"Prefer": MERGE})
    assert (answer.status_code, answer.json()["code"]) == (400, "23514"), answer.text


@table(KEPT, PARTIAL)
def test_upserts(upserts, case):
    case.check(upserts)


def test_W7_triggers_run_as_for_any_upsert(serve, database):
    """For the rows that are kept as for those that name everything: BEFORE INSERT, then those of the update."""
    server = serve(front="nginx", **OPTIONS)

    def hear(body):
        database.run("TRUNCATE api.heard")
        assert server.post("/watched", json=body, headers={"Prefer": MERGE}).status_code == 200
        return [what for what, in database.run("SELECT what FROM api.heard ORDER BY number")]
    assert hear([{"id": 1, "value": 7}]) == hear([{"id": 1, "value": 7, "word": "kept"}]) == [
        "BEFORE INSERT ROW 1 kept 7", "BEFORE UPDATE ROW 1 kept 7", "AFTER UPDATE ROW 1 kept 7"]


def locked_by(database, count=1):
    return database.value("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND "
                          "datname = current_database()") >= count


@pytest.mark.parametrize("meanwhile, status, left", [
    ("DELETE FROM api.goods WHERE id = 3", 400, None),
    ("UPDATE api.goods SET name = 'renamed' WHERE id = 3", 200, ("renamed", 33)),
    ("UPDATE api.goods SET id = 33 WHERE id = 3", 400, None)])
def test_W7_what_others_do_meanwhile(serve, database, meanwhile, status, left):
    """A row that is deleted while the upsert waits for it is not inserted again with what it was."""
    server = serve(front="nginx", **OPTIONS)
    database.run("DELETE FROM api.goods WHERE id IN (3, 33)")
    database.run("INSERT INTO api.goods (id, name, price) VALUES (3, 'three', 30)")
    other = database.cluster.connect(database.name)
    other.autocommit = False
    try:
        with other.cursor() as cursor, concurrent.futures.ThreadPoolExecutor(1) as pool:
            cursor.execute(meanwhile)
            answer = pool.submit(server.post, "/goods", json=[{"id": 3, "price": 33}], headers={"Prefer": MERGE})
            wait_until(lambda: locked_by(database), 10, "it waits for the row")
            other.commit()
            assert answer.result().status_code == status, answer.result().text
    finally:
        other.close()
    rows = database.run("SELECT name, price FROM api.goods WHERE id = 3")
    assert rows == ([left] if left else [])


def test_W7_many_at_once(serve, database):
    """Upserts of the same rows, in the same order, wait for each other and all succeed."""
    server = serve(front="nginx", **OPTIONS)
    database.run("DELETE FROM api.goods WHERE id > 100")
    database.run("INSERT INTO api.goods (id, name, price) SELECT n, 'row ' || n, 1 FROM generate_series(101, 1100) n")

    def send(price):
        body = json.dumps([{"id": n, "price": price} for n in range(101, 1101)])
        return server.post("/goods?select=id", data=body, headers={"Content-Type": "application/json", "Prefer": MERGE})
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(send, range(2, 10)))
    assert [(answer.status_code, len(answer.json())) for answer in answers] == [(200, 1000)] * 8
    assert database.run("SELECT count(*), count(DISTINCT price), bool_and(name = 'row ' || id) FROM api.goods "
                        "WHERE id > 100") == [(1000, 1, True)]
    database.run("DELETE FROM api.goods WHERE id > 100")


GOODS = '[{"id": 1, "price": 11}, {"id": 8, "name": "eight", "price": 8}]'
LINES = [
    ("POST", "/goods?columns=id,price,name&select=id,name", ["return=representation", "resolution=merge-duplicates"],
     '[{"id": 1, "price": 11, "name": "uno"}, {"id": 8, "name": "eight", "price": 8}]', 201,
     '[{"id":1,"name":"uno"}, \n {"id":8,"name":"eight"}]', "resolution=merge-duplicates, return=representation"),
    ("POST", "/goods?select=id", ["resolution=ignore-duplicates, count=exact", "return=representation"],
     '[{"id": 1, "name": "x", "price": 1}]', 201, "[]",
     "resolution=ignore-duplicates, return=representation, count=exact"),
    ("POST", "/goods?columns=id,name,price,made&select=made",
     ["missing=default", "return=representation", "resolution=merge-duplicates"],
     '[{"id": 8, "name": "x", "price": 1}]', 201, '[{"made":"2020-01-01"}]',
     "resolution=merge-duplicates, missing=default, return=representation"),
    ("POST", "/goods?columns=id,name,price,made&select=made",
     ["missing=null", "missing=default", "return=representation"],
     '[{"id": 8, "name": "x", "price": 1}]', 400, None, None),
    ("PUT", "/goods?id=eq.8&select=id,made", ["handling=strict", "return=representation"],
     '{"id": 8, "name": "x", "price": 1}', 201, '[{"id":8,"made":"2020-01-01"}]',
     "return=representation, handling=strict"),
    ("PUT", "/goods?id=eq.1&select=name", ["return=representation", "count=exact"],
     '{"id": 1, "name": "x", "price": 1}', 200, '[{"name":"x"}]', "return=representation, count=exact"),
    ("POST", "/goods", ["resolution=merge-duplicates", "handling=strict", "nonsense"], GOODS, 400, None, None),
]


@pytest.mark.parametrize("front", FRONTS)
@pytest.mark.parametrize("method, path, lines, body, status, says, applied", LINES,
                         ids=[f"{method} {' | '.join(lines)}" for method, _, lines, *_ in LINES])
def test_P1_W7_preferences_in_several_lines(serve, front, method, path, lines, body, status, says, applied):
    server = serve(front=front, db_tx_end="rollback", **OPTIONS)
    got, answer = server.raw_request(method, path, "Content-Type: application/json",
                                     *[f"Prefer: {line}" for line in lines], body=body.encode())
    head, _, rest = answer.partition(b"\r\n\r\n")
    assert got == status, answer
    if says is not None:
        assert says.encode() in rest
    fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    assert fields.get("Preference-Applied") == applied
