"""What changes in the database while rowgate serves by the catalog it read before (PARITY.md O11): nobody says that it
is to be read anew.

SPDX-License-Identifier: MIT
"""
import collections
import itertools
import json
import os
import pathlib
import re
import signal
import time

import pytest

from harness.load import Clients
from harness.process import SANITIZED, wait_until
from harness.server import workers_of

SCHEMA = "stale.sql"
REPRESENTATION = {"Prefer": "return=representation"}
CSV = {"Accept": "text/csv"}
KINDS = {
    "plain": ("id integer PRIMARY KEY, word text, number integer", "(1, 'one', 10)"),
    "books": ("id integer PRIMARY KEY, word text, tags text[], shelf_id integer REFERENCES shelves",
              "(1, 'Emma', '{old}', 1)"),
    "own": ("id integer PRIMARY KEY, word text, own_id integer REFERENCES T", "(1, 'one', 1)"),
}

# A change of table T, a request for it, and the body of the answer.
Change = collections.namedtuple("Change", "kind sql method path body headers wanted")


def change(kind, sql, request, wanted, body=None, headers=None):
    method, path = request.split(" ")
    return Change(kind, sql, method, path, body, headers or {}, wanted)


CHANGES = {
    "dropped, read": change("plain", "ALTER TABLE T DROP number", "GET /T", [{"id": 1, "word": "one"}]),
    "renamed, read": change("plain", "ALTER TABLE T RENAME number TO n", "GET /T", [{"id": 1, "word": "one", "n": 10}]),
    "added, read": change("plain", "ALTER TABLE T ADD new integer DEFAULT 3", "GET /T?limit=1",
                          [{"id": 1, "word": "one", "number": 10, "new": 3}]),
    "added beside what PostgreSQL encodes": change(
        "books", "ALTER TABLE T ADD new text DEFAULT 'n'", "GET /T",
        [{"id": 1, "word": "Emma", "tags": ["old"], "shelf_id": 1, "new": "n"}]),
    "added, of a type that PostgreSQL encodes": change(
        "plain", "ALTER TABLE T ADD new integer[] DEFAULT '{1,2}'", "GET /T",
        [{"id": 1, "word": "one", "number": 10, "new": [1, 2]}]),
    "added, of a type of users": change(
        "plain", "ALTER TABLE T ADD new pair DEFAULT '(1,x)', ADD m mood DEFAULT 'sad'", "GET /T",
        [{"id": 1, "word": "one", "number": 10, "new": {"a": 1, "b": "x"}, "m": "sad"}]),
    "dropped, what PostgreSQL encodes": change("books", "ALTER TABLE T DROP tags", "GET /T",
                                               [{"id": 1, "word": "Emma", "shelf_id": 1}]),
    "another type, read": change("plain", "ALTER TABLE T ALTER number TYPE text", "GET /T",
                                 [{"id": 1, "word": "one", "number": "10"}]),
    "an array now, named": change("plain", "ALTER TABLE T ALTER number TYPE integer[] USING ARRAY[number]",
                                  "GET /T?select=id,number", [{"id": 1, "number": [10]}]),
    "an array no more": change("books", "ALTER TABLE T ALTER tags TYPE integer USING 7", "GET /T?select=*,shelves(*)",
                               [{"id": 1, "word": "Emma", "tags": 7, "shelf_id": 1,
                                 "shelves": {"id": 1, "label": "top"}}]),
    "read as one object": change("books", "ALTER TABLE T DROP tags, ADD new integer[] DEFAULT '{1}'", "GET /T",
                                 {"id": 1, "word": "Emma", "shelf_id": 1, "new": [1]},
                                 headers={"Accept": "application/vnd.pgrst.object+json"}),
    "without nulls": change("books", "ALTER TABLE T DROP tags, ADD new json DEFAULT '{\"a\": null, \"b\": 1}'",
                            "GET /T", [{"id": 1, "word": "Emma", "shelf_id": 1, "new": {"b": 1}}],
                            headers={"Accept": "application/vnd.pgrst.array+json;nulls=stripped"}),
    "dropped, inserted": change("plain", "ALTER TABLE T DROP number", "POST /T", [{"id": 2, "word": "b"}],
                                {"id": 2, "word": "b"}, REPRESENTATION),
    "added, inserted": change("plain", "ALTER TABLE T ADD new integer DEFAULT 3", "POST /T",
                              [{"id": 2, "word": "b", "number": None, "new": 3}], {"id": 2, "word": "b"},
                              REPRESENTATION),
    "renamed, updated": change("books", "ALTER TABLE T RENAME tags TO labels", "PATCH /T?id=eq.1&select=*,shelves(id)",
                               [{"id": 1, "word": "x", "labels": ["old"], "shelf_id": 1, "shelves": {"id": 1}}],
                               {"word": "x"}, REPRESENTATION),
    "dropped, deleted": change("plain", "ALTER TABLE T DROP number", "DELETE /T?id=eq.1&order=id",
                               [{"id": 1, "word": "one"}], None, REPRESENTATION),
    "a number now, written": change("plain", "ALTER TABLE T ALTER word TYPE integer USING 1", "POST /T",
                                    [{"id": 2, "word": 5, "number": None}], {"id": 2, "word": 5}, REPRESENTATION),
    "a text now, written": change("plain", "ALTER TABLE T ALTER number TYPE text", "POST /T",
                                  [{"id": 2, "word": None, "number": "ten"}], {"id": 2, "number": "ten"},
                                  REPRESENTATION),
    "a longer text now, written as CSV": change(
        "plain", "ALTER TABLE T ALTER number TYPE text", "POST /T", [{"id": 2, "word": None, "number": "ten"}],
        "id,number\n2,ten\n", REPRESENTATION | {"Content-Type": "text/csv"}),
    "dropped, embedded": change("books", "ALTER TABLE T DROP word", "GET /shelves?select=id,T(*)&id=eq.1",
                                [{"id": 1, "T": [{"id": 1, "tags": ["old"], "shelf_id": 1}]}]),
    "added, embedded": change("books", "ALTER TABLE T ADD new integer DEFAULT 3",
                              "GET /shelves?select=id,T(*)&id=eq.1",
                              [{"id": 1, "T": [{"id": 1, "word": "Emma", "tags": ["old"], "shelf_id": 1, "new": 3}]}]),
    "dropped, embedded as an object": change("own", "ALTER TABLE T DROP word", "GET /T?select=id,own:own_id(*)",
                                             [{"id": 1, "own": {"id": 1, "own_id": 1}}]),
    "added, embedded as an object": change(
        "own", "ALTER TABLE T ADD new boolean DEFAULT true", "GET /T?select=id,own:own_id(id,own:own_id(*))",
        [{"id": 1, "own": {"id": 1, "own": {"id": 1, "word": "one", "own_id": 1, "new": True}}}]),
    "added, whole in itself twice": change(
        "own", "ALTER TABLE T ADD new integer DEFAULT 3", "GET /T?select=*,a:own_id(*),b:own_id(*,own:own_id(id))",
        [{"id": 1, "word": "one", "own_id": 1, "new": 3, "a": {"id": 1, "word": "one", "own_id": 1, "new": 3},
          "b": {"id": 1, "word": "one", "own_id": 1, "new": 3, "own": {"id": 1}}}]),
    "another type, embedded as an object": change(
        "own", "ALTER TABLE T ALTER word TYPE pair USING ROW(1, word)::pair", "GET /T?select=own:own_id(word)",
        [{"own": {"word": {"a": 1, "b": "one"}}}]),
    "added, written with an object": change(
        "own", "ALTER TABLE T ADD new integer DEFAULT 3", "PATCH /T?id=eq.1&select=id,own:own_id(*)",
        [{"id": 1, "own": {"id": 1, "word": "one", "own_id": 1, "new": 3}}], {"word": "x"}, REPRESENTATION),
    "dropped, gathered": change("own", "ALTER TABLE T DROP word", "GET /T?select=id,own:T!own_id(*)",
                                [{"id": 1, "own": [{"id": 1, "own_id": 1}]}]),
    "added, gathered": change("own", "ALTER TABLE T ADD new mood DEFAULT 'sad'", "GET /T?select=*,own:T!own_id(*)",
                              [{"id": 1, "word": "one", "own_id": 1, "new": "sad",
                                "own": [{"id": 1, "word": "one", "own_id": 1, "new": "sad"}]}]),
    "another type, gathered": change("own", "ALTER TABLE T ALTER word TYPE integer USING 7",
                                     "GET /T?select=own:T!own_id(w:word)", [{"own": [{"w": 7}]}]),
    "an array now, gathered": change("own", "ALTER TABLE T ALTER word TYPE text[] USING ARRAY[word]",
                                     "GET /T?select=own:T!own_id(w:word)", [{"own": [{"w": ["one"]}]}]),
    "an array without elements now, gathered": change(
        "own", "ALTER TABLE T ALTER word TYPE text[] USING '{}'", "GET /T?select=own:T!own_id(*)",
        [{"own": [{"id": 1, "word": [], "own_id": 1}]}]),
    "an array or nothing now, gathered": change(
        "own", "ALTER TABLE T ALTER word TYPE text[] USING NULL", "GET /T?select=own:T!own_id(*)",
        [{"own": [{"id": 1, "word": None, "own_id": 1}]}]),
    "boxes now, gathered": change("own", "ALTER TABLE T ALTER word TYPE box USING '(1,1),(0,0)'",
                                  "GET /T?select=own:T!own_id(word)", [{"own": [{"word": "(1,1),(0,0)"}]}]),
    "dropped, spread": change("books", "ALTER TABLE T DROP word", "GET /shelves?select=label,...T(*)&id=eq.1",
                              [{"label": "top", "id": [1], "tags": [["old"]], "shelf_id": [1]}]),
    "dropped, grouped": change("plain", "ALTER TABLE T DROP number", "GET /T?select=*,count()",
                               [{"id": 1, "word": "one", "count": 1}]),
    "dropped, CSV": change("plain", "ALTER TABLE T DROP word", "GET /T", "id,number\n1,10", headers=CSV),
    "added, CSV": change("books", "ALTER TABLE T ADD new integer DEFAULT 3, DROP shelf_id", "GET /T",
                         "id,word,tags,new\n1,Emma,{old},3", headers=CSV),
    "counted": change("books", "ALTER TABLE T DROP tags", "GET /T?limit=1", [{"id": 1, "word": "Emma", "shelf_id": 1}],
                      headers={"Prefer": "count=exact"}),
    "made anew": change("books", "DROP TABLE T; CREATE TABLE T (id integer, word text, tags text); "
                        "GRANT ALL ON T TO web_anon; INSERT INTO T VALUES (9, 'w', 't')", "GET /T",
                        [{"id": 9, "word": "w", "tags": "t"}]),
}


