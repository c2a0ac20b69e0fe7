"""The account endpoints: what they take, what they answer, who may call them.

SPDX-License-Identifier: MIT
"""
import base64
import copy
import json
import subprocess

import pytest
from swagger_spec_validator.validator20 import validate_spec

from harness.accounts import PASSWORD, Person, migrate, settings_of
from harness.server import FRONTS

ENDPOINTS = {
    "register_user": "OPTIONS,POST", "login": "OPTIONS,POST", "refresh_token": "OPTIONS,POST", "logout": "OPTIONS,POST",
    "current_user": "OPTIONS,GET,HEAD,POST", "sessions": "OPTIONS,GET,HEAD", "revoke_session": "OPTIONS,POST",
    "change_password": "OPTIONS,POST", "delete_account": "OPTIONS,POST", "request_password_reset": "OPTIONS,POST",
    "reset_password": "OPTIONS,POST", "activate_account": "OPTIONS,POST", "resend_activation": "OPTIONS,POST",
    "change_email": "OPTIONS,POST", "confirm_email": "OPTIONS,POST", "end_sessions": "OPTIONS,POST",
    "undo_change": "OPTIONS,POST",
}
SIGNED_IN = {"current_user": {}, "logout": {}, "revoke_session": {"id": "00000000-0000-4000-8000-000000000000"},
             "change_password": {"current_password": "x", "password": "y"}, "delete_account": {"current_password": "x"},
             "change_email": {"current_password": "x", "email": "a@example.com"}, "end_sessions": {"user_id": 1}}


@pytest.fixture(scope="module")
def server(serve, database):
    migrate(database)
    return serve(environment=settings_of(database), server_cors_allowed_origins="https://app.example.com")


@pytest.fixture(scope="module")
def person(server):
    return Person(server).sign_in()


def claims(token):
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def test_register_answers_who_it_is(server):
    answer = server.post("/rpc/register_user", json={"email": "Ann@Example.com", "password": PASSWORD,
                                                     "user_role": "regular_user"})
    assert answer.status_code == 200
    assert answer.json() == {"success": True, "user_id": answer.json()["user_id"], "email": "Ann@Example.com",
                             "role": "regular_user"}
    assert type(answer.json()["user_id"]) is int


def test_register_needs_no_role(server):
    answer = server.post("/rpc/register_user", json={"email": "norole@example.com", "password": PASSWORD})
    assert answer.json()["role"] == "regular_user"


def test_register_takes_a_profile(server):
    person = Person(server, profile={"name": "Zoë", "bio": "…", "data": {"seat": 7}}).sign_in()
    row = person.table("GET", "/profiles").json()[0]
    assert (row["name"], row["bio"], row["avatar_url"], row["data"]) == ("Zoë", "…", None, {"seat": 7})


@pytest.mark.parametrize("profile", ["text", 7, [], {"role": "admin_user"}, {"user_id": 1}, {"name": 7}, {"data": []}])
def test_register_refuses_other_profiles(server, profile):
    answer = server.post("/rpc/register_user", json={"email": "profile@example.com", "password": PASSWORD,
                                                     "profile": profile})
    assert (answer.status_code, answer.json()["code"]) == (400, "RGA07")


@pytest.mark.parametrize("text", [
    '{"name": "a\\u0000b"}', '{"data": {"a": ["\\u0000"]}}', '{"data": {"a\\u0000": 1}}', '{"bio": "\\\\\\u0000"}',
])
def test_register_refuses_a_profile_with_a_nul(server, text):
    body = f'{{"email": "nul@example.com", "password": "{PASSWORD}", "profile": {text}}}'
    answer = server.post("/rpc/register_user", data=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "RGA07"), answer.text
    Person(server, profile={"bio": "\\u0000"})  # a backslash and what follows it


def test_register_refuses_a_number_that_no_type_takes(server):
    body = f'{{"email": "large@example.com", "password": "{PASSWORD}", "profile": {{"data": {{"n": 1e999999}}}}}}'
    answer = server.post("/rpc/register_user", data=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "RGA07"), answer.text


def test_login_answers_the_tutorials_fields_and_more(person):
    login = person.login
    assert set(login) == {"token", "user", "token_type", "expires_in", "expires_at", "refresh_token"}
    assert login["user"] == {"id": person.id, "email": person.email, "role": "regular_user"}
    assert login["token_type"] == "bearer" and login["expires_in"] == 3600


