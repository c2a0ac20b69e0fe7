"""auth-claims-hook: a function of the host's own adds claims to an account's tokens, and can neither replace one nor
choose the role.

SPDX-License-Identifier: MIT
"""
import base64
import json

import pytest

from harness.accounts import Person, migrate, rowgate, settings_of
from harness.server import SECRET


@pytest.fixture(scope="module")
def accounts(database):
    migrate(database)
    database.run("""
        CREATE SCHEMA host;
        GRANT USAGE ON SCHEMA host TO rowgate_account;
        CREATE TABLE host.answers (claims json);
        CREATE FUNCTION host.claims(account integer) RETURNS json LANGUAGE sql SECURITY DEFINER
            SET search_path = host, pg_temp AS
            $$ SELECT replace(claims::text, 'THE-ACCOUNT', account::text)::json FROM answers $$;
        CREATE FUNCTION host.refuses(account integer) RETURNS json LANGUAGE plpgsql AS $$
            BEGIN RAISE SQLSTATE 'PT403' USING MESSAGE = 'Closed on Mondays'; END $$;
        CREATE FUNCTION host.breaks(account integer) RETURNS json LANGUAGE plpgsql AS $$
            BEGIN RAISE 'a secret of the host''s'; END $$;
        CREATE FUNCTION host.who(account integer) RETURNS json LANGUAGE sql AS
            $$ SELECT json_build_object('me', current_user, 'session', session_user) $$;
        CREATE FUNCTION public.claim(name text) RETURNS text LANGUAGE sql STABLE AS
            $$ SELECT current_setting('request.jwt.claims', true)::json ->> name $$;
        GRANT USAGE ON SCHEMA public TO authenticated""")
    return database


@pytest.fixture(scope="module")
def start(serve, accounts):
    return lambda hook="host.claims", **more: serve(environment=settings_of(accounts, auth_claims_hook=hook), **more)


@pytest.fixture
def answers(accounts):
    def set_claims(text):
        accounts.run("DELETE FROM host.answers")
        accounts.run("INSERT INTO host.answers VALUES (%s)", text)
    return set_claims


def claims_of(token):
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def sessions(accounts, person):
    return accounts.value("SELECT count(*) FROM auth.sessions WHERE user_id = %s", person.id)


def test_its_claims_are_in_the_token_and_reach_sql(start, answers):
    answers('{"tenant": "north", "account": THE-ACCOUNT, "exact": 12345678901234567890.10, "deep": {"a": [1, null]}, '
            '"ü": "\\u00fc"}'.replace("THE-ACCOUNT", '"THE-ACCOUNT"'))
    server = start()
    person = Person(server).sign_in()
    said = claims_of(person.token)
    assert ((said["tenant"], said["account"], said["deep"], said["ü"])
            == ("north", str(person.id), {"a": [1, None]}, "ü"))
    assert (said["role"], said["user_id"]) == ("regular_user", person.id)
    assert server.get("/rpc/claim?name=tenant", token=person.token).json() == "north"
    # Numbers keep their digits.
    assert server.get("/rpc/claim?name=exact", token=person.token).json() == "12345678901234567890.10"


def test_a_refresh_asks_again(start, answers):
    answers('{"tenant": "north"}')
    person = Person(start()).sign_in()
    answers('{"tenant": "south"}')
    assert claims_of(person.refresh().json()["token"])["tenant"] == "south"


def test_null_adds_nothing(start, answers):
    answers(None)
    person = Person(start()).sign_in()
    assert set(claims_of(person.token)) == {"role", "user_id", "email", "sid", "iss", "iat", "exp"}


@pytest.mark.parametrize("given", [
    '{"role": "admin_user"}', '{"user_id": 1}', '{"email": "x"}', '{"sid": null}', '{"iss": "x"}', '{"aud": "x"}',
    '{"iat": 1}', '{"exp": 9999999999}',
    '{"nbf": 1}', '{"a": 1, "rol\\u0065": "admin_user"}', '[]', '"text"', '7', 'true',
    json.dumps({"long": "x" * 4096})])
