"""Execution plans (PARITY.md 1.7, M2): what is explained is one statement that makes the whole answer, in PostgREST's
shape, because clients look for its aggregate, the names of its parts and its costs.

SPDX-License-Identifier: MIT
"""
import pytest

SCHEMA = "parity.sql"
OPTIONS = {"db_schemas": "api,other", "db_extra_search_path": "extra", "db_plan_enabled": True}
PLAN = "application/vnd.pgrst.plan"


@pytest.fixture(scope="module", params=["nginx", "lighttpd", "apache"])
def server(request, serve):
    return serve(front=request.param, **OPTIONS)


def ask(server, request_line, accept, **more):
    method, path = request_line.split(" ", 1)
    return server.request(method, path, headers={"Accept": accept} | more.pop("headers", {}), **more)


def explain(server, request_line, inner="application/json", options="verbose", **more):
    answer = ask(server, request_line, f'{PLAN}+json; for="{inner}"; options={options}', **more)
    assert answer.status_code == 200, answer.text
    return answer.json()[0]


OPTION_CASES = [  # what stands behind the media type, and how the answer says that it was understood
    ("", "+text; for=\"application/json\""),
    (";", "+text; for=\"application/json\""),
    ("+text", "+text; for=\"application/json\""),
    ("+json", "+json; for=\"application/json\""),
    ("; options=analyze|verbose", "+text; for=\"application/json\"; options=analyze|verbose"),
    ("; options=wal|buffers|settings|verbose|analyze",
     "+text; for=\"application/json\"; options=analyze|verbose|settings|buffers|wal"),
    ("; options = analyze", "+text; for=\"application/json\"; options=analyze"),
    ("; options=analyze | verbose", "+text; for=\"application/json\"; options=analyze|verbose"),
    ('; options="analyze|verbose"', "+text; for=\"application/json\"; options=analyze|verbose"),
    ("; options=ANALYZE|Verbose", "+text; for=\"application/json\"; options=analyze|verbose"),
    ("; options=verbose|costs|verbose", "+text; for=\"application/json\"; options=verbose"),
    ("; options=costs", "+text; for=\"application/json\""),
    ("; charset=utf-8; options=verbose", "+text; for=\"application/json\"; options=verbose"),
    ('; for="text/csv"; options=verbose', "+text; for=\"text/csv\"; options=verbose"),
    ('; options=verbose; for="text/csv"', "+text; for=\"text/csv\"; options=verbose"),
    ('; options=verbose; for=text/csv', "+text; for=\"text/csv\"; options=verbose"),
    ('; FOR = "TEXT/CSV" ;OPTIONS=verbose', "+text; for=\"text/csv\"; options=verbose"),
    ('; for="application/vnd.pgrst.object"', "+text; for=\"application/vnd.pgrst.object+json\""),
    ('; for="application/vnd.pgrst.array;nulls=stripped"',
     "+text; for=\"application/vnd.pgrst.array+json;nulls=stripped\""),
]


@pytest.mark.parametrize("parameters, said", OPTION_CASES, ids=[parameters for parameters, _ in OPTION_CASES])
def test_M2_options_as_clients_write_them(server, parameters, said):
    answer = ask(server, "GET /items?id=eq.1", PLAN + parameters)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == PLAN + said + "; charset=utf-8"
    verbose, analyzed = "verbose" in said, "analyze" in said
    assert ("Output" in answer.text, "actual time" in answer.text) == (verbose, analyzed), answer.text
    assert "Aggregate" in answer.text and "cost=" in answer.text or "+json" in said


def test_M2_options_that_need_another(server):
    answer = ask(server, "GET /items", PLAN + "; options=wal")
    assert (answer.status_code, answer.json()["message"]) == (400, "EXPLAIN option WAL requires ANALYZE")


