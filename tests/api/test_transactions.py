"""The transaction of a request, and what functions raise (PARITY.md 1.9, 1.11).

SPDX-License-Identifier: MIT
"""
import json

import pytest

from harness.cases import case, fault, table
from harness.token import token

SCHEMA = "parity.sql"
OPTIONS = {"db_schemas": "api,other", "db_extra_search_path": "extra"}


@pytest.fixture(scope="module")
def parity(serve):
    return serve(front="nginx", **OPTIONS)


def says(name, setting, value, **send):
    return case(name, f"GET /rpc/setting?name={setting}", 200, value, **send)


def raises(name, status, says_, fields=None, *, state, message, detail="", hint=""):
    return case(name, "POST /rpc/raise", status, says_, fields,
                body={"state": state, "says": message, "detail": detail, "hint": hint})


TEAPOT = {"status": 418, "status_text": "I am a teapot", "headers": {"X-Tea": "green", "Content-Language": "en"}}
TRANSACTIONS = [
    says("T1 GET", "transaction_read_only", '"on"'),
    case("T1 POST", "POST /rpc/setting_written", 200, '"off"', body={"name": "transaction_read_only"}),
    case("T1 POST stable", "POST /rpc/setting", 200, '"on"', body={"name": "transaction_read_only"}),
    says("T1 isolation", "transaction_isolation", '"read committed"'),
    says("T2 role", "role", '"web_anon"'), says("T2 role of the token", "role", '"regular_user"',
                                                token=token({"role": "regular_user"})),
    says("T2 method", "request.method", '"GET"'), says("T2 path", "request.path", '"/rpc/setting"'),
    case("T2 search_path", "GET /rpc/setting?name=search_path", 200),
    case("T2 claims", "GET /rpc/setting?name=request.jwt.claims", 200, json.dumps('{"role":"web_anon"}')),
    says("T2 cookies", "request.cookies", json.dumps('{"a":"1","b":"x y"}'), Cookie="a=1; b=x y"),
    says("T2 timezone", "timezone", '"Europe/Berlin"', Prefer="timezone=Europe/Berlin"),
    raises("T5 PT", 402, fault("PT402", "Payment Required", "Quota", "Upgrade"), state="PT402",
           message="Payment Required", detail="Quota", hint="Upgrade"),
    raises("T5 PGRST", 418, fault("123", "Teapot", "tea", "cup"), {"X-Tea": "green", "Content-Language": "en"},
           state="PGRST",
           message=json.dumps({"code": "123", "message": "Teapot", "details": "tea", "hint": "cup"}),
           detail=json.dumps(TEAPOT)),
    raises("T5 bad message", 500, fault("PGRST121", "Could not parse JSON in the \"RAISE SQLSTATE 'PGRST'\" error",
                                        "Invalid JSON value for MESSAGE: 'INVALID'",
           "MESSAGE must be a JSON object with obligatory keys: 'code', 'message' and optional keys: 'details', "
           "'hint'."),
           state="PGRST", message="INVALID", detail=json.dumps(TEAPOT)),
    raises("T5 bad detail", 500, fault("PGRST121", "Could not parse JSON in the \"RAISE SQLSTATE 'PGRST'\" error",
                                       "Invalid JSON value for DETAIL: 'INVALID'",
           "DETAIL must be a JSON object with obligatory keys: 'status', 'headers' and optional key: 'status_text'."),
           state="PGRST", message='{"code":"1","message":"m"}', detail="INVALID"),
    case("T7 digits", "POST /rpc/whole_json", 200, '{"n":12345678901234567890.10,"s":1e5}',
         body='{"n":12345678901234567890.10,"s":1e5}'),
    case("error P0001", "POST /rpc/raise_plain", 400, fault("P0001", "not so"), body={}),
] + [raises(f"error {state}", status, {"code": state, "details": "", "hint": "", "message": "m"},
            state=state, message="m")
     for state, status in (("08000", 503), ("09000", 500), ("0L000", 403), ("0P000", 403), ("23503", 409),
                           ("23505", 409), ("25006", 405), ("25000", 500),
                           ("21000", 500), ("22023", 400), ("28000", 403), ("2D000", 500), ("38000", 500),
                           ("39000", 500), ("3B000", 500), ("40000", 500),
                           ("53000", 503), ("53400", 500), ("54000", 500), ("55000", 500), ("57000", 500),
                           ("58000", 500), ("F0000", 500), ("HV000", 500),
                           ("P0000", 500), ("XX000", 500), ("42883", 404), ("42P01", 404), ("42P17", 500),
                           ("42501", 401), ("22000", 400), ("ZZZZZ", 400))]


@table(TRANSACTIONS)
def test_transactions(parity, case):
    case.check(parity)


def test_T5_reason(parity):
    body = json.dumps({"state": "PT402", "says": "Pay Up"}).encode()
    status, answer = parity.raw_request("POST", "/rpc/raise", "Content-Type: application/json", body=body)
    assert status == 402 and answer.startswith(b"HTTP/1.1 402 Pay Up"), answer


def test_T6_nothing_is_left_behind(parity):
    for _ in range(8):
        parity.get("/rpc/hoisted?name=x", token=token({"role": "regular_user"}),
                   headers={"Prefer": "timezone=Asia/Tokyo"})
        parity.get("/rpc/slow")
        case("T6", "GET /rpc/setting?name=statement_timeout", 200, '"0"').check(parity)
        case("T6", "GET /rpc/setting?name=role", 200, '"web_anon"').check(parity)


def test_error_minimal_verbosity(serve):
    server = serve(front="nginx", client_error_verbosity="minimal", **OPTIONS)
    assert set(server.get("/no_such_thing").json()) == {"code", "message"}


def test_T3_pre_request(serve):
    server = serve(front="nginx", db_pre_request="hidden.check_request", **OPTIONS)
    case("T3", "GET /items?select=id&id=eq.1", 200, [{"id": 1}], {"X-Checked": "yes"}).check(server)
    case("T3", "GET /items", 403, fault("42501", "stop"),
         Authorization="Bearer " + token({"role": "regular_user", "stop": True})).check(server)


def test_T2_app_settings(serve):
    server = serve(front="nginx", **{"app_settings_colour": "green"}, **OPTIONS)
    says("T2", "app.settings.colour", '"green"').check(server)


def test_T4_deferred_constraint_before_rollback(serve, database):
    server = serve(front="nginx", db_tx_end="rollback", **OPTIONS)
    case("T4", "POST /late_children", 409, body={"id": 1, "parent": 5}).check(server)
    case("T4", "POST /parents", 201, body={"id": 5}).check(server)
    assert database.value("SELECT count(*) FROM api.parents") == 0
