"""Preferences, ranges and counts (PARITY.md 1.6).

SPDX-License-Identifier: MIT
"""
import pytest

from harness.cases import case, fault, table

SCHEMA = "parity.sql"
IDS = ["P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P9", "P10"]
OPTIONS = {"db_schemas": "api,other", "db_extra_search_path": "extra", "db_tx_end": "rollback-allow-override"}


@pytest.fixture(scope="module", params=["nginx", "lighttpd"])
def parity(request, serve):
    return serve(front=request.param, **OPTIONS)


def applied(text, **more):
    return {"Preference-Applied": text} | more


def ranged(name, query, status, content_range, prefer="count=exact", method="GET", **send):
    return case(name, f"{method} /items?select=id&{query}", status, fields={"Content-Range": content_range},
                Prefer=prefer, **send)


def beyond(offset, total):
    return fault("PGRST103", "Requested range not satisfiable",
                 f"An offset of {offset} was requested, but there are only {total} rows.")


TASK = {"id": 9, "title": "nine"}
PREFERENCES = [
    case("P1 commas", "POST /tasks", 201, fields=applied("return=minimal, count=exact"), body=TASK,
         Prefer="count=exact, return=minimal"),
    case("P1 first wins", "POST /tasks", 201, fields=applied("return=minimal"), body=TASK,
         Prefer="return=minimal,return=representation"),
    case("P1 unknown is ignored", "GET /items?id=eq.1", 200, fields=applied(None), Prefer="anything=goes"),
    case("P1 write preferences of a read", "GET /items?id=eq.1", 200, fields=applied(None),
         Prefer="return=minimal, missing=default"),
    case("P2 lenient", "GET /items?id=eq.1", 200, fields=applied("handling=lenient"),
         Prefer="handling=lenient, what=ever"),
    case("P2 strict", "GET /items?id=eq.1", 200, fields=applied("handling=strict"), Prefer="handling=strict"),
    case("P2 strict and unknown", "GET /items", 400, fault("PGRST122", "Invalid preferences given with handling=strict",
         "Invalid preferences: what=ever, foo"), Prefer="handling=strict, what=ever, foo"),
    case("P2 strict, but the table is not known", "GET /itemz", 404, Prefer="handling=strict, foo"),
    case("P2 strict and tx", "GET /items?id=eq.1", 200, fields=applied("tx=commit, handling=strict"),
         Prefer="handling=strict, tx=commit"),
    case("P3 default", "POST /tasks", 201, b"", applied(None, **{"Content-Type": None, "Location": None}), body=TASK),
    case("P3 minimal", "POST /tasks", 201, b"", applied("return=minimal", Location=None), body=TASK,
         Prefer="return=minimal"),
    case("P3 headers-only", "POST /tasks", 201, b"", applied("return=headers-only", Location="/tasks?id=eq.9"),
         body=TASK, Prefer="return=headers-only"),
    case("P3 representation", "POST /tasks?select=id,title,rank", 201, [
         {"id": 9, "title": "nine", "rank": 10}], applied("return=representation"), body=TASK,
         Prefer="return=representation"),
    ranged("P4 exact", "limit=2", 206, "0-1/6"), ranged("P4 planned", "limit=2", 206, "0-1/6", "count=planned"),
    ranged("P4 estimated", "limit=2", 206, "0-1/6", "count=estimated"),
    ranged("P4 none", "limit=2", 200, "0-1/*", "handling=lenient"),
    ranged("P4 HEAD", "limit=2", 206, "0-1/6", method="HEAD"),
    case("P4 applied", "GET /items?limit=1", 206, fields=applied("count=exact"), Prefer="count=exact"),
    case("P5 rollback", "POST /tasks", 201, fields=applied("tx=rollback"), body=TASK, Prefer="tx=rollback"),
    case("P6 name", "GET /types?select=at_zone&id=eq.1", 200, [{"at_zone": "2020-01-01T22:04:05-05:00"}],
         applied("timezone=America/New_York"),
         Prefer="timezone=America/New_York"),
    case("P6 function", "GET /rpc/now_there", 200, '"2020-06-01T14:00:00+02:00"', Prefer="timezone=Europe/Berlin"),
    case("P6 invalid", "GET /types?select=at_zone", 400, fields=applied(None), Prefer="timezone=Jupiter/Red_Spot"),
    case("P7 within", "PATCH /tasks?id=lt.3", 204, fields=applied("handling=strict, max-affected=2"),
         body={"rank": 0}, Prefer="handling=strict, max-affected=2"),
    case("P7 beyond", "PATCH /tasks", 400, fault("PGRST124", "Query result exceeds max-affected preference constraint",
                                                 "The query affects 3 rows"),
         body={"rank": 0}, Prefer="handling=strict, max-affected=2"),
    case("P7 DELETE", "DELETE /tasks", 400, fault("PGRST124", "Query result exceeds max-affected preference constraint",
                                                  "The query affects 3 rows"),
         Prefer="handling=strict, max-affected=1"),
    case("P7 negative", "DELETE /tasks?id=eq.99", 400,
         fault("PGRST124", "Query result exceeds max-affected preference constraint",
         "The query affects 0 rows"), Prefer="handling=strict, max-affected=-1"),
    case("P7 lenient and negative", "DELETE /tasks", 204, fields=applied(None), Prefer="max-affected=-1"),
    case("P7 lenient", "DELETE /tasks", 204, fields=applied(None), Prefer="max-affected=1"),
    case("P7 RPC", "POST /rpc/drop_tasks", 400,
         fault("PGRST124", "Query result exceeds max-affected preference constraint", "The query affects 3 rows"),
         body={}, Prefer="handling=strict, max-affected=1"),
    case("P7 RPC without rows", "POST /rpc/add", 400, fault("PGRST128",
         "Function must return SETOF or TABLE when max-affected preference is used with handling=strict"),
         body={"a": 1, "b": 2},
         Prefer="handling=strict, max-affected=1"),
    ranged("P8 from to", "order=id", 206, "1-2/6", Range="1-2"),
    ranged("P8 open", "order=id", 206, "4-5/6", Range="4-"),
    ranged("P8 unit", "order=id", 206, "0-0/6", Range="0-0", Range_Unit="items"),
    ranged("P8 intersects", "limit=2&offset=1", 206, "1-2/6", Range="0-4"),
    ranged("P8 not of HEAD", "", 200, "0-5/6", method="HEAD", Range="1-2"),
    case("P8 upside down", "GET /items", 416, fault("PGRST103", "Requested range not satisfiable",
         "The lower boundary must be lower than or equal to the upper boundary in the Range header."), Range="4-2"),
    ranged("P9 all", "", 200, "0-5/6"), ranged("P9 empty", "id=gt.100", 200, "*/0"),
    ranged("P9 page", "limit=3&offset=3", 206, "3-5/6"),
    ranged("P9 no count", "limit=3&offset=3", 200, "3-5/*", "handling=lenient"),
    ranged("P9 offset is total", "offset=6", 206, "*/6"),
    case("P9 beyond", "GET /items?offset=7", 416, beyond(7, 6), applied("count=exact", **{"Content-Range": "*/6",
         "Content-Location": "/items?offset=7", "Content-Profile": "api"}), Prefer="count=exact"),
    case("P9 beyond as CSV", "GET /items?offset=7", 416, beyond(7, 6), {"Content-Range": "*/6"}, Prefer="count=exact",
         Accept="text/csv"),
    case("P9 HEAD beyond", "HEAD /items?offset=7", 416, b"", {"Content-Range": "*/6"}, Prefer="count=exact"),
    case("P9 function beyond", "GET /rpc/all_items?offset=7", 416, beyond(7, 6),
         applied("count=exact", **{"Content-Range": "*/6"}), Prefer="count=exact"),
    case("P9 function", "GET /rpc/all_items?select=id&limit=2", 206, [{"id": 1}, {"id": 2}], {"Content-Range": "0-1/6"},
         Prefer="count=exact"),
    ranged("P9 limit 0", "limit=0", 206, "*/6"),
]
MAX_ROWS = [
    case("P10 read", "GET /items?select=id&order=id", 200, [{"id": 1}, {"id": 2}], {"Content-Range": "0-1/*"}),
    case("P10 larger limit", "GET /items?select=id&order=id&limit=5", 200, [{"id": 1}, {"id": 2}]),
    case("P10 count", "GET /items?select=id&order=id", 206, [{"id": 1}, {"id": 2}], {"Content-Range": "0-1/6"},
         Prefer="count=exact"),
    case("P10 estimated", "GET /items?select=id&order=id", 206, [{"id": 1}, {"id": 2}], {"Content-Range": "0-1/6"},
         Prefer="count=estimated"),
    case("P10 function", "GET /rpc/all_items?select=id", 200, [{"id": 1}, {"id": 2}]),
    case("P10 not of a representation", "PATCH /tasks?select=id&order=id", 200, fields={"Content-Range": "0-2/*"},
         body={"rank": 0},
         Prefer="return=representation"),
]


@table(PREFERENCES)
def test_preferences(parity, case):
    case.check(parity)


@table(MAX_ROWS)
def test_max_rows(serve, case):
    case.check(serve(front="nginx", db_max_rows=2, **OPTIONS))


def test_P5_commit_where_it_is_allowed(parity, database):
    database.run("TRUNCATE api.keyless")
    case("P5", "POST /keyless", 201, body={"word": "kept"}, Prefer="tx=commit").check(parity)
    case("P5", "POST /keyless", 201, body={"word": "gone"}).check(parity)
    assert database.run("SELECT word FROM api.keyless") == [("kept",)]
    assert database.value("SELECT count(*) FROM api.tasks") == 3


def test_every_id_has_a_case():
    named = {item.name.split()[0] for item in PREFERENCES + MAX_ROWS}
    assert not set(IDS) - named