ROW = "ROW(items.id)"
MINIMAL = {"Prefer": "return=minimal"}
FULL = {"Prefer": "return=representation"}
BODIES = [  # request, for, fields; the topmost node, what makes the body of the rows
    ("GET /items?select=id", "application/json", {}, "Aggregate", f"COALESCE(json_agg({ROW}), '[]'::json)"),
    ("GET /items?select=id", "application/vnd.pgrst.object", {}, "Aggregate",
     f"COALESCE((json_agg({ROW}) -> 0), 'null'::json)"),
    ("GET /items?select=id", "application/vnd.pgrst.object;nulls=stripped", {}, "Aggregate",
     f"COALESCE(json_strip_nulls((json_agg({ROW}) -> 0)), 'null'::json)"),
    ("GET /items?select=id", "application/vnd.pgrst.array;nulls=stripped", {}, "Aggregate",
     f"COALESCE(json_strip_nulls(json_agg({ROW})), '[]'::json)"),
    ("GET /items?select=id", "text/csv", {}, "Aggregate", "COALESCE(string_agg(\"substring\"("),
    ("GET /rpc/add?a=1&b=2", "application/json", {}, "Aggregate", "COALESCE((json_agg(3) -> 0), 'null'::json)"),
    ("GET /rpc/add?a=1&b=2", "application/vnd.pgrst.object", {}, "Aggregate",
     "COALESCE((json_agg(3) -> 0), 'null'::json)"),
    ("GET /rpc/numbers?n=3", "application/json", {}, "Aggregate",
     "COALESCE(json_agg((numbers(3))), '[]'::json)"),
    ("GET /rpc/all_items?select=id", "application/json", {}, "Aggregate", f"COALESCE(json_agg({ROW}), '[]'::json)"),
    ("GET /rpc/an_item?wanted=1&select=id", "application/json", {}, "Aggregate",
     "COALESCE((json_agg(ROW(pgrst_call.id)) -> 0), 'null'::json)"),
    ("GET /rpc/nothing", "application/json", {}, "Aggregate", "COALESCE((json_agg(NULL::void) -> 0), 'null'::json)"),
    ("GET /rpc/page", "text/html", {}, "Result", "'<p>hi</p>'::"),
    ("GET /rpc/page", "application/json", {}, "Aggregate", "COALESCE((json_agg('<p>hi</p>'::"),
    ("DELETE /items?id=eq.1&select=id", "application/json", FULL, "Aggregate", f"json_agg({ROW})"),
    ("DELETE /items?id=eq.1", "application/json", MINIMAL, "Aggregate", "''::text"),
    ("PATCH /items?id=eq.1", "application/json", {}, "Aggregate", "''::text"),
    ("POST /tasks", "application/json", {"Prefer": "return=headers-only"}, "Aggregate", "''::text"),
    ("PUT /tasks?id=eq.1", "application/json", FULL, "Aggregate", "COALESCE(json_agg("),
]
SENT = {"PATCH": {"name": "x"}, "POST": {"id": 77, "title": "x"}, "PUT": {"id": 1, "title": "x"}}


@pytest.mark.parametrize("request_line, inner, fields, node, body", BODIES,
                         ids=[f"{line} {inner} {'+'.join(fields.values())}" for line, inner, fields, *_ in BODIES])
def test_M2_what_makes_the_answer(server, request_line, inner, fields, node, body):
    """Beside the body stand the same columns as in PostgREST's statement; what is explained only is not done."""
    method = request_line.split()[0]
    writes = method != "GET"
    count = lambda: server.get("/items?select=id").text + server.get("/tasks?select=id,title&order=id").text
    before = count()
    plan = explain(server, request_line, inner, headers=fields, json=SENT.get(method))["Plan"]
    output = plan["Output"]
    assert plan["Node Type"] == node and body in output[3 if writes else 2], output
    assert "response.headers" in output[-3] and "response.status" in output[-2] and len(output) == 6 + writes, output
    source = any(part.get("Subplan Name") == "CTE pgrst_source" for part in plan.get("Plans", []))
    assert source == (writes or inner == "text/csv"), plan["Plans"]
    assert count() == before