# Each change once to a table that was asked for before, so that its statement is prepared, and once to one that was
# not.
TABLES = {(name, warm): f"t{number}{'w' if warm else 'n'}" for number, name in enumerate(CHANGES)
          for warm in (True, False)}


@pytest.fixture(scope="module")
def tables(database):
    for (name, _), table in TABLES.items():
        columns, row = KINDS[CHANGES[name].kind]
        columns = re.sub(r"\bT\b", table, columns)
        database.run(f"CREATE TABLE {table} ({columns}); INSERT INTO {table} VALUES {row}")
    database.run("GRANT ALL ON ALL TABLES IN SCHEMA public TO web_anon; "
                 "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO web_anon")


@pytest.fixture(scope="module")
def server(serve, tables):
    return serve(front="nginx", workers=1, db_channel_enabled=False, db_aggregates_enabled=True,
                 db_pre_request="count_asked", db_tx_end="commit-allow-override")


def asked(database):
    """How many transactions that write were begun, and not undone."""
    return database.run("SELECT asked FROM counted")[0][0]


def shown(answer):
    return answer.json() if "json" in answer.headers["Content-Type"] else answer.text


@pytest.mark.parametrize("warm", [True, False], ids=["prepared", "new"])
@pytest.mark.parametrize("name", CHANGES)
def test_O11_a_table_changes(server, database, name, warm):
    what, table = CHANGES[name], TABLES[name, warm]
    body = json.dumps(what.body) if isinstance(what.body, dict) else what.body
    headers = {"Content-Type": "application/json"} | what.headers if body else what.headers
    path = re.sub(r"\bT\b", table, what.path)
    if warm and what.method == "GET":
        assert server.get(path, headers=headers).status_code in (200, 206)
    if warm and what.method != "GET":
        before = server.request(what.method, path, data=body, headers=headers | {"Prefer": "tx=rollback, " +
                                                                                 headers["Prefer"]})
        assert before.status_code < 500
        # What was as it is known when a request failed is not looked at again for a tenth of a second.
        time.sleep(0.11 if before.status_code >= 400 else 0)
    database.run(re.sub(r"\bT\b", table, what.sql))
    before = asked(database)
    answer = server.request(what.method, path, data=body, headers=headers)
    assert answer.status_code in (200, 201, 206), answer.text
    assert shown(answer) == json.loads(json.dumps(what.wanted).replace('"T"', f'"{table}"'))
    # What was done before it failed is undone: the function before the request has run once.
    assert asked(database) == before + (what.method != "GET")