def test_the_token_says_what_it_should_in_integers(person):
    said = claims(person.token)
    assert set(said) == {"role", "user_id", "email", "sid", "iss", "iat", "exp"}
    assert ((said["role"], said["user_id"], said["email"], said["iss"])
            == ("regular_user", person.id, person.email, "rowgate"))
    assert all(type(said[name]) is int for name in ("user_id", "iat", "exp"))
    assert said["exp"] == person.login["expires_at"] == said["iat"] + 3600


def test_refresh_answers_as_login_does(server):
    person = Person(server).sign_in()
    answer = person.refresh()
    assert answer.status_code == 200 and set(answer.json()) == set(person.login)
    assert answer.json()["user"] == person.login["user"]
    assert claims(answer.json()["token"])["sid"] == claims(person.token)["sid"]
    assert answer.json()["refresh_token"] != person.login["refresh_token"]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_current_user(server, person, method):
    answer = server.request(method, "/rpc/current_user", token=person.token)
    assert answer.json() == {"user_id": person.id, "email": person.email, "role": "regular_user"}


def test_head_of_current_user(server, person):
    answer = server.request("HEAD", "/rpc/current_user", token=person.token)
    assert answer.status_code == 200 and answer.content == b"" and answer.headers["Cache-Control"] == "no-store"


def test_sessions_are_listed_newest_first(server):
    person = Person(server)
    person.sign_in(headers={"User-Agent": "first"})
    person.sign_in(headers={"User-Agent": "second"})
    rows = server.get("/rpc/sessions", token=person.token).json()
    assert ([(row["user_agent"], row["current"], row["ip"]) for row in rows]
            == [("second", True, "127.0.0.1"), ("first", False, "127.0.0.1")])
    assert set(rows[0]) == {"id", "created_at", "refreshed_at", "expires_at", "ip", "user_agent", "current"}


def test_revoking_a_session_ends_that_one(server):
    person, other = Person(server), None
    first = person.sign_in().login
    person.sign_in()
    victim = claims(first["token"])["sid"]
    answer = person.call("revoke_session", id=victim)
    assert (answer.status_code, answer.content) == (204, b"")
    assert person.refresh(first["refresh_token"]).status_code == 401
    assert person.refresh().status_code == 200
    assert person.call("revoke_session", id=victim).status_code == 404
    other = Person(server).sign_in()
    assert other.call("revoke_session", id=claims(person.token)["sid"]).status_code == 404
    assert person.call("revoke_session", id="no id").status_code == 400
    assert person.call("current_user").status_code == 200


@pytest.mark.parametrize("scope, own, others", [(None, 401, 200), ("local", 401, 200), ("others", 200, 401),
                                                ("global", 401, 401)])
def test_logout(server, scope, own, others):
    person = Person(server)
    other = person.sign_in().login
    person.sign_in()
    answer = person.call("logout", **({"scope": scope} if scope else {}))
    assert (answer.status_code, answer.content) == (204, b"")
    assert person.refresh(other["refresh_token"]).status_code == others
    assert person.call("current_user").status_code == own
    assert person.refresh().status_code == own


def test_logout_of_another_scope(person):
    assert person.call("logout", scope="everyone").status_code == 400


def test_changing_the_password(server):
    person = Person(server)
    other = person.sign_in().login
    person.sign_in()
    assert person.call("change_password", current_password="not it", password="another password").status_code == 401
    assert person.call("change_password", current_password=PASSWORD, password="short").json()["code"] == "RGA03"
    assert person.call("change_password", password="another password").json()["code"] == "RGA07"
    answer = person.call("change_password", current_password=PASSWORD, password="another password")
    assert (answer.status_code, answer.content) == (204, b"")
    assert person.try_to_sign_in().status_code == 401
    assert person.refresh(other["refresh_token"]).status_code == 401
    assert person.refresh().status_code == 200
    assert person.try_to_sign_in("another password").status_code == 200


