"""What a request may ask for has a bound, and is not worked on before its right to it is known.

SPDX-License-Identifier: MIT
"""
import json
import time

import pytest

from harness.token import token

SCHEMA = "parity.sql"
JSON = {"Content-Type": "application/json"}
CSV = {"Content-Type": "text/csv"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
BROKEN = '[{"id":' + "1" * 70000  # large, and no JSON


@pytest.fixture(scope="module")
def api(serve, database):
    database.run("""
        CREATE TABLE api.rooms (id integer PRIMARY KEY, name text);
        CREATE TABLE api.desks (id integer PRIMARY KEY, room_id integer REFERENCES api.rooms);
        INSERT INTO api.rooms VALUES (1, 'a'), (2, 'b');
        INSERT INTO api.desks VALUES (1, 1), (2, 1), (3, NULL);
        CREATE FUNCTION api.compiles(api.rooms) RETURNS text LANGUAGE sql STABLE AS $$ SELECT current_setting('jit') $$;
        GRANT USAGE ON SCHEMA api TO regular_user;
        GRANT SELECT ON api.rooms, api.desks TO web_anon;
        CREATE TABLE api.sealed (id integer, name text, note text);
        CREATE TABLE api.by_column (id integer, name text, note text);
        GRANT INSERT (name), UPDATE (note) ON api.by_column TO web_anon;
        CREATE FUNCTION api.whole(json) RETURNS integer LANGUAGE sql AS
            $$ SELECT count(*)::integer FROM json_object_keys($1) $$;
        CREATE FUNCTION api.sealed_call(a integer, b text DEFAULT 'x') RETURNS integer LANGUAGE sql STRICT AS
            $$ SELECT $1 $$;
        REVOKE EXECUTE ON FUNCTION api.sealed_call FROM public;
        GRANT EXECUTE ON FUNCTION api.whole TO web_anon;
        CREATE SCHEMA closed;
        CREATE FUNCTION closed.make_id() RETURNS integer LANGUAGE sql AS 'SELECT 1';
        REVOKE EXECUTE ON FUNCTION closed.make_id FROM public;
        CREATE DOMAIN closed.note AS text;
        CREATE TABLE api.dear_default (id integer DEFAULT closed.make_id(), title text);
        GRANT INSERT ON api.dear_default TO web_anon;
        CREATE FUNCTION api.dear_argument(a text, b closed.note DEFAULT NULL) RETURNS integer LANGUAGE sql AS
            $$ SELECT length($1) $$;
        CREATE TABLE api.logs (year integer, title text) PARTITION BY LIST (year);
        CREATE TABLE api.logs_2024 PARTITION OF api.logs FOR VALUES IN (2024)""")
    return serve(db_schemas="api", db_tx_end="rollback", workers=2)


def keys(count):
    return [f"k{i}" for i in range(count)]


def as_json(names):
    return json.dumps(dict.fromkeys(names, 1)), JSON


def as_csv(names):
    return ",".join(names) + "\n" + ",".join("1" for _ in names) + "\n", CSV


def as_form(names):
    return "&".join(name + "=1" for name in names), FORM


@pytest.mark.parametrize("form", [as_json, as_csv, as_form])
@pytest.mark.parametrize("method, path", [("POST", "/tasks"), ("PATCH", "/tasks?id=eq.1")])
def test_a_body_names_no_more_columns_than_a_relation_has(api, form, method, path):
    body, fields = form(keys(1600))
    answer = api.request(method, path, data=body, headers=fields)
    assert (answer.status_code, answer.json()["code"]) == (400, "PGRST204")
    body, fields = form(keys(1601))
    answer = api.request(method, path, data=body, headers=fields)
    assert (answer.status_code, answer.json()["code"]) == (413, "PGRST102")
    assert answer.json()["details"] == "At most 1600 are taken."


@pytest.mark.parametrize("form", [as_json, as_csv, as_form])
def test_a_call_names_no_more_arguments_than_a_function_takes(api, form):
    body, fields = form(keys(100))
    assert api.post("/rpc/an_item", data=body, headers=fields).json()["code"] == "PGRST202"
    body, fields = form(keys(101))
    answer = api.post("/rpc/an_item", data=body, headers=fields)
    assert (answer.status_code, answer.json()["code"]) == (413, "PGRST102")


def test_a_function_takes_an_object_of_many_keys_whole(api):
    body, fields = as_json(keys(20000))
    assert api.post("/rpc/whole", data=body, headers=fields).json() == 20000


def test_a_form_has_no_more_pairs_than_a_statement_has_values(api):
    assert api.post("/rpc/whole", data="a&" * 65536, headers=FORM).status_code == 413


def test_of_two_columns_of_one_name_the_later_counts(api):
    fields = CSV | {"Prefer": "return=representation"}
    answer = api.post("/tasks?select=id,title", data='id,title,title\n71,a,b\n72,c,""\n', headers=fields)
    assert answer.json() == [{"id": 71, "title": "b"}, {"id": 72, "title": ""}]
    assert api.post("/tasks", data="id," * 1600 + "id\n", headers=CSV).status_code == 413


@pytest.mark.parametrize("method, path, refused", [
    ("POST", "/sealed", "table sealed"), ("PATCH", "/sealed", "table sealed"),
    ("PUT", "/sealed?id=eq.1", "table sealed"),
    ("POST", "/rpc/sealed_call", "function sealed_call"),
])
def test_rights_are_known_before_a_large_body_is_read(api, method, path, refused):
    small = api.request(method, path, data='{"id":1}' if "rpc" not in path else '{"a":1}', headers=JSON)
    for caller, status in ((None, 401), (token({"role": "regular_user"}), 403)):
        answer = api.request(method, path, data=BROKEN, headers=JSON, token=caller)
        assert (answer.status_code, answer.json()["code"]) == (status, "42501"), answer.text
        assert answer.json()["message"] == f"permission denied for {refused}"
        assert caller or path.startswith("/sealed?") or answer.json() == small.json()
        assert caller or answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("method, path", [
    ("POST", "/by_column"), ("PATCH", "/by_column"), ("POST", "/tasks"), ("PATCH", "/tasks"), ("POST", "/rpc/whole"),
    ("POST", "/cheap_items"), ("POST", "/loud_items"), ("PATCH", "/loud_items"),
])
def test_who_may_write_some_of_it_is_told_what_is_wrong_with_the_body(api, method, path):
    answer = api.request(method, path, data=BROKEN, headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (400, "PGRST102"), answer.text


def test_what_is_not_there_is_known_before_a_large_body_is_read(api):
    answer = api.post("/no_such", data=BROKEN, headers=JSON)
    assert answer.status_code == 404 and answer.json() == api.post("/no_such", data="{}", headers=JSON).json()
    answer = api.post("/rpc/no_such", data=BROKEN, headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (404, "PGRST202")


@pytest.mark.parametrize("path, body, status", [
    ("/dear_default", {"id": 7}, 201), ("/rpc/dear_argument", {}, 200), ("/logs_2024", {"year": 2024}, 404),
])
def test_a_large_body_is_answered_as_a_small_one(api, path, body, status):
    """Also where the question for rights touches what the write does not: a default, an argument left out."""
    name = "a" if "rpc" in path else "title"
    answers = [api.post(path, json={**body, name: "x" * size}) for size in (10, 70000)]
    assert [answer.status_code for answer in answers] == [status] * 2, answers[1].text
    assert status != 404 or answers[0].json() == answers[1].json()


def test_large_bodies_are_written_once(api):
    rows = [{"id": 1000 + i, "title": "x" * 60} for i in range(2000)]
    answer = api.post("/tasks", json=rows, headers={"Prefer": "return=minimal, count=exact"})
    assert (answer.status_code, answer.headers["Content-Range"]) == (201, "*/2000")


def test_so_many_embeds_and_no_more(api):
    def embeds(count, relation="desks"):
        return api.get("/rooms?select=id," + ",".join(f"e{i}:{relation}(id)" for i in range(count)))
    assert embeds(100).status_code == 200
    answer = embeds(101)
    assert (answer.status_code, answer.json()["code"]) == (413, "RG413")
    assert answer.json()["details"] == "url-max-embeds allows 100 in one request."
    nested = "id," + ",".join(f"e{i}:desks(rooms(id))" for i in range(51))
    assert api.get(f"/rooms?select={nested}").status_code == 413


@pytest.mark.parametrize("path, embed", [
    ("/rooms", "desks(id)"), ("/desks", "rooms(id,name)"), ("/rooms", "desks!inner(id)"), ("/desks", "rooms!inner(id)"),
    ("/desks", "rooms(desks(id,rooms(name)))"),
])
def test_many_embeds_show_what_one_shows(api, path, embed):
    """From eight on other SQL is written, which PostgreSQL plans sooner."""
    few = api.get(f"{path}?select=id,e:{embed}&order=id").json()
    many = api.get(f"{path}?select=id," + ",".join(f"e{i}:{embed}" for i in range(25)) + "&order=id").json()
    assert many == [{"id": row["id"]} | {f"e{i}": row["e"] for i in range(25)} for row in few]


def test_many_spreads_show_what_one_shows(api):
    few = api.get("/desks?select=id,...rooms(n:name)&order=id").json()
    many = api.get("/desks?select=id," + ",".join(f"...rooms(n{i}:name)" for i in range(25)) + "&order=id").json()
    assert many == [{"id": row["id"]} | {f"n{i}": row["n"] for i in range(25)} for row in few]


def test_many_embeds_are_not_compiled(api):
    def asked(count):
        embeds = ",".join(f"e{i}:desks(id)" for i in range(count))
        return api.get("/rooms?id=eq.1&select=compiles," + embeds).json()[0]["compiles"]
    assert (asked(5), asked(4)) == ("off", "on")


@pytest.mark.parametrize("path, embed", [
    ("/rooms", "e{}:desks(id)"), ("/desks", "e{}:rooms(id)"), ("/desks", "...rooms(n{}:name)"),
])
def test_four_times_as_many_embeds_do_not_take_six_times_as_long(api, path, embed):
    def seconds(count, attempt):
        items = ",".join(embed.format(f"{attempt}_{i}") for i in range(count))
        began = time.monotonic()
        assert api.get(f"{path}?select={items}").status_code == 200
        return time.monotonic() - began
    times = [(seconds(24, i), seconds(96, i)) for i in range(8)]
    least = [min(pair[i] for pair in times) for i in (0, 1)]
    assert least[1] < max(6 * least[0], 0.1), least


HUGE = "9" * 20


@pytest.mark.parametrize("query, fields, status", [
    ("&id=eq.1", {"Range": f"0-{HUGE}"}, 200), ("", {"Range": f"{HUGE}-"}, 200), ("", {"Range": f"{HUGE}-{HUGE}"}, 200),
    (f"&offset=1&limit={HUGE}", {"Range": f"1-{HUGE}"}, 200), (f"&offset={HUGE}&limit={HUGE}", {}, 200),
    (f"&limit=-{HUGE}", {}, 416), (f"&offset=-{HUGE}", {}, 200), (f"&offset={HUGE}", {"Prefer": "count=exact"}, 416),
    ("", {"Range": f"1-{HUGE}", "Prefer": "count=exact"}, 206),
    ("", {"Prefer": f"handling=strict, max-affected={HUGE}"}, 200),
])
def test_numbers_of_twenty_digits(api, query, fields, status):
    answer = api.get("/items?select=id" + query, headers=fields)
    assert answer.status_code == status, answer.text
    assert "-" not in answer.headers.get("Content-Range", "").replace("-", "", 1)
