"""Routes and methods (PARITY.md 1.1).

SPDX-License-Identifier: MIT
"""
import pytest

from harness.cases import case, fault, table

SCHEMA = "parity.sql"
OPTIONS = {"db_schemas": "api,other", "db_extra_search_path": "extra"}
IDS = ["R1", "R2", "R3", "R4", "R5", "R6", "R7"]


@pytest.fixture(scope="module", params=["nginx", "lighttpd"])
def parity(request, serve):
    return serve(front=request.param, **OPTIONS)


INVALID = fault("PGRST125", "Invalid path specified in request URL")


def no_table(name, hint=None, schema="api"):
    return fault("PGRST205", f"Could not find the table '{schema}.{name}' in the schema cache", None, hint)


def no_rpc(method):
    return fault("PGRST101", f"Cannot use the {method} method on RPC")


ONE = [{"id": 1}]
ROUTES = [
    case("R1 HEAD", "HEAD /", 200, b""),
    case("R1 OPTIONS", "OPTIONS /", 200, b"", {"Allow": "OPTIONS,GET,HEAD"}),
    case("R1 GET", "GET /", 200, fields={"Content-Type": "application/openapi+json; charset=utf-8",
                                         "Content-Profile": "api"}),
    case("R1 POST", "POST /", 405, fault("PGRST117", "Unsupported HTTP method: POST"), body="{}"),
    case("R1 DELETE", "DELETE /", 405, fault("PGRST117", "Unsupported HTTP method: DELETE")),
    case("R2 table", "GET /items?select=id&id=eq.1", 200, ONE),
    case("R2 view", "GET /cheap_items?select=id&id=eq.1", 200, ONE),
    case("R2 materialized view", "GET /item_names?select=id&id=eq.1", 200, ONE),
    case("R2 partitioned table", "GET /measurements?select=value&order=value", 200, [{"value": 1}, {"value": 2}]),
    case("R2 table without rows", "GET /no_rows", 200, "[]", {"Content-Range": "*/*"}),
    case("R2 HEAD", "HEAD /items?id=lt.3", 200, b"", {"Content-Range": "0-1/*",
         "Content-Type": "application/json; charset=utf-8"}),
    case("R3 GET", "GET /rpc/add?a=1&b=2", 200, "3"),
    case("R3 HEAD", "HEAD /rpc/add?a=1&b=2", 200, b""),
    case("R3 POST", "POST /rpc/add", 200, "3", body={"a": 1, "b": 2}),
    case("R3 PATCH", "PATCH /rpc/add", 405, no_rpc("PATCH"), body="{}"),
    case("R3 PUT", "PUT /rpc/add", 405, no_rpc("PUT"), body="{}"),
    case("R3 DELETE", "DELETE /rpc/add", 405, no_rpc("DELETE")),
    case("R3 no name", "GET /rpc/", 404,
         fault("PGRST202", "Could not find the function api. without parameters in the schema cache",
         "Searched for the function api. without parameters, but no matches were found in the schema cache.")),
    case("R4 below a table", "GET /items/1", 404, INVALID),
    case("R4 below a function", "GET /rpc/add/1", 404, INVALID),
    case("R6 Unicode, blank and reserved characters",
         "GET /Gr%C3%B6%C3%9Fe%20%26%20Ma%C3%9F?select=l%C3%A4nge", 200, '[{"länge":7}]'),
    case("R6 dot", "GET /with.dot", 200, ONE),
    case("R6 case is kept", "GET /MiXeD", 200, [{"id": 2}]),
    case("R6 case is not folded", "GET /mixed", 404),
    case("R7 relation", "GET /nowhere_at_all", 404, no_table("nowhere_at_all")),
    case("R7 hint", "GET /itemz", 404, no_table("itemz", "Perhaps you meant the table 'api.items'")),
    case("R7 hidden schema is no hint", "GET /itemzz", 404),
    case("R7 write", "POST /nowhere_at_all", 404, no_table("nowhere_at_all"), body="{}"),
    case("R7 a partition is no relation of its own", "GET /measurements_1", 404,
         no_table("measurements_1", "Perhaps you meant the table 'api.measurements'")),
    case("R7 function", "GET /rpc/nowhere_at_all", 404, fault("PGRST202",
         "Could not find the function api.nowhere_at_all without parameters in the schema cache",
         "Searched for the function api.nowhere_at_all without parameters, but no matches were found in the schema "
         "cache.")),
    case("R7 function hint", "GET /rpc/greett", 404, fault("PGRST202",
         "Could not find the function api.greett without parameters in the schema cache",
         "Searched for the function api.greett without parameters, but no matches were found in the schema cache.",
         "Perhaps you meant to call the function api.greet")),
    case("R7 parameters", "GET /rpc/add?a=1&c=2", 404, fault("PGRST202",
         "Could not find the function api.add(a, c) in the schema cache",
         "Searched for the function api.add with parameters a, c, but no matches were found in the schema cache.",
         "Perhaps you meant to call the function api.add(a, b)")),
    case("R7 POST", "POST /rpc/add", 404, fault("PGRST202",
         "Could not find the function api.add(a) in the schema cache",
         "Searched for the function api.add with parameter a or with a single unnamed json/jsonb parameter, but no "
         "matches "
         "were found in the schema cache.", "Perhaps you meant to call the function api.add(a, b)"), body={"a": 1}),
    case("R7 column", "POST /items", 400,
         fault("PGRST204", "Could not find the 'nope' column of 'items' in the schema cache"),
         body={"nope": 1}),
]


@table(ROUTES)
def test_routes(parity, case):
    case.check(parity)


def test_R5_unknown_method(serve):
    """lighttpd answers methods that it does not know by itself."""
    server = serve(front="nginx", **OPTIONS)
    for method in ("BREW", "TRACK"):
        status, answer = server.raw_request(method, "/items")
        assert status == 405, answer
        assert f'"message":"Unsupported HTTP method: {method}"' in answer.decode()
        assert "PGRST117" in answer.decode()


def test_R6_head_has_no_length(parity):
    answer = parity.request("HEAD", "/items")
    assert "Content-Length" not in answer.headers and not answer.content


def test_R6_body_is_drained_on_error(parity):
    for _ in range(3):
        assert parity.post("/nowhere_at_all", data=b"x" * 300000).status_code in (400, 404)
        assert parity.get("/items?id=eq.1&select=id").json() == ONE


def test_R1_openapi_disabled(serve):
    server = serve(front="nginx", openapi_mode="disabled", **OPTIONS)
    case("R1", "GET /", 404, fault("PGRST126", "Root endpoint metadata is disabled")).check(server)


def test_R1_root_spec(serve):
    server = serve(front="nginx", db_root_spec="some_json", **OPTIONS)
    case("R1", "GET /", 200, {"a": [1, 2]}).check(server)


def test_every_id_has_a_case():
    named = {item.name.split()[0] for item in ROUTES} | {name.split("_")[1] for name in globals()
                                                         if name.startswith("test_R")}
    assert not set(IDS) - named