def test_what_it_may_not_say_refuses_the_login(start, accounts, answers, given):
    server = start()
    answers("{}")
    person = Person(server).sign_in()
    before = sessions(accounts, person)
    answers(given)
    answer = person.try_to_sign_in()
    assert (answer.status_code, answer.json()["code"]) == (503, "RGA10") and "token" not in answer.json()
    assert "auth-claims-hook gave " in server.process.log
    assert sessions(accounts, person) == before
    assert accounts.value("SELECT detail::text FROM auth.activity_log WHERE user_id = %s ORDER BY id DESC LIMIT 1",
                          person.id) == '{"claims_hook": true}'


def test_just_as_long_as_it_may_be(start, answers):
    answers(json.dumps({"x": "y" * (4096 - len('{"x": ""}'))}))
    assert len(claims_of(Person(start()).sign_in().token)["x"]) == 4087


def test_a_refresh_that_it_refused_can_be_tried_again(start, accounts, answers):
    answers("{}")
    person = Person(start()).sign_in()
    answers('{"role": "admin_user"}')
    assert person.refresh().status_code == 503
    answers("{}")
    assert person.refresh().status_code == 200
    assert sessions(accounts, person) == 1


@pytest.mark.parametrize("path, claim, allowed", [
    (".app_metadata.role", "app_metadata", False), ("$.app_metadata.role", "app_metadata", False),
    ('$["the roles"][0]', "the roles", False),
    (".app_metadata.role", "tenant", True), ("$..role", "tenant", False), ("$.*", "tenant", False)])
def test_it_cannot_choose_the_role_by_another_path(start, answers, path, claim, allowed):
    answers("{}")
    server = start(jwt_role_claim_key=path)
    person = Person(server)
    answers(json.dumps({claim: {"role": "admin_user"}}))
    assert person.try_to_sign_in().status_code == (200 if allowed else 503)


def test_it_can_refuse_in_its_own_words(start, accounts):
    person = Person(start("host.refuses"))
    answer = person.try_to_sign_in()
    assert (answer.status_code, answer.json()["message"]) == (403, "Closed on Mondays")
    assert sessions(accounts, person) == 0
    # Only who knows the password gets that far.
    assert person.try_to_sign_in("not the password").status_code == 401


@pytest.mark.parametrize("hook", ["host.breaks", "host.missing", "missing.claims"])
def test_its_errors_are_for_the_log(start, accounts, hook):
    server = start(hook)
    person = Person(server)
    answer = person.try_to_sign_in()
    assert ((answer.status_code, answer.json()["code"]) == (503, "RGA10") and "secret" not in answer.text
            and "missing" not in answer.text)
    assert sessions(accounts, person) == 0
    assert ("a secret of the host's" if hook == "host.breaks" else "does not exist") in server.process.log


def test_it_runs_as_the_account_service(start):
    said = claims_of(Person(start("host.who")).sign_in().token)
    assert (said["me"], said["session"]) == ("rowgate_account", "rowgate_account")


def test_tokens_of_the_command_line_have_them_too(start, accounts, answers):
    answers('{"tenant": "north"}')
    person = Person(start())
    made = rowgate("token", "--user", person.email, auth_enabled="true", jwt_secret=SECRET,
                   auth_claims_hook="host.claims",
                   db_uri=accounts.cluster.uri(accounts.name, "rowgate_account"))
    assert made.returncode == 0 and claims_of(made.stdout)["tenant"] == "north"


def test_accounts_tokens_have_the_claims_that_a_host_requires(start, accounts, answers):
    answers('{"tenant": "north"}')
    server = start(jwt_aud="us", jwt_require="aud, exp, sid, tenant")
    person = Person(server).sign_in()
    assert person.ask("current_user", token=person.token).status_code == 200
    made = rowgate("token", "--user", person.email, auth_enabled="true", jwt_secret=SECRET, jwt_aud="us",
                   auth_claims_hook="host.claims",
                   db_uri=accounts.cluster.uri(accounts.name, "rowgate_account"))
    assert person.ask("current_user", token=made.stdout.strip()).status_code == 200
    person.take(person.refresh().json())
    assert person.ask("current_user", token=person.token).status_code == 200
    answers(None)
    refused = person.ask("current_user", token=Person(server).sign_in().token)
    assert (refused.status_code, refused.json()["code"]) == (401, "PGRST303")


@pytest.mark.parametrize("name", ["claims", "host.", ".claims"])
def test_it_must_be_named_with_its_schema(name):
    refused = rowgate("--dump-config", auth_claims_hook=name)
    assert refused.returncode == 1 and "schema.function" in refused.stderr
