"""What one request can do to the next on the same database connection, and who may do what (PARITY.md 1.5, 1.9 T6).

SPDX-License-Identifier: MIT
"""
import json
import subprocess

import pytest

from harness.process import wait_until
from harness.token import token

SCHEMA = "functions.sql"
OPTIONS = {"db_schemas": "api,other"}
ONE = {"ROWGATE_WORKERS": "1"}
USER = token({"role": "regular_user", "sub": "somebody"})


@pytest.fixture(scope="module")
def single(serve):
    """One worker, one connection to the database: every request meets what the one before left."""
    return serve(front="nginx", environment=ONE, **OPTIONS)


def dump(server):
    answer = server.post("/rpc/dump", json={})
    assert answer.status_code == 200, answer.text
    return answer.json()


def run(*statements):
    """SQL that a function runs as the caller."""
    text = statements[0] if len(statements) == 1 else "DO $d$ BEGIN " + " ".join(f"EXECUTE {literal(s)};"
        for s in statements) + " END $d$"
    return "POST", "/rpc/run", {"statement": text}


def literal(text):
    return "'" + text.replace("'", "''") + "'"


def perform(call):
    return run(f"DO $d$ BEGIN PERFORM {call}; END $d$")


FAIL = "SELECT 1 / 0"
HIJACK = ("DO $d$ DECLARE s record; BEGIN FOR s IN SELECT name FROM pg_prepared_statements LOOP EXECUTE 'DEALLOCATE ' "
          "|| s.name; "
          "EXECUTE 'PREPARE ' || s.name || {end}; END LOOP; {after} END $d$")
