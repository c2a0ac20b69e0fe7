"""Writes (PARITY.md 1.4). Every server here rolls back, so that no case sees another's rows, but where commit matters.

SPDX-License-Identifier: MIT
"""
import pytest

from harness.cases import case, fault, table
from harness.token import token

SCHEMA = "parity.sql"
OPTIONS = {"db_schemas": "api,other", "db_extra_search_path": "extra"}
FULL = "return=representation"


@pytest.fixture(scope="module")
def parity(serve):
    return serve(front="nginx", db_tx_end="rollback", **OPTIONS)


def bad_body(message):
    return fault("PGRST102", message)


NO_ONE = "Cannot coerce the result to a single JSON object"
OBJECT = "application/vnd.pgrst.object+json"
DUPLICATE = fault("23505", 'duplicate key value violates unique constraint "tasks_pkey"',
                  "Key (id)=(1) already exists.")
WRITES = [
    case("W1 object", "POST /tasks?select=id,title", 201, '[{"id":9,"title":"t"}]',
         body={"id": 9, "title": "t"}, Prefer=FULL),
    case("W1 array", "POST /pairs", 201, '[{"a":7,"b":"p","value":1}, \n {"a":7,"b":"q","value":2}]',
         body=[{"a": 7, "b": "p", "value": 1}, {"b": "q", "a": 7, "value": 2}], Prefer=FULL),
    case("W1 nested JSON is kept", "POST /tasks?select=meta", 201, [{"meta": {"x": [1, {"y": None}]}}],
         body={"id": 9, "title": "t", "meta": {"x": [1, {"y": None}]}}, Prefer=FULL),
    case("W1 uneven keys", "POST /pairs", 400, bad_body("All object keys must match"),
         body=[{"a": 1, "b": "z"}, {"a": 2}]),
    case("W1 bad JSON", "POST /pairs", 400, bad_body("Empty or invalid json"), body="{a"),
    case("W1 no body", "POST /pairs", 400, bad_body("Empty or invalid json"), body=""),
    case("W1 other type", "POST /pairs", 400, bad_body("Content-Type not acceptable: text/strange"),
         body="x", Content_Type="text/strange"),
    case("W1 CSV", "POST /pairs", 201, [{"a": 8, "b": "x,y", "value": None}, {"a": 8, "b": "z", "value": 3}],
         body='a,b,value\n8,"x,y",NULL\n8,z,3\n', Content_Type="text/csv", Prefer=FULL),
    case("W1 uneven CSV", "POST /pairs", 400, bad_body("All lines must have same number of fields"),
         body="a,b\n1\n", Content_Type="text/csv"),
    case("W1 form", "POST /pairs", 201, [{"a": 8, "b": "x y", "value": None}], body="a=8&b=x+y",
         Content_Type="application/x-www-form-urlencoded",
         Prefer=FULL),
    case("W1 body of DELETE", "DELETE /tasks?id=eq.1", 204, b"", body="{no json"),
    case("W2 extra keys", "POST /pairs?columns=a,b", 201, [{"a": 9, "b": "x", "value": None}],
         body={"a": 9, "b": "x", "value": 5, "no": 1}, Prefer=FULL),
    case("W2 uneven keys", "POST /pairs?columns=a,b,value&select=value", 201, [{"value": 5}, {"value": None}],
         body=[{"a": 9, "b": "x", "value": 5}, {"a": 9, "b": "y"}], Prefer=FULL),
    case("W2 unknown", "POST /pairs?columns=a,no", 400,
         fault("PGRST204", "Could not find the 'no' column of 'pairs' in the schema cache"), body={"a": 1}),
    case("W2 PATCH", "PATCH /tasks?id=eq.1&columns=rank&select=title,rank", 200, [{"title": "one", "rank": 7}],
         body={"rank": 7, "title": "no"}, Prefer=FULL),
    case("W3 default", "POST /tasks?columns=id,title,rank&select=rank", 201, [{"rank": 10}],
         {"Preference-Applied": "missing=default, return=representation"},
         body=[{"id": 9, "title": "t"}], Prefer=FULL + ", missing=default"),
    case("W3 null", "POST /tasks?columns=id,title,rank&select=rank", 201, [{"rank": None}],
         body=[{"id": 9, "title": "t"}], Prefer=FULL),
    case("W4 minimal", "POST /pairs", 201, b"", {"Content-Range": "*/*", "Content-Type": None},
         body={"a": 9, "b": "x"}),
    case("W4 empty array", "POST /pairs", 201, "[]", {"Content-Range": "*/*"}, body=[], Prefer=FULL),
    case("W4 defaults", "POST /auto?select=name,upper_name", 201, [{"name": "nameless", "upper_name": "NAMELESS"}],
         body={}, Prefer=FULL),
    case("W4 Location", "POST /pairs", 201, b"", {"Location": "/pairs?a=eq.9&b=eq.x"}, body={"a": 9, "b": "x"},
         Prefer="return=headers-only"),
    case("W4 no Location of two", "POST /pairs", 201, b"", {"Location": None},
         body=[{"a": 9, "b": "x"}, {"a": 9, "b": "y"}], Prefer="return=headers-only"),
    case("W4 count", "POST /pairs", 201, b"", {"Content-Range": "*/2"}, body=[{"a": 9, "b": "x"}, {"a": 9, "b": "y"}],
         Prefer="count=exact"),
    case("W4 Location in the columns' order", "POST /turned_pairs", 201, b"",
         {"Location": "/turned_pairs?b=eq.x%20y%26z&a=eq.9"}, body={"a": 9, "b": "x y&z"},
         Prefer="return=headers-only"),
    case("W4 ordered", "POST /pairs?select=value&order=value.desc", 201, [{"value": 3}, {"value": 2}, {"value": 1}],
         body=[{"a": 9, "b": b, "value": v} for b, v in (("x", 2), ("y", 3), ("z", 1))], Prefer=FULL),
    case("W5 ordered by a column not shown", "PATCH /tasks?select=title&order=id.desc", 200,
         [{"title": "three"}, {"title": "two"}, {"title": "one"}], body={"rank": 5},
         Prefer=FULL),
    case("W5 DELETE ordered", "DELETE /tasks?select=id&order=id.desc", 200,
         [{"id": 3}, {"id": 2}, {"id": 1}], Prefer=FULL),
    case("W4 no key", "POST /keyless", 201, b"", {"Location": None}, body={"word": "w"}, Prefer="return=headers-only"),
    case("W5 PATCH", "PATCH /tasks?id=eq.1", 204, b"", {"Content-Range": "0-0/*", "Content-Type": None},
         body={"rank": 5}),
    case("W5 PATCH shown", "PATCH /tasks?id=eq.1&select=id,rank", 200, [{"id": 1, "rank": 5}],
         {"Content-Range": "0-0/*"}, body={"rank": 5}, Prefer=FULL),
    case("W5 PATCH counted", "PATCH /tasks?id=lt.3", 204, b"", {"Content-Range": "0-1/2"}, body={"rank": 5},
         Prefer="count=exact"),
    case("W5 PATCH of nothing", "PATCH /tasks?id=eq.99", 204, b"", {"Content-Range": "*/*"}, body={"rank": 5}),
    case("W5 PATCH of nothing, shown", "PATCH /tasks?id=eq.99", 200, "[]", {"Content-Range": "*/*"},
         body={"rank": 5}, Prefer=FULL),
    case("W5 empty PATCH", "PATCH /tasks?id=eq.1", 204, b"", {"Content-Range": "*/*"}, body={}),
    case("W5 DELETE", "DELETE /tasks?id=eq.1", 204, b"", {"Content-Range": "*/*"}),
    case("W5 DELETE shown", "DELETE /tasks?id=eq.1&select=id", 200, [{"id": 1}], Prefer=FULL),
    case("W5 DELETE counted", "DELETE /tasks?id=lt.3", 204, b"", {"Content-Range": "*/2"}, Prefer="count=exact"),
    case("W6 created", "PUT /pairs?a=eq.9&b=eq.x", 201, [{"a": 9, "b": "x", "value": 1}],
         body={"a": 9, "b": "x", "value": 1}, Prefer=FULL),
    case("W6 replaced", "PUT /pairs?a=eq.1&b=eq.x", 200, [{"a": 1, "b": "x", "value": 1}],
         body={"a": 1, "b": "x", "value": 1}, Prefer=FULL),
    case("W6 minimal", "PUT /pairs?a=eq.1&b=eq.x", 204, b"", body={"a": 1, "b": "x", "value": 1}),
    case("W6 part of the key", "PUT /pairs?a=eq.1", 405, fault("PGRST105",
         "Filters must include all and only primary key columns with 'eq' operators"),
         body={"a": 1, "b": "x", "value": 1}),
    case("W6 limit", "PUT /pairs?a=eq.1&b=eq.x&limit=1", 400,
         fault("PGRST114", "limit/offset querystring parameters are not allowed for PUT"),
         body={"a": 1, "b": "x", "value": 1}),
    case("W6 mismatch", "PUT /pairs?a=eq.1&b=eq.x", 400,
         fault("PGRST115", "Payload values do not match URL in primary key column(s)"),
         body={"a": 2, "b": "x", "value": 1}),
    case("W7 merge", "POST /pairs", 200, [{"a": 1, "b": "x", "value": 5}], body={"a": 1, "b": "x", "value": 5},
         Prefer=FULL + ", resolution=merge-duplicates"),
    case("W7 merge, one new", "POST /pairs?select=value", 201, [{"value": 5}, {"value": 6}],
         body=[{"a": 1, "b": "x", "value": 5}, {"a": 9, "b": "x", "value": 6}],
         Prefer=FULL + ", resolution=merge-duplicates"),
    case("W7 ignore", "POST /pairs", 201, "[]",
         {"Preference-Applied": "resolution=ignore-duplicates, return=representation"},
         body={"a": 1, "b": "x", "value": 5}, Prefer=FULL + ", resolution=ignore-duplicates"),
    case("W7 nothing to merge without a key", "POST /keyless", 200, b"", {"Preference-Applied": None},
         body=[], Prefer="resolution=merge-duplicates"),
    case("W7 no key to merge on", "POST /keyless", 201, b"", {"Preference-Applied": None}, body=[{"word": "w"}],
         Prefer="resolution=merge-duplicates"),
    case("W7 on_conflict", "POST /unique_words?on_conflict=word&select=id,n", 200, [{"id": 5, "n": 2}],
         body={"id": 5, "word": "first", "n": 2},
         Prefer=FULL + ", resolution=merge-duplicates"),
    case("W8 one", "PATCH /tasks?id=eq.1&select=rank", 200, {"rank": 5}, {"Content-Type": OBJECT + "; charset=utf-8"},
         body={"rank": 5}, Prefer=FULL, Accept=OBJECT),
    case("W8 none", "PATCH /tasks?id=eq.99", 406, fault("PGRST116", NO_ONE, "The result contains 0 rows"),
         body={"rank": 5}, Prefer=FULL, Accept=OBJECT),
    case("W8 several", "DELETE /tasks", 406, fault("PGRST116", NO_ONE, "The result contains 3 rows"),
         Prefer=FULL, Accept=OBJECT),
    case("W9 view", "PATCH /open_tasks?id=eq.1&select=title", 200, [{"title": "new"}],
         body={"title": "new"}, Prefer=FULL),
    case("W9 trigger", "POST /task_titles", 201, body={"title": "t", "n": 77}),
    case("W9 view that cannot be written", "DELETE /loud_items?id=eq.1", 500),
    case("W10 limit", "DELETE /tasks?limit=1&order=id", 204, b"", {"Content-Range": "*/3"}, Prefer="count=exact"),
    case("W11 all rows", "DELETE /tasks", 204, b"", {"Content-Range": "*/3"}, Prefer="count=exact"),
    case("W12 generated", "POST /auto", 400, body={"upper_name": "X"}),
    case("W4 duplicate", "POST /tasks", 409, DUPLICATE, body={"id": 1, "title": "x"}),
    case("W4 not null", "POST /tasks", 400, body={"id": 9}),
    case("W4 policy", "POST /notes", 403,
         fault("42501", 'new row violates row-level security policy for table "notes"'),
         body={"id": 9, "owner": "other_user"}, token=token({"role": "regular_user"})),
    case("W4 reference", "POST /strict_children", 409, fault("23503",
         'insert or update on table "strict_children" violates foreign key constraint "strict_children_parent_fkey"',
         'Key (parent)=(5) is not present in table "parents".'), body={"id": 1, "parent": 5}),
]


@table(WRITES)
def test_writes(parity, case):
    case.check(parity)


def test_W4_deferred_constraint_leaves_no_row(serve, database):
    server = serve(front="nginx", **OPTIONS)
    for prefer in ("return=minimal", FULL, "return=headers-only"):
        answer = case("W4", "POST /late_children", 409, body={"id": 1, "parent": 5}, Prefer=prefer).check(server)
        assert answer.json()["code"] == "23503" and "Location" not in answer.headers
    assert database.value("SELECT count(*) FROM api.late_children") == 0


def test_W8_singular_rolls_back(serve, database):
    server = serve(front="nginx", **OPTIONS)
    case("W8", "PATCH /tasks", 406, body={"rank": 77}, Prefer=FULL, Accept=OBJECT).check(server)
    case("W8", "DELETE /tasks", 400, Prefer="handling=strict, max-affected=1").check(server)
    assert database.run("SELECT rank FROM api.tasks ORDER BY id") == [(1,), (2,), (3,)]