COUNTS = [  # request, Prefer, is there a total, does it count more than the rows of the page
    ("GET /items?limit=2", None, False, False),
    ("GET /items?limit=2", "count=planned", False, False),
    ("GET /items?limit=2", "count=exact", True, True),
    ("GET /items?limit=2", "count=estimated", True, True),
    ("GET /items?offset=2", "count=exact", True, True),
    ("GET /items", "count=exact", True, False),
    ("GET /rpc/all_items?limit=2&id=gt.1", "count=exact", True, True),
    ("GET /rpc/all_items", "count=exact", True, False),
]


@pytest.mark.parametrize("request_line, prefer, total, all_rows", COUNTS)
def test_M2_counts(server, request_line, prefer, total, all_rows):
    plan = explain(server, request_line, headers={"Prefer": prefer} if prefer else {})["Plan"]
    first, page = plan["Output"][:2]
    counted = [part for part in plan["Plans"] if part.get("Parent Relationship") == "InitPlan"
               and part["Node Type"] == "Aggregate"]
    assert (first != "NULL::bigint") == total and "count(" in page
    assert (first != page if all_rows else first in (page, "NULL::bigint")) and bool(counted) == all_rows, plan


def test_M2_counts_of_a_single_value(server):
    plan = explain(server, "GET /rpc/add?a=1&b=2", headers={"Prefer": "count=exact"})["Plan"]
    assert plan["Output"][:2] == ["1", "1"]


def test_M2_settings_show_the_search_path_as_it_is_configured(server):
    """pg_temp, which stands last so that no temporary table shadows another, is nobody's setting."""
    path = '"api", "extra"'
    literal = "/items?name=eq.search_path = 'x', pg_temp"
    for request_line in "GET /items", "GET " + literal, "DELETE /items?id=eq.1":
        assert explain(server, request_line, options="settings")["Settings"]["search_path"] == path
        text = ask(server, request_line, PLAN + "; options=settings").text
        assert f"\nSettings: search_path = '{path}'\n" in text, text
    assert "pg_temp" in ask(server, "GET " + literal, PLAN + "; options=settings").text


def test_M2_default_from_a_sequence_with_a_quoted_name(serve, server, database):
    database.run('CREATE TABLE api."Numbered Things" ("Id" serial PRIMARY KEY, name text); '
                 'GRANT ALL ON api."Numbered Things" TO web_anon; '
                 'GRANT USAGE ON SEQUENCE api."Numbered Things_Id_seq" TO web_anon')
    things = "POST /Numbered%20Things?columns=Id,name"
    try:
        later = serve(front=server.front, db_channel="later", **OPTIONS)
        fields = {"Prefer": "missing=default, return=representation", "Content-Type": "application/json"}
        answer = ask(later, things, "application/json", headers=fields, json={"name": "x"})
        assert answer.json() == [{"Id": 1, "name": "x"}]
        text = ask(later, things, PLAN + "; options=verbose", headers=fields, json={"name": "x"}).text
        assert "nextval('\"Numbered Things_Id_seq\"'::regclass)" in text, text
    finally:
        database.run('DROP TABLE api."Numbered Things"')


def test_M2_analyze_does_what_it_explains(serve):
    """And commits it, unless the request says otherwise."""
    server = serve(front="nginx", db_tx_end="commit-allow-override", **OPTIONS)
    titled = lambda: len(server.get("/tasks?title=eq.analyzed").json())
    for number, prefer, left in (901, {"Prefer": "tx=rollback"}, 0), (902, {}, 1):
        answer = explain(server, "POST /tasks", options="analyze", headers=prefer,
                         json={"id": number, "title": "analyzed"})
        assert answer["Plan"]["Actual Rows"] == 1 and titled() == left
    fields = ask(server, "DELETE /tasks?title=eq.analyzed", PLAN + "; options=analyze").headers
    assert titled() == 0 and not {"Content-Range", "Preference-Applied", "Content-Location"} & set(fields)


def test_M2_no_plan_of_what_cannot_be_made(server):
    for accept in f'{PLAN}; for="image/png"', f'{PLAN}; for="application/vnd.page"':
        answer = ask(server, "GET /items", accept)
        inner = accept.split('"')[1]
        assert (answer.status_code, answer.json()["message"]) == (
            406, f'None of these media types are available: {PLAN}+text; for="{inner}"')