@pytest.mark.parametrize("method, query", [("GET", ""), ("GET", "&select=*,c1"), ("PATCH", ""), ("PATCH", "&order=id")])
def test_a_table_with_so_many_arrays_that_they_cannot_come_twice(server, method, query):
    answer = server.request(method, "/wide?id=eq.1" + query, headers=REPRESENTATION,
                            json={"c2": [2]} if method == "PATCH" else None)
    assert answer.status_code == 200, answer.text
    [row] = answer.json()
    assert len(row) == 901 and row["c900"] == [1] and row["c3"] is None


def test_O11_an_upsert_that_keeps_what_it_leaves_out(server, database):
    headers = {"Prefer": "return=representation, resolution=merge-duplicates"}
    database.run("ALTER TABLE keeping ADD pair pair DEFAULT '(1,x)'")
    answer = server.post("/keeping", json=[{"id": 1, "number": 2}], headers=headers)
    assert answer.json() == [{"id": 1, "word": "one", "number": 2, "pair": {"a": 1, "b": "x"}}]


def test_O11_a_relation_that_is_asked_for_twice_keeps_its_key(server, database):
    embedded = "parent:parent_id(id),children:nested!parent_id(id)"
    assert server.get("/nested?select=word," + embedded).status_code == 200
    database.run("ALTER TABLE nested RENAME word TO name")
    assert server.get("/nested?select=word," + embedded).json()["code"] == "42703"
    assert server.get("/nested?select=name," + embedded).json() == [
        {"name": "one", "parent": {"id": 1}, "children": [{"id": 1}]}]
    row = {"id": 1, "name": "put", "parent_id": None}
    assert server.request("PUT", "/nested?id=eq.1", json=row).status_code == 204
    merged = server.post("/nested", json=row | {"name": "merged"}, headers={"Prefer": "resolution=merge-duplicates"})
    assert merged.status_code in (200, 201), merged.text
    assert database.run("SELECT name FROM nested") == [("merged",)]