def test_deleting_an_account_leaves_the_row_and_nothing_that_says_who_it_was(server, database):
    person = Person(server, profile={"name": "Somebody"}).sign_in()
    assert person.table("POST", "/preferences", json={"name": "theme", "value": "dark"}).status_code == 201
    assert person.call("delete_account", current_password="not it").status_code == 401
    answer = person.call("delete_account", current_password=PASSWORD)
    assert (answer.status_code, answer.content) == (204, b"")
    assert person.try_to_sign_in().status_code == 401 and person.refresh().status_code == 401
    assert person.call("current_user").status_code == 401
    assert (database.run("SELECT email, active, deleted_at IS NOT NULL FROM auth.users WHERE id = %s", person.id)
            == [(None, False, True)])
    for table in ("auth.profiles", "auth.preferences", "auth_private.credentials", "auth_private.known_networks"):
        assert database.value(f"SELECT count(*) FROM {table} WHERE user_id = %s", person.id) == 0, table
    assert database.value("SELECT count(*) FROM auth.sessions WHERE user_id = %s AND ended_at IS NULL", person.id) == 0
    for table in ("auth.sessions", "auth.activity_log"):
        assert database.value(f"SELECT count(*) FROM {table} WHERE user_id = %s AND (ip IS NOT NULL OR user_agent IS "
                              f"NOT NULL)", person.id) == 0
    # The address is free again, for another account.
    assert Person(server, person.email).id != person.id


# How they are asked.

def test_a_form_does_as_well(server, person):
    form = {"email": person.email, "password": PASSWORD}
    answer = server.post("/rpc/login", data=form)
    assert answer.status_code == 200 and answer.json()["user"]["id"] == person.id


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "APPLICATION/JSON",
                                          "application/vnd.pgrst.object+json", None])
def test_types_that_are_json(server, person, content_type):
    body = json.dumps({"email": person.email, "password": PASSWORD}).encode()
    answer = server.post("/rpc/login", data=body, headers={"Content-Type": content_type})
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("content_type", ["text/plain", "multipart/form-data; boundary=x", "text/csv",
                                          "application/octet-stream", "x"])
def test_other_types_are_refused(server, content_type):
    answer = server.post("/rpc/login", data=b'{"email": "a@example.com", "password": "x"}',
                         headers={"Content-Type": content_type})
    assert (answer.status_code, answer.json()["code"]) == (415, "RGA07")


@pytest.mark.parametrize("name", ENDPOINTS)
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "GET", "POST", "HEAD", "PROPFIND"])
def test_other_methods_are_refused(server, name, method):
    if method in ENDPOINTS[name].split(","):
        assert server.request("OPTIONS", f"/rpc/{name}").headers["Allow"] == ENDPOINTS[name]
        return
    # lighttpd refuses a GET with a body by itself.
    answer = server.request(method, f"/rpc/{name}", json=None if method in ("GET", "HEAD") else {})
    assert (answer.status_code, answer.headers["Allow"]) == (405, ENDPOINTS[name])
    assert method == "HEAD" or answer.json()["code"] == "RGA09"


@pytest.mark.parametrize("name", SIGNED_IN)
def test_strangers_are_refused(server, name):
    answer = server.post(f"/rpc/{name}", json=SIGNED_IN[name])
    assert answer.status_code == 401 and answer.json()["code"] == "RGA08"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer ")
    answer = server.post(f"/rpc/{name}", json=SIGNED_IN[name], token="nonsense")
    assert answer.status_code == 401 and answer.json()["code"] == "PGRST301"


@pytest.mark.parametrize("endpoint, body", [
    ("login", {}), ("login", {"email": "a@example.com"}), ("login", {"password": "x"}),
    ("login", {"email": None, "password": "x"}),
    ("login", {"email": ["a@example.com"], "password": "x"}),
    ("login", {"email": "a@example.com", "password": {"a": 1}}),
    ("login", {"email": "a@example.com", "password": 12345678}),
    ("login", {"email": "a\0@example.com", "password": "x"}),
    ("login", {"email": "a@example.com", "password": "x\0"}), ("refresh_token", {}),
    ("refresh_token", {"refresh_token": 7}),
    ("register_user", {"email": "a@example.com"}), ("register_user", {"password": PASSWORD}),
    ("register_user", {"email": "a@example.com", "password": PASSWORD, "user_role": 7}),
])
def test_missing_and_other_members_are_refused(server, endpoint, body):
    answer = server.post(f"/rpc/{endpoint}", json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "RGA07")


def deep(count):
    return b'{"email": ' + b"[" * count + b"]" * count + b', "password": "x"}'


