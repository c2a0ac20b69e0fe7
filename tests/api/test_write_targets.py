"""Writes to views, partitioned and foreign tables, generated columns, and what refuses a write (PARITY.md 1.4, 1.11).

SPDX-License-Identifier: MIT
"""
import concurrent.futures
import time

import pytest

from harness.cases import case, fault, table
from harness.token import token

SCHEMA = "write_targets.sql"
OPTIONS = {"db_schemas": "api"}
FULL = "return=representation"
MERGE = FULL + ", resolution=merge-duplicates"
IGNORE = FULL + ", resolution=ignore-duplicates"
HEADERS = "return=headers-only"


@pytest.fixture(scope="module")
def server(serve):
    return serve(front="nginx", db_tx_end="rollback", **OPTIONS)


def applied(text, **more):
    return {"Preference-Applied": text} | more


def forbidden(what):
    return fault("42501", f"permission denied for table {what}")


NO_BODY_COLUMN = fault("42703", "column pgrst_body.id does not exist")
TARGETS = [
    case("W9 view", "POST /young?select=id,name", 201, [{"id": 9, "name": "Eve"}],
         body={"id": 9, "name": "Eve", "age": 9}, Prefer=FULL),
    case("W9 key of a view", "POST /young", 201, b"", {"Location": "/young?id=eq.9"}, body={"id": 9, "age": 9},
         Prefer=HEADERS),
    case("W9 upsert by a view's key", "POST /young", 200, [{"id": 1, "name": "Ada", "age": 7}],
         body={"id": 1, "age": 7}, Prefer=MERGE),
    case("W9 PUT to a view", "PUT /young?id=eq.1", 200, [{"id": 1, "name": "A", "age": 7}],
         body={"id": 1, "name": "A", "age": 7}, Prefer=FULL),
    case("W9 check option", "POST /young", 400, fault("44000", 'new row violates check option for view "young"',
                                                      "Failing row contains (9, nobody, 60, NOBODY)."),
         body={"id": 9, "age": 60}),
    case("W9 not updatable", "PATCH /names?name=eq.Ada", 500,
         fault("55000", 'cannot update view "names"', "Views containing DISTINCT are not automatically updatable.",
         "To enable updating the view, provide an INSTEAD OF UPDATE trigger or an unconditional ON UPDATE DO INSTEAD "
         "rule."), body={"name": "x"}),
    case("W9 INSTEAD OF INSERT", "POST /through", 201, [{"id": 9, "name": "Eve", "length": 3}],
         body={"id": 9, "name": "Eve"}, Prefer=FULL + ", count=exact"),
    case("W9 INSTEAD OF skips", "POST /through", 201, [{"id": 9, "name": "Eve", "length": 3}], {"Content-Range": "*/1"},
         body=[{"id": 9, "name": "Eve"}, {"id": 8, "name": "skip"}], Prefer=FULL + ", count=exact"),
    case("W9 INSTEAD OF skips, counted by the tag", "POST /through", 201, b"", {"Content-Range": "*/1"},
         body=[{"id": 9, "name": "Eve"}, {"id": 8, "name": "skip"}],
         Prefer="count=exact"),
    case("W9 INSTEAD OF UPDATE", "PATCH /through?id=eq.1", 200, [{"id": 1, "name": "Adam", "length": 4}],
         {"Content-Range": "0-0/*"}, body={"name": "Adam"}, Prefer=FULL),
    case("W9 INSTEAD OF DELETE", "DELETE /through?id=lt.3&order=id.desc&select=id", 200,
         [{"id": 2}, {"id": 1}], Prefer=FULL),
    case("W9 view, CSV", "POST /through", 201,
         [{"id": 8, "name": "x", "length": 1}, {"id": 9, "name": "yy", "length": 2}], body="id,name\n8,x\n9,yy\n",
         Content_Type="text/csv", Prefer=FULL),
    case("W4 partitions", "POST /readings?order=id", 201,
         [{"id": 8, "day": "2020-01-01", "value": None}, {"id": 9, "day": "2021-01-01", "value": None}],
         {"Content-Range": "*/2"}, body=[{"id": 8, "day": "2020-01-01"}, {"id": 9, "day": "2021-01-01"}],
         Prefer=FULL + ", count=exact"),
    case("W4 partitions, Location", "POST /readings", 201, b"", {"Location": "/readings?id=eq.8&day=eq.2020-01-01"},
         body={"id": 8, "day": "2020-01-01"}, Prefer=HEADERS),
    case("W4 no partition", "POST /readings", 400, fault("23514", 'no partition of relation "readings" found for row',
         "Partition key of the failing row contains (day) = (2030-01-01)."), body={"id": 8, "day": "2030-01-01"}),
    case("W5 a row moves", "PATCH /readings?id=eq.1", 200, [{"id": 1, "day": "2021-01-01", "value": 10}],
         body={"day": "2021-01-01"}, Prefer=FULL),
    case("W6 PUT to partitions", "PUT /readings?id=eq.1&day=eq.2020-05-05", 200,
         [{"id": 1, "day": "2020-05-05", "value": 11}],
         body={"id": 1, "day": "2020-05-05", "value": 11}, Prefer=FULL),
    case("W7 partitions", "POST /readings?select=value", 201, [{"value": 11}, {"value": 12}],
         body=[{"id": 1, "day": "2020-05-05", "value": 11}, {"id": 9, "day": "2021-05-05", "value": 12}], Prefer=MERGE),
    case("W4 foreign table", "POST /near", 201, [{"id": 9, "word": "nine"}],
         body={"id": 9, "word": "nine"}, Prefer=FULL),
    case("W4 foreign table, CSV", "POST /near?select=id", 201, [{"id": 8}, {"id": 9}], body="id,word\n8,a\n9,b\n",
         Content_Type="text/csv", Prefer=FULL),
    case("W5 foreign table", "PATCH /near?id=eq.1", 200, [{"id": 1, "word": "uno"}], body={"word": "uno"}, Prefer=FULL),
    case("W5 foreign table, deleted", "DELETE /near?id=eq.1", 204, b"", {"Content-Range": "*/1"}, Prefer="count=exact"),
    case("W4 foreign duplicate", "POST /near", 409, body={"id": 1, "word": "x"}),
    case("W12 identity", "POST /always", 201, b"", {"Location": "/always?id=eq.1"}, body={"word": "x"}, Prefer=HEADERS),
    case("W12 identity always", "POST /always", 400,
         fault("428C9", 'cannot insert a non-DEFAULT value into column "id"',
         'Column "id" is an identity column defined as GENERATED ALWAYS.', "Use OVERRIDING SYSTEM VALUE to override."),
         body={"id": 7}),
    case("W12 identity by default", "POST /by_default", 201, [{"id": 77, "word": None}], body={"id": 77}, Prefer=FULL),
    case("W3 identity", "POST /by_default?columns=id,word&select=word", 201, [{"word": "x"}], body=[{"word": "x"}],
         Prefer=FULL + ", missing=default"),
    case("W12 generated", "PATCH /people?id=eq.1", 400,
         fault("428C9", 'column "loud" can only be updated to DEFAULT', 'Column "loud" is a generated column.'),
         body={"loud": "X"}),
    case("W12 generated is returned", "PATCH /people?id=eq.1&select=loud,label", 200,
         [{"loud": "EVE", "label": "1 Eve"}], body={"name": "Eve"}, Prefer=FULL),
    case("W5 filter by a computed field", "PATCH /people?label=eq.2%20Bob&select=id", 200, [{"id": 2}],
         body={"age": 1}, Prefer=FULL),
    case("W4 order by a computed field", "POST /people?select=id&order=label.desc", 201, [{"id": 9}, {"id": 8}],
         body=[{"id": 8}, {"id": 9}], Prefer=FULL),
    case("W4 write only", "POST /write_only", 201, b"", body={"id": 1}),
    case("W4 write only, shown", "POST /write_only", 401, forbidden("write_only"), {"WWW-Authenticate": "Bearer"},
         body={"id": 1}, Prefer=FULL),
    case("W4 write only, located", "POST /write_only", 401, forbidden("write_only"), body={"id": 1}, Prefer=HEADERS),
    case("W5 write only", "PATCH /write_only", 204, b"", body={"secret": "x"}),
    case("W4 some columns", "POST /partly?select=id,shown", 201, [{"id": 1, "shown": "s"}],
         body={"id": 1, "shown": "s", "hidden": "h"}, Prefer=FULL),
    case("W4 some columns, ordered", "POST /partly?select=shown&order=id", 201, [{"shown": "s"}],
         body={"id": 1, "shown": "s", "hidden": "h"}, Prefer=FULL),
    case("W4 all columns", "POST /partly", 401, forbidden("partly"), body={"id": 1}, Prefer=FULL),
    case("W4 Location of an odd name", "POST /Sp%20ace%20%26%20'more'", 201, b"",
         {"Location": "/Sp%20ace%20%26%20%27more%27?id=eq.1"}, body={"id": 1, "a b": "x"},
         Prefer=HEADERS),
    case("W4 select of a minimal answer is not looked at", "POST /people?select=nope", 201, b"", body={"id": 9}),
    case("W4 unknown column shown", "POST /people?select=nope", 400, body={"id": 9}, Prefer=FULL),
    case("W6 array of one", "PUT /people?id=eq.9&select=id", 201, [{"id": 9}], body=[{"id": 9}], Prefer=FULL),
    case("W6 the other rows of an array are not meant", "PUT /people?id=eq.9&select=id", 201, [{"id": 9}],
         body=[{"id": 9}, {"id": 8}], Prefer=FULL),
    case("W6 no object", "PUT /people?id=eq.9", 400, NO_BODY_COLUMN, body=[]),
    case("W6 empty object", "PUT /people?id=eq.9", 400, NO_BODY_COLUMN, body={}),
    case("W6 without its key", "PUT /people?id=eq.9", 400, NO_BODY_COLUMN, body={"age": 1}),
    case("W6 columns do not count", "PUT /people?id=eq.9&columns=id&select=age", 201, [{"age": 5}],
         body={"id": 9, "age": 5}, Prefer=FULL),
    case("W6 object", "PUT /people?id=eq.1&select=age", 200, {"age": 5}, body={"id": 1, "age": 5}, Prefer=FULL,
         Accept="application/vnd.pgrst.object+json"),
    case("W6 CSV", "PUT /people?id=eq.1&select=age", 200, [{"age": 5}], body="id,age\n1,5\n",
         Content_Type="text/csv", Prefer=FULL),
    case("W6 form", "PUT /people?id=eq.9&select=age", 201, [{"age": 5}], body="id=9&age=5",
         Content_Type="application/x-www-form-urlencoded", Prefer=FULL),
    case("W6 applied", "PUT /people?id=eq.9", 204, b"",
         applied("return=minimal, count=exact", **{"Content-Range": None}), body={"id": 9},
         Prefer="return=minimal, count=exact, missing=default, resolution=merge-duplicates"),
    case("W6 logic tree", "PUT /people?and=(id.eq.9)", 405, body={"id": 9}),
    case("W7 a row twice", "POST /people", 500,
         fault("21000", "ON CONFLICT DO UPDATE command cannot affect row a second time", None,
         "Ensure that no rows proposed for insertion within the same command have duplicate constrained values."),
         body=[{"id": 9}, {"id": 9}], Prefer=MERGE),
    case("W7 no such column", "POST /people?on_conflict=nope", 400, fault("42703", 'column "nope" does not exist', None,
         'Perhaps you meant to reference the column "people.name" or the column "excluded.name".'),
         body={"id": 9}, Prefer=MERGE),
    case("W7 not unique", "POST /people?on_conflict=age", 400, fault("42P10",
         "there is no unique or exclusion constraint matching the ON CONFLICT specification"), body={"id": 9, "age": 1},
         Prefer=MERGE),
    case("W7 nothing to merge", "POST /people", 200, "[]", body=[], Prefer=MERGE),
    case("W7 ignored and new", "POST /people?select=id", 201, [{"id": 9}], {"Content-Range": "*/1"},
         body=[{"id": 1}, {"id": 9}], Prefer=IGNORE + ", count=exact"),
    case("W7 CSV", "POST /people?select=id,age", 200, [{"id": 1, "age": 1}, {"id": 2, "age": 2}],
         body="id,age\n1,1\n2,2\n", Content_Type="text/csv", Prefer=MERGE),
    case("W7 on_conflict without a resolution", "POST /people?on_conflict=id", 409, body={"id": 1}, Prefer=FULL),
    case("W1 CSV as an answer", "POST /people?select=id,name", 201, "id,name\n9,nobody", body={"id": 9},
         Accept="text/csv", Prefer=FULL),
    case("W1 nulls stripped", "POST /people?select=id,age", 201, [{"id": 9}], body={"id": 9},
         Accept="application/vnd.pgrst.array+json;nulls=stripped", Prefer=FULL),
    case("W1 header without an end", "POST /people", 400, fault("PGRST102", 'parse error (not enough input) at ""'),
         body="id,name", Content_Type="text/csv"),
    case("W1 header only", "POST /people", 201, "[]", body="id,name\n", Content_Type="text/csv", Prefer=FULL),
    case("W1 CSV and columns", "POST /people?columns=id&select=id,age", 201, [{"id": 9, "age": 4}],
         body="id,age\n9,4\n", Content_Type="text/csv", Prefer=FULL),
    case("W2 body that is no JSON", "POST /people?columns=id", 400,
         fault("22P02", "invalid input syntax for type json", "The input string ended unexpectedly."), body=""),
    case("W5 no body", "PATCH /people?id=eq.1", 400, fault("PGRST102", "Empty or invalid json"), body=""),
    case("W5 empty array", "PATCH /people?id=eq.1", 200, "[]", {"Content-Range": "*/*"}, body=[], Prefer=FULL),
    case("W5 none counted", "PATCH /people?id=eq.99", 204, b"", {"Content-Range": "*/0"}, body={"age": 1},
         Prefer="count=exact"),
    case("W5 planned", "PATCH /people?id=eq.1", 204, b"", applied("count=planned", **{"Content-Range": "0-0/*"}),
         body={"age": 1}, Prefer="count=planned"),
    case("W5 headers only", "PATCH /people?id=eq.1", 204, b"", applied(HEADERS, Location=None), body={"age": 1},
         Prefer=HEADERS),
    case("W5 Range is not for writes", "PATCH /people", 204, b"", {"Content-Range": "0-2/*"},
         body={"age": 1}, Range="0-0"),
    case("P1 all of POST", "POST /people", 201, b"",
         applied("resolution=ignore-duplicates, missing=null, return=minimal, count=exact, handling=strict, "
                 "timezone=Asia/Tokyo"),
         body={"id": 9},
         Prefer="timezone=Asia/Tokyo, max-affected=9, handling=strict, count=exact, return=minimal, missing=null, "
                "resolution=ignore-duplicates, tx=commit"),
    case("P1 all of DELETE", "DELETE /people?id=eq.1", 204, b"",
         applied("return=minimal, count=exact, handling=strict, max-affected=9"),
         Prefer="max-affected=9, handling=strict, count=exact, return=minimal, missing=null, "
                "resolution=ignore-duplicates"),
    case("P6 offset", "POST /people?select=id", 201, [{"id": 9}], applied(FULL + ", timezone=-4"), body={"id": 9},
         Prefer=FULL + ", timezone=-4"),
    case("P6 no such zone", "POST /people", 400,
         fault("22023", 'invalid value for parameter "TimeZone": "Jupiter/Red_Spot"'), body={"id": 9},
         Prefer="timezone=Jupiter/Red_Spot"),
    case("error check", "PATCH /people?id=eq.1", 400,
         fault("23514", 'new row for relation "people" violates check constraint "people_age_check"',
         "Failing row contains (1, Ada, 200, ADA)."), body={"age": 200}),
    case("error not null", "PATCH /people?id=eq.1", 400,
         fault("23502", 'null value in column "name" of relation "people" violates not-null constraint',
         "Failing row contains (1, null, 36, null)."), body={"name": None}),
    case("error exclusion", "POST /exclusive", 400,
         fault("23P01", 'conflicting key value violates exclusion constraint "exclusive_during_excl"',
         "Key (during)=([4,9)) conflicts with existing key (during)=([1,5))."), body={"id": 2, "during": "[4,9)"}),
    case("error value", "PATCH /people?id=eq.1", 400, fault("22P02", 'invalid input syntax for type integer: "x"'),
         body={"age": "x"}),
    case("error filter", "DELETE /people?id=eq.x", 400, fault("22P02", 'invalid input syntax for type integer: "x"')),
    case("error unknown filter", "DELETE /people?nope=eq.1", 400,
         fault("42703", "column people.nope does not exist", None,
         'Perhaps you meant to reference the column "people.name".')),
    case("error trigger", "POST /complaining", 422, fault("PT422", "not this one", "id 5", "another"), body={"id": 5}),
    case("error policy", "PATCH /guarded?id=eq.1", 403,
         fault("42501", 'new row violates row-level security policy for table "guarded"'), body={"owner": "x"},
         token=token({"role": "regular_user"})),
    case("error policy hides", "PATCH /guarded", 200, [{"id": 1, "owner": "regular_user"}], {"Content-Range": "0-0/*"},
         body={"id": 1}, token=token({"role": "regular_user"}),
         Prefer=FULL),
    case("error policy, anonymous", "POST /guarded", 401,
         fault("42501", 'new row violates row-level security policy for table "guarded"'),
         {"WWW-Authenticate": "Bearer"},
         body={"id": 9, "owner": "x"}),
    case("error read only", "POST /rpc/refuse", 405,
         fault("25006", "cannot execute UPDATE in a read-only transaction"), body={}),
    case("error statement timeout", "PATCH /slow?id=eq.1", 500,
         fault("57014", "canceling statement due to statement timeout"), body={"value": -1},
         token=token({"role": "regular_user"})),
]