def worker_megabytes(server):
    statuses = [pathlib.Path(f"/proc/{worker}/status").read_text() for worker in workers_of(server)]
    return max(int(re.search(r"VmRSS:\s+(\d+)", status)[1]) for status in statuses) / 1024


def test_a_table_that_changes_without_end_leaves_a_worker_small(server, database):
    """Of each change nothing is kept but what the last one left."""
    database.run("CREATE TABLE restless AS SELECT * FROM wide; GRANT SELECT ON restless TO web_anon")

    def change(number):
        database.run(f"ALTER TABLE restless ADD x{number} integer")
        assert server.get("/restless?select=nothing").json()["code"] == "42703"
    os.kill(server.process.children("rowgate")[0], signal.SIGUSR1)
    wait_until(lambda: server.get("/restless?select=id").status_code == 200, 10, "the table is known")
    change(0)
    before = worker_megabytes(server)
    for number in range(1, 80):
        time.sleep(0.11)  # a relation that was as it is known is not looked at again at once
        change(number)
    # A sanitized program keeps what was freed.
    assert SANITIZED or worker_megabytes(server) - before < 8


def test_O11_a_relation_that_is_gone(server, database):
    assert server.get("/renamed").status_code == 200
    database.run("ALTER TABLE renamed RENAME TO another")
    for path in ("/renamed", "/renamed?select=*,nothing"):
        answer = server.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "42P01")
    assert server.get("/another").json()["code"] == "PGRST205"