@pytest.mark.parametrize("body, status", [
    (b"", 400), (b"null", 400), (b"[]", 400), (b'"text"', 400), (b"{", 400),
    (b'{"email": "a@example.com", "password": "x"', 400),
    (b'{"email": "a@example.com", "password": "x"} more', 400), (b'{"email": "\xff", "password": "x"}', 400),
    (b'{"email": "a@example.com", "email": "b@example.com", "password": "x"}', 400),
    (b'{"email": "a@example.com", "\\u0065mail": "b@example.com", "password": "x"}', 400),
    (b'{"email": "a@example.com", "password": "x", "password": "y"}', 400),
    (deep(31), 400), (deep(10000), 400),
    (b" " * 70000 + b'{"email": "a@example.com", "password": "x"}', 413), (b" " * 10_000_000, 413),
    (b'{"email": "' + b"a" * 70000 + b'", "password": "x"}', 413),
], ids=["empty", "null", "array", "text", "cut", "unclosed", "more", "not UTF-8", "email twice", "email twice, escaped",
        "password twice",
        "nested", "deep", "blanks in front", "10 MB of blanks", "long"])
def test_bodies_that_are_refused(server, body, status):
    answer = server.post("/rpc/login", data=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == status and answer.json()["code"] == "RGA07"


def test_a_form_with_a_field_twice_is_refused(server):
    answer = server.post("/rpc/login", data=[("email", "a@example.com"), ("email", "b@example.com"), ("password", "x")])
    assert (answer.status_code, answer.json()["code"]) == (400, "RGA07")


# How they answer.

@pytest.mark.parametrize("endpoint, body, status", [("login", {"email": "a@example.com", "password": "x"}, 401),
                                                    ("login", {}, 400), ("logout", {}, 401)])
def test_errors_have_the_tutorials_key_too_and_are_never_kept(server, endpoint, body, status):
    answer = server.post(f"/rpc/{endpoint}", json=body)
    said = answer.json()
    assert answer.status_code == status
    assert set(said) == {"code", "details", "hint", "message", "error"} and said["error"] == said["message"]
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"


def test_successes_are_never_kept(server, person):
    for answer in (person.try_to_sign_in(), person.refresh(), person.call("current_user"),
                   server.get("/rpc/sessions", token=person.token)):
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Content-Type"] == "application/json; charset=utf-8"


def test_another_origin_may_ask_when_it_is_listed(server):
    ask = {"Origin": "https://app.example.com", "Access-Control-Request-Method": "POST",
           "Access-Control-Request-Headers": "content-type"}
    answer = server.request("OPTIONS", "/rpc/login", headers=ask)
    assert answer.headers["Access-Control-Allow-Origin"] == "https://app.example.com"
    answer = server.post("/rpc/login", json={}, headers={"Origin": "https://app.example.com"})
    assert answer.headers["Access-Control-Allow-Origin"] == "https://app.example.com"
    answer = server.post("/rpc/login", json={}, headers={"Origin": "https://evil.example.com"})
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_path_that_is_written_otherwise_is_the_same_endpoint(server):
    status, _ = server.raw_request("POST", "/rpc/log%69n", "Content-Type: application/json",
                                   body=b'{"email": "a@example.com", "password": "x"}')
    assert status in (401, 503)


# The OpenAPI document.

def test_the_openapi_document_lists_the_endpoints(server, database):
    database.run("CREATE FUNCTION public.login(email text) RETURNS text LANGUAGE sql AS 'SELECT email';"
                 "GRANT USAGE ON SCHEMA public TO web_anon; NOTIFY pgrst")
    document = server.get("/").json()
    validate_spec(copy.deepcopy(document))
    listed = {path.removeprefix("/rpc/"): operations for path, operations in document["paths"].items()
              if path.startswith("/rpc/")}
    assert set(ENDPOINTS) <= set(listed)
    for name, allow in ENDPOINTS.items():
        assert sorted(listed[name]) == sorted(word.lower() for word in allow.split(",")
                                              if word in ("GET", "POST")), name
        assert all(operation["tags"] == ["Accounts"] for operation in listed[name].values())
    body = listed["login"]["post"]["parameters"][0]["schema"]
    assert (body["required"] == ["email", "password"]
            and body["properties"]["email"] == {"format": "text", "type": "string"})


def test_the_openapi_document_names_every_operation_once(server):
    document = server.get("/").json()
    operations = [operation for path in document["paths"].values() for operation in path.values()
                  if operation["tags"] == ["Accounts"]]
    names = [operation["operationId"] for operation in operations]
    assert len(set(names)) == len(names) and {"login", "current_user", "get_current_user", "sessions"} <= set(names)
    assert "security" not in document and document["securityDefinitions"]["JWT"]["name"] == "Authorization"


def test_the_openapi_document_says_what_is_refused(server, person):
    """And by whom a token is needed."""
    document = server.get("/").json()
    for name in set(ENDPOINTS) - {"logout"}:
        for method, operation in document["paths"]["/rpc/" + name].items():
            refused = server.request(method, "/rpc/" + name, json={} if method == "post" else None).status_code == 401
            assert operation["security"] == ([{"JWT": []}] if refused else []), name
    form = {"Content-Type": "text/plain"}
    refused = {
        "login": [server.post("/rpc/login", json={"email": person.email, "password": "wrong"}),
                  server.post("/rpc/login", json=[]), server.post("/rpc/login", data="x", headers=form),
                  server.post("/rpc/login", data="x" * 100_000)],
        "register_user": [server.post("/rpc/register_user", json={"email": person.email, "password": "a fine 1, that"}),
                          server.post("/rpc/register_user", json={"email": "n@example.com", "password": "short"})],
        "refresh_token": [server.post("/rpc/refresh_token", json={"refresh_token": "x"})],
        "logout": [server.post("/rpc/logout", json={})],
        "reset_password": [server.post("/rpc/reset_password", json={"token": "x", "password": "a fine 1, that"})],
        "revoke_session": [person.call("revoke_session", id="00000000-0000-4000-8000-000000000000")],
        "end_sessions": [person.call("end_sessions", user_id=1)],
    }
    for name, answers in refused.items():
        for answer in answers:
            told = document["paths"]["/rpc/" + name]["post"]["responses"][str(answer.status_code)]
            shared = document["responses"][told["$ref"].rpartition("/")[2]]
            members = shared["schema"]["properties"]
            assert set(answer.json()) <= set(members) and set(shared["schema"]["required"]) <= set(answer.json())


def test_the_openapi_document_says_what_is_answered(server, person):
    listed = server.get("/").json()["paths"]
    for path, answer in {"/rpc/login": person.try_to_sign_in(), "/rpc/refresh_token": person.refresh(),
                         "/rpc/current_user": person.call("current_user")}.items():
        schema = listed[path]["post"]["responses"][str(answer.status_code)]["schema"]
        assert set(schema["properties"]) == set(schema["required"]) == set(answer.json())
        kinds = {"string": str, "integer": int, "object": dict}
        assert all(isinstance(answer.json()[name], kinds[member["type"]]) for name,
                   member in schema["properties"].items())


# Through each web server.

TUTORIAL = """curl -X POST "http://localhost:3000/rpc/{}" \\
-H "Content-Type: application/json" \\
-d '{{
"email": "{}",
"password": "securepassword123"{}
}}'
"""


@pytest.mark.parametrize("front", FRONTS)
def test_the_tutorials_lines_through_every_web_server(server, serve, database, front):
    through = serve(front=front, environment=settings_of(database))

    def run(line):
        done = subprocess.run(["bash", "-c",
                               line.replace("http://localhost:3000", through.url).replace("curl", "curl -s")],
                               capture_output=True, text=True)
        return json.loads(done.stdout)

    email = f"{front}@example.com"
    registered = run(TUTORIAL.format("register_user", email, ',\n"user_role": "regular_user"'))
    assert registered == {"success": True, "user_id": registered["user_id"], "email": email, "role": "regular_user"}
    login = run(TUTORIAL.format("login", email, ""))
    assert login["user"] == {"id": registered["user_id"], "email": email, "role": "regular_user"}
    said = run(f'curl "http://localhost:3000/rpc/current_user" -H "Authorization: Bearer {login["token"]}"')
    assert said == {"user_id": registered["user_id"], "email": email, "role": "regular_user"}
    assert run(TUTORIAL.format("login", "nobody@example.com", ""))["error"] == "Invalid credentials"
    for name, allow in ENDPOINTS.items():
        answer = through.request("OPTIONS", f"/rpc/{name}")
        assert (answer.status_code, answer.headers["Allow"]) == (200, allow), name
    # What only looks like one of them is the API's.
    for path in ("/rpc/logins", "/rpc/Login", "/login", "/rpc/rpc/login"):
        assert through.post(path, json={}).json()["code"].startswith("PGRST"), path
    assert through.post("/rpc/login/", json={}).status_code == 404