@table(TARGETS)
def test_targets(server, case):
    case.check(server)


def together(server, *cases, apart=0.05):
    """The answers to requests that are sent while the ones before them still run."""
    with concurrent.futures.ThreadPoolExecutor(len(cases)) as pool:
        asked = []
        for item in cases:
            asked.append(pool.submit(item.ask, server))
            time.sleep(apart)
        return [answer.result() for answer in asked]


def test_error_deadlock(serve):
    """One of two that wait for each other is told so; the other is done."""
    server = serve(front="nginx", workers=4, **OPTIONS)
    answers = together(server, case("", "POST /rpc/swap", body={"first": 1, "second": 2}),
                       case("", "POST /rpc/swap", body={"first": 2, "second": 1}))
    assert sorted(answer.status_code for answer in answers) == [204, 500]
    lost = next(answer for answer in answers if answer.status_code == 500)
    assert (lost.json()["code"], lost.json()["message"]) == ("40P01", "deadlock detected")


def test_error_serialization(serve, database):
    """Not tried again: of two serializable updates of one row the later is refused."""
    server = serve(front="nginx", workers=4, **OPTIONS)
    update = case("", "PATCH /slow?id=eq.1", body={"value": 5}, token=token({"role": "other_user"}))
    answers = together(server, update, update)
    assert sorted(answer.status_code for answer in answers) == [204, 500]
    assert {answer.json()["code"] for answer in answers if answer.status_code == 500} == {"40001"}