NASTY = {
    "SET": run("SET work_mem = '1MB'"), "SET LOCAL": run("SET LOCAL work_mem = '1MB'"),
    "SET and fail": run("SET work_mem = '1MB'", FAIL),
    "set_config": perform("set_config('a.b', 'x', false)"),
    "set_config and fail": run("SELECT set_config('a.b', 'x', false)", FAIL),
    "claims": perform("set_config('request.jwt.claims', '{\"role\":\"other_user\"}', false)"),
    "headers": perform("set_config('request.headers', '{\"a\":\"b\"}', false)"),
    "method": perform("set_config('request.method', 'PUT', false)"),
    "cookies": perform("set_config('request.cookies', '1', false)"),
    "app.user": perform("set_config('app.user', 'somebody', false)"),
    "response.headers": perform("set_config('response.headers', '[{\"X-Left\": \"1\"}]', false)"),
    "response.status": perform("set_config('response.status', '418', false)"),
    "bad response.headers": perform("set_config('response.headers', 'x', false)"),
    "SET ROLE": run("SET ROLE regular_user"),
    "role for the session": perform("set_config('role', 'regular_user', false)"),
    "role none": perform("set_config('role', 'none', false)"), "RESET ROLE": run("RESET ROLE"),
    "SESSION AUTHORIZATION": run("SET SESSION AUTHORIZATION authenticator"),
    "another's": run("SET SESSION AUTHORIZATION postgres"),
    "search_path": run("SET search_path = pg_temp, private"),
    "search_path by set_config": perform("set_config('search_path', 'private', false)"),
    "time zone": run("SET TIME ZONE 'Asia/Tokyo'"), "DateStyle": run("SET DateStyle = 'German'"),
    "IntervalStyle": run("SET IntervalStyle = 'sql_standard'"), "digits": run("SET extra_float_digits = -5"),
    "bytea_output": run("SET bytea_output = 'escape'"), "client_encoding": run("SET client_encoding = 'LATIN1'"),
    "strings": run("SET standard_conforming_strings = off"), "row_security": run("SET row_security = off"),
    "statement_timeout": run("SET statement_timeout = '1ms'"), "lock_timeout": run("SET lock_timeout = '1ms'"),
    "idle timeout": run("SET idle_in_transaction_session_timeout = '1ms'"),
    "read only from now on": run("SET default_transaction_read_only = on"),
    "isolation from now on": run("SET default_transaction_isolation = 'serializable'"),
    "deferrable": run("SET default_transaction_deferrable = on"),
    "read only": run("SET transaction_read_only = on"), "denied setting": run("SET log_statement = 'all'"),
    "RESET ALL": run("RESET ALL"),
    "LISTEN": run("LISTEN pgrst", "LISTEN other"), "NOTIFY": run("NOTIFY other, 'x'"), "UNLISTEN": run("UNLISTEN *"),
    "temp table": run("CREATE TEMP TABLE films AS SELECT 1 AS id"),
    "temp view and function": run("CREATE TEMP VIEW v AS SELECT 1",
                                  "CREATE FUNCTION pg_temp.whoami() RETURNS text LANGUAGE sql AS 'SELECT ''x''::text'"),
    "temp sequence": run("CREATE TEMP SEQUENCE s"), "temp table and fail": run("CREATE TEMP TABLE t ()", FAIL),
    "cursor": run("DECLARE c CURSOR WITH HOLD FOR SELECT 1"),
    "advisory lock": perform("pg_advisory_lock(1)"), "shared advisory lock": perform("pg_advisory_lock_shared(2, 3)"),
    "locks and fail": run("SELECT pg_advisory_lock(4)", FAIL),
    "many locks": perform("pg_advisory_lock(i) FROM generate_series(1, 100) AS i"),
    "PREPARE": run("PREPARE mine AS SELECT 1"), "PREPARE and fail": run("PREPARE mine AS SELECT 1", FAIL),
    "DEALLOCATE ALL": run("DEALLOCATE ALL"), "DEALLOCATE ALL and fail": run("DEALLOCATE ALL", FAIL),
    "DISCARD PLANS": run("DISCARD PLANS"), "DISCARD SEQUENCES": run("DISCARD SEQUENCES"),
    "DISCARD TEMP": run("DISCARD TEMP"),
    "DISCARD ALL": run("DISCARD ALL"),
    "all names hijacked": run(HIJACK.format(end="' AS SELECT set_config(''role'', ''regular_user'', false)'",
                                            after="")),
    "all names hijacked, then a fault": run(HIJACK.format(end="' AS SELECT ''stolen''::text'", after="PERFORM 1 / 0;")),
    "names of ours taken": run("DO $d$ BEGIN FOR i IN 0..500 LOOP "
        "EXECUTE format('PREPARE rgx%s AS SELECT 1', to_hex(i)); END LOOP; END $d$"),
    "COMMIT": run("COMMIT"), "ROLLBACK": run("ROLLBACK"), "SAVEPOINT": run("SAVEPOINT s"),
    "LOAD": run("LOAD 'auto_explain'"), "COPY": run("COPY api.films TO STDOUT"),
    "fault": run(FAIL), "RAISE PGRST": ("POST", "/rpc/raise_it", {"state": "PGRST", "says": "x"}),
    "timeout": run("SET LOCAL statement_timeout = '10ms'", "SELECT pg_sleep(5)"),
    "cancels itself": perform("pg_cancel_backend(pg_backend_pid()), pg_sleep(5)"),
    "GET": ("GET", "/rpc/seen?name=role", None), "other schema": ("GET", "/rpc/root", None),
    "not JSON": ("POST", "/rpc/run", None),
    "by a user": ("POST", "/rpc/seen_writing", {"name": "request.jwt.claims"}),
    "singular": ("POST", "/rpc/counted", {"n": 3}), "isolation": ("GET", "/rpc/repeatable", None),
}


def differing(now, first):
    """What is not as it was; of objects only those members."""
    return {key: differing(value, first[key]) if isinstance(value, dict) else value for key,
            value in now.items() if value != first.get(key)}


def test_T6_nothing_is_left(single):
    """After each of them the session is as the first request found it; what makes the connection break may break it."""
    assert len(NASTY) >= 50
    # plpgsql brings settings of its own
    assert single.post("/rpc/run", json={"statement": "SELECT 1"}).text == '"done"'
    first = dump(single)
    assert first["role"] == "web_anon" and first["session"] == "authenticator" and first["prepared"] is None
    left = {}
    for name, (method, path, body) in NASTY.items():
        headers = {"Accept": "application/vnd.pgrst.object+json"} if name == "singular" else {
            "Accept-Profile": "other"} if name == "other schema" else {}
        answer = single.request(method, path, json=body, headers=headers, token=USER if name == "by a user" else None)
        assert answer.status_code != 502, name
        probe = single.post("/rpc/dump", json={})
        if probe.status_code != 200 or probe.json() != first or "X-Left" in probe.headers:
            left[name] = [probe.status_code, differing(probe.json(), first)]
    assert not left, json.dumps(left, indent=1)[:3000]


