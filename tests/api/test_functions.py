"""Functions (PARITY.md 1.5).

SPDX-License-Identifier: MIT
"""
import pytest

from harness.cases import case, fault, table

SCHEMA = "parity.sql"
OPTIONS = {"db_schemas": "api,other", "db_extra_search_path": "extra", "db_tx_end": "rollback"}
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def parity(serve):
    return serve(front="nginx", **OPTIONS)


FUNCTIONS = [
    case("F1 GET", "GET /rpc/add?a=1&b=2", 200, "3", {"Content-Range": "0-0/*"}),
    case("F1 POST", "POST /rpc/add", 200, "3", body={"b": 2, "a": 1}),
    case("F1 form", "POST /rpc/add", 200, "3", body="a=1&b=2", Content_Type=FORM),
    case("F1 default", "GET /rpc/greet", 200, '"hello world"'),
    case("F1 default given", "GET /rpc/greet?name=you", 200, '"hello you"'),
    case("F1 array literal", "GET /rpc/sum_of?v={1,2,3}", 200, "6"),
    case("F1 array", "POST /rpc/sum_of", 200, "6", body={"v": [1, 2, 3]}),
    case("F1 OUT", "GET /rpc/out_two?a=2", 200, {"twice": 4, "thrice": 6}),
    case("F1 INOUT", "GET /rpc/inout_one?a=2", 200, {"a": 3}),
    case("F1 TABLE", "GET /rpc/a_table?lo=2", 200, [{"n": 2, "square": 4}, {"n": 3, "square": 9}]),
    case("F1 arrays of dates", "POST /rpc/german_dates", 200,
         [{"days": ["2024-05-01"], "moments": ["2024-05-01T10:00:00"]}], body={}),
    case("F1 record", "GET /rpc/a_record", 200, {"a": 1, "b": "x"}),
    case("F1 bad value", "GET /rpc/add?a=x&b=2", 400, fault("22P02", 'invalid input syntax for type integer: "x"')),
    case("F2 json", "POST /rpc/whole_json", 200, {"x": [1]}, body={"x": [1]}),
    case("F2 text", "POST /rpc/whole_text", 200, '"hi"', body="hi", Content_Type="text/plain"),
    case("F2 bytes", "POST /rpc/whole_bytes", 200, '"00ff"', body=b"\x00\xff", Content_Type="application/octet-stream"),
    case("F2 xml", "POST /rpc/whole_xml", 200, '"<a>1</a>"', body="<a>1</a>", Content_Type="text/xml"),
    case("F2 no such", "POST /rpc/add", 404,
         fault("PGRST202", "Could not find the function api.add in the schema cache",
         "Searched for the function api.add with a single unnamed text parameter, but no matches were found in the "
         "schema cache."), body="x", Content_Type="text/plain"),
    case("F3 none", "GET /rpc/over", 200, '"none"'), case("F3 one", "GET /rpc/over?a=1", 200, '"one"'),
    case("F3 two", "GET /rpc/over?a=1&b=2", 200, '"two"'),
    case("F3 tie", "GET /rpc/tie?a=1", 300, fault("PGRST203",
         "Could not choose the best candidate function between: api.tie(a => integer), api.tie(a => text)", None,
         "Try renaming the parameters or the function itself in the database so function overloading can be resolved")),
    case("F4 repeated", "GET /rpc/total?v=1&v=2&v=3", 200, "6"), case("F4 one", "GET /rpc/total?v=4", 200, "4"),
    case("F4 JSON", "POST /rpc/total", 200, "6", body={"v": [1, 2, 3]}),
    case("F5 scalar", "GET /rpc/greet", 200, '"hello world"', {"Content-Type": "application/json; charset=utf-8"}),
    case("F5 null", "GET /rpc/no_value", 200, "null"),
    case("F5 set of scalars", "GET /rpc/numbers?n=3", 200, "[1, 2, 3]", {"Content-Range": "0-2/*"}),
    case("F5 set of arrays", "GET /rpc/some_arrays", 200, "[[1], \n [2]]"),
    case("F5 empty set", "GET /rpc/numbers?n=0", 200, "[]"),
    case("F5 composite", "GET /rpc/a_point", 200, {"x": 1, "y": 2, "label": "p"}),
    case("F5 row", "GET /rpc/an_item?wanted=1&select=id,name", 200, {"id": 1, "name": "apple"}),
    case("F5 rows", "GET /rpc/all_items?select=id&limit=2", 200, [{"id": 1}, {"id": 2}]),
    case("F5 void", "POST /rpc/nothing", 204, b"", {"Content-Type": None}, body={}),
    case("F5 json", "GET /rpc/some_json", 200, '{"a":  [1, 2]}'), case("F5 array", "GET /rpc/an_array", 200, [1, 2]),
    case("F6 filter", "GET /rpc/all_items?id=gt.4&select=id", 200, [{"id": 5}, {"id": 6}]),
    case("F6 order", "GET /rpc/all_items?order=id.desc&select=id&limit=1", 200, [{"id": 6}]),
    case("F6 offset", "GET /rpc/all_items?offset=5&select=id", 200, [{"id": 6}]),
    case("F6 argument and filter", "GET /rpc/a_table?lo=1&n=gt.2&select=square", 200, [{"square": 9}]),
    case("F6 count", "GET /rpc/all_items?select=id&limit=1", 206, [{"id": 1}], {"Content-Range": "0-0/6"},
         Prefer="count=exact"),
    case("F6 POST", "POST /rpc/a_table?select=n&n=lt.2", 200, [{"n": 1}], body={"lo": 1}),
    case("F6 singular", "GET /rpc/all_items?id=eq.2&select=id", 200, {"id": 2},
         Accept="application/vnd.pgrst.object+json"),
    case("F7 GET", "GET /rpc/add_task?id=9&title=t", 405,
         fault("25006", "cannot execute INSERT in a read-only transaction")),
    case("F7 POST volatile", "POST /rpc/add_task?select=id,title", 200, {"id": 9, "title": "t"},
         body={"id": 9, "title": "t"}),
    case("F7 POST stable", "POST /rpc/stable_write", 400,
         fault("0A000", "DELETE is not allowed in a non-volatile function"), body={}),
    case("F8 volatile", "OPTIONS /rpc/add_task", 200, b"", {"Allow": "OPTIONS,POST"}),
    case("F8 stable", "OPTIONS /rpc/all_items", 200, b"", {"Allow": "OPTIONS,GET,HEAD,POST"}),
    case("F9 statement_timeout", "GET /rpc/hoisted?name=statement_timeout", 200, '"7s"'),
    case("F9 it works", "GET /rpc/slow", 500, fault("57014", "canceling statement due to statement timeout")),
    case("F9 isolation", "POST /rpc/serial", 200, '"serializable"', body={}),
    case("F9 not left behind", "GET /rpc/setting?name=statement_timeout", 200, '"0"'),
    case("F10 procedure", "POST /rpc/a_procedure", 404, body={}),
    case("F10 unnamed parameters", "POST /rpc/two_unnamed", 404, body={"a": 1}),
    case("F1 no right", "GET /rpc/members_only_function", 401,
         fault("42501", "permission denied for function members_only_function")),
]


@table(FUNCTIONS)
def test_functions(parity, case):
    case.check(parity)