def test_O11_what_was_never_there_is_still_said_so(server):
    answer = server.get("/calls?select=*,nothing")
    assert (answer.status_code, answer.json()["code"]) == (400, "42703")
    answer = server.post("/calls", json={"word": "x", "nothing": 1})
    assert (answer.status_code, answer.json()["code"]) == (400, "PGRST204")
    answer = server.post("/shelves", json={"id": "five"})
    assert (answer.status_code, answer.json()["code"]) == (400, "22P02")


def test_O11_a_function_changes(server, database):
    database.run("ALTER TABLE returned ADD new integer[] DEFAULT '{1}'")
    assert server.get("/rpc/of_table").json() == [{"id": 1, "word": "one", "new": [1]}]
    assert server.get("/rpc/listed").json() == [{"a": 1, "at": "2024-05-01"}]
    database.run("DROP FUNCTION listed(); CREATE FUNCTION listed() RETURNS TABLE(b text, tags text[]) LANGUAGE sql AS "
                 "$$ SELECT 'x', '{y}'::text[] $$")
    assert server.get("/rpc/listed").json() == [{"b": "x", "tags": ["y"]}]
    assert server.get("/rpc/listed", headers=CSV).text == "b,tags\nx,{y}"
    assert server.get("/rpc/number").json() == 5
    database.run("DROP FUNCTION number(); CREATE FUNCTION number() RETURNS integer[] LANGUAGE sql AS $$ "
                 "SELECT '{5,6}'::integer[] $$")
    assert server.get("/rpc/number").json() == [5, 6]


SCANNED = {
    "ALTER TABLE scanned DROP new": {"id": 1, "word": "one", "number": 10},
    "ALTER TABLE scanned ALTER number TYPE text": {"id": 1, "word": "one", "number": "10"},
    "ALTER TABLE scanned DROP word": {"id": 1, "number": "10"},
}


def test_O11_rows_of_a_function_that_is_called_as_it_is(server, database):
    """PostgreSQL lets plans stand that expect the columns which the function's table had."""
    requests = [("POST", "/rpc/of_scanned", None), ("GET", "/rpc/of_scanned?id=lt.9", None),
                ("POST", "/rpc/of_scanned?select=id,number", ("id", "number"))]
    for sql, row in SCANNED.items():
        for method, path, _ in requests * 2:
            assert server.request(method, path).status_code == 200
        database.run(sql)
        for method, path, names in requests * 3:
            answer = server.request(method, path)
            assert answer.json() == [{key: value for key, value in row.items() if not names or key in names}], sql


def test_O11_a_function_takes_something_else(server, database):
    assert server.get("/rpc/taking?a=1").json() == 1
    database.run("DROP FUNCTION taking(integer); CREATE FUNCTION taking(b text) RETURNS text LANGUAGE sql AS "
                 "'SELECT $1'")
    answer = server.get("/rpc/taking?a=1")
    assert (answer.status_code, answer.json()["code"]) == (404, "42883")


def test_O11_a_function_that_writes_does_it_once(server, database):
    assert server.post("/rpc/write_call").json() == [{"word": "called", "tags": ["a"]}]
    database.run("DROP FUNCTION write_call(); CREATE FUNCTION write_call() RETURNS TABLE(word text, count integer[]) "
                 "LANGUAGE sql VOLATILE SECURITY DEFINER AS $$ INSERT INTO calls (word) VALUES ('again') "
                 "RETURNING word, '{2}'::integer[] $$")
    before = asked(database)
    assert server.post("/rpc/write_call").json() == [{"word": "again", "count": [2]}]
    assert database.run("SELECT word, count(*)::integer FROM calls GROUP BY word ORDER BY word") == [
        ("again", 1), ("called", 1)]
    assert asked(database) == before + 1