def test_T6_nothing_is_left_by_reads(single):
    """The same SQL where the transaction is read only, and the session is cleansed at its end."""
    first = dump(single)
    left, read = {}, 0
    for name, (method, path, body) in NASTY.items():
        if path != "/rpc/run" or not body:
            continue
        read += single.get(path, params=body).status_code == 200
        probe = single.post("/rpc/dump", json={})
        if probe.status_code != 200 or probe.json() != first or "X-Left" in probe.headers:
            left[name] = [probe.status_code, differing(probe.json(), first)]
    assert not left, json.dumps(left, indent=1)[:3000]
    assert read >= 30


def test_T6_others_statements_are_not_replaced(single):
    """Names of main statements too: what another asks for is not answered by a statement of somebody else's making."""
    ask = lambda: (single.get("/films?id=eq.1&select=title").text, single.get("/rpc/seen?name=role", token=USER).text)
    for _ in range(3):
        assert ask() == ('[{"title":"Metropolis"}]', '"regular_user"')
    for name in ("all names hijacked", "all names hijacked, then a fault", "DEALLOCATE ALL", "DEALLOCATE ALL and fail"):
        method, path, body = NASTY[name]
        single.request(method, path, json=body)
        assert ask() == ('[{"title":"Metropolis"}]', '"regular_user"'), name


def test_T6_a_view_can_replace_statements_too(single, database):
    """Reading it is enough, where a function that it calls runs what a row says."""
    ask = lambda: (single.get("/films?id=eq.1&select=title").text, single.get("/rpc/seen?name=role", token=USER).text)
    own = single.get("/evaluated?select=value").text
    hijack = HIJACK.format(end="' AS SELECT ''stolen''::text'", after="")
    for statement in (hijack, "DEALLOCATE ALL"):
        database.run("TRUNCATE api.formulas")
        for _ in range(2):
            assert ask() == ('[{"title":"Metropolis"}]', '"regular_user"')
        database.run(f"INSERT INTO api.formulas VALUES (1, {literal(statement)})")
        assert (own, single.get("/evaluated?select=value").json()) == ("[]", [{"value": "done"}])
        assert ask() == ('[{"title":"Metropolis"}]', '"regular_user"'), statement


def active(database):
    return database.value("SELECT count(*) FROM pg_stat_activity WHERE usename = 'authenticator' AND state <> 'idle' "
                          "AND datname = current_database()")


@pytest.mark.parametrize("method, path, body",
                         [("GET", "/rpc/sleep_long", None), ("POST", "/rpc/run", {"statement": "SELECT pg_sleep(30)"})],
                         ids=["GET", "POST"])
def test_a_client_that_leaves_is_not_worked_for(single, database, method, path, body):
    sent = ["-H", "Content-Type: application/json", "-d", json.dumps(body)] if body else []
    done = subprocess.run(["curl", "-s", "-m", "1", "-X", method, *sent, single.url + path], capture_output=True)
    assert done.returncode == 28
    wait_until(lambda: active(database) == 0, 2, "the function is gone from pg_stat_activity")
    assert single.get("/rpc/only_out").json() == {"answer": 42}


# role, function: what becomes of GET and POST.
ROLES = {
    ("web_anon", "by_invoker"): (401, 401), ("regular_user", "by_invoker"): (200, 200),
    ("other_user", "by_invoker"): (403, 403),
    ("web_anon", "by_definer"): (200, 200), ("regular_user", "by_definer"): (200, 200),
    ("other_user", "by_definer"): (200, 200),
    ("web_anon", "add_by_invoker"): (405, 401), ("regular_user", "add_by_invoker"): (405, 204),
    ("other_user", "add_by_invoker"): (405, 403),
    ("web_anon", "add_by_definer"): (405, 204), ("regular_user", "add_by_definer"): (405, 204),
    ("other_user", "add_by_definer"): (405, 204),
    ("web_anon", "members_definer"): (401, 401), ("regular_user", "members_definer"): (200, 200),
    ("other_user", "members_definer"): (403, 403),
}


@pytest.mark.parametrize("role, function", ROLES, ids=[" ".join(key) for key in ROLES])
def test_F7_grants_and_security_decide(single, role, function):
    who = None if role == "web_anon" else token({"role": role})
    path = "/rpc/" + function
    read, called = single.get(path, token=who), single.post(path, json={}, token=who)
    assert (read.status_code, called.status_code) == ROLES[role, function], (read.text, called.text)
    assert single.request("HEAD", path, token=who).status_code == read.status_code


def test_F7_who_it_runs_as(single):
    assert single.get("/rpc/whoami", token=USER).json() == ["regular_user", "regular_user"]
    assert single.get("/rpc/whoami_definer", token=USER).text == '"postgres"'
    assert single.get("/rpc/whoami").json() == ["web_anon", "web_anon"]