def test_O11_a_function_that_fails_of_itself_is_called_once(server, database):
    """What it does outside, as a sequence is moved on, no rollback undoes."""
    before = database.run("SELECT nextval('done')")[0][0]
    answer = server.post("/rpc/fails")
    assert (answer.status_code, answer.json()["code"]) == (404, "42883"), answer.text
    assert "nothing" in answer.json()["message"]
    assert database.run("SELECT nextval('done')")[0][0] == before + 2


@pytest.fixture
def written_down(database):
    """What PostgreSQL is asked meanwhile by whoever connects anew."""
    begun = len(database.cluster.process.log)
    database.run("ALTER ROLE authenticator SET log_statement = 'all'")
    yield lambda: database.cluster.process.log[begun:]
    database.run("ALTER ROLE authenticator RESET log_statement")


def test_O11_bad_requests_do_not_have_a_relation_read_again_and_again(serve, tables, database, written_down):
    server = serve(front="nginx", workers=1, db_channel_enabled=False, db_pool_max_idletime=301)
    begun = time.monotonic()
    for _ in range(40):
        assert server.get("/keeping?select=id,nothing").json()["code"] == "42703"
    looks, asked = written_down().count("AS r(schema, name, place)"), written_down().count('"nothing"')
    assert asked >= 40 and 1 <= looks <= 2 + (time.monotonic() - begun) * 10
    time.sleep(0.15)
    database.run("ALTER TABLE keeping ADD later integer[] DEFAULT '{1}', ALTER number TYPE text")
    answer = server.post("/keeping", json={"id": 7, "word": "w", "number": "ten"}, headers=REPRESENTATION)
    assert answer.status_code == 201 and answer.json()[0]["number"] == "ten", answer.text
    # A load does not read the zones: each is a file.
    assert "pg_attribute" in written_down() and "pg_timezone" not in written_down()


MIGRATION = """
ALTER TABLE busy ADD extra text DEFAULT 'x'
ALTER TABLE busy RENAME extra TO more
ALTER TABLE busy ALTER number TYPE text
ALTER TABLE busy ALTER number TYPE integer USING number::integer
ALTER TABLE busy DROP more
ALTER TABLE busy ADD list integer[] DEFAULT '{1,2}'
ALTER TABLE busy DROP tags
ALTER TABLE busy ALTER list TYPE text[] USING list::text[]
ALTER TABLE busy ADD tags text[] DEFAULT '{a,b}'
ALTER TABLE busy DROP list
""".strip().split("\n")
REQUESTS = [
    ("GET", "/busy?order=id&limit=5", None),
    ("POST", "/busy", '{"word": "new", "number": 5}'),
    ("PATCH", "/busy?id=eq.3", '{"number": 7}'),
    ("GET", "/busy?select=*,shelves(*)&id=lt.5", None),
    ("GET", "/shelves?select=*,busy(*)&busy.limit=3", None),
    ("GET", "/shelves?select=label,...busy(*)&busy.limit=3", None),
    ("PATCH", "/busy?id=eq.4&select=*,shelves(*)", '{"word": "w"}'),
]


class Migrated(Clients):
    fields = {"Prefer": "return=representation"}


class AsCsv(Clients):
    fields = {"Prefer": "return=representation", "Accept": "text/csv"}


def ask(client, number):
    return REQUESTS[(client + number) % len(REQUESTS)]


@pytest.mark.parametrize("front", ["nginx", "lighttpd", "apache"])
def test_O11_a_migration_under_load(serve, tables, database, front):
    """Two hundred requests a second, and a change of the table each twentieth of a second."""
    server = serve(front=front, workers=2, db_channel_enabled=False)
    with Migrated(server, 8, ask, rate=150) as json_clients, AsCsv(server, 4, ask, rate=50) as csv_clients:
        end, changes = time.monotonic() + 4, itertools.cycle(MIGRATION)
        count = 0
        while time.monotonic() < end or count % len(MIGRATION):
            database.run(next(changes))
            count += 1
            time.sleep(0.05)
    answers = json_clients.answers + csv_clients.answers
    failed = [answer for answer in answers if answer.status not in (200, 201, 206)]
    assert not failed, failed[:3]
    assert len(answers) > 600 and count >= 3 * len(MIGRATION)
