"""The first command of the README: the private cluster, the demo, and the tutorial's curl lines as printed.

SPDX-License-Identifier: MIT
"""
import json
import os
import pathlib
import re
import shutil
import stat
import subprocess
import tempfile
import time

import pytest

from harness.process import wait_until
from harness.server import Server


@pytest.fixture(scope="module")
def state():
    """A directory for the cluster, in a place where PostgreSQL's account can go."""
    directory = pathlib.Path(tempfile.mkdtemp(prefix="rowgate-state-", dir="/tmp"))
    directory.chmod(0o755)
    yield directory
    shutil.rmtree(directory)


class Demo:
    """One state directory, served as often as a test wants."""

    def __init__(self, state):
        self.state = state
        self.server = None

    def start(self, **options):
        self.server = Server(environment={"ROWGATE_STATE": str(self.state)}, **options).wait_ready(60)
        return self.server

    def sh(self, script, **environment):
        """Runs shell lines of the tutorial; only the address is another. Gives the body and the status."""
        script = script.replace("http://localhost:3000", self.server.url)
        script = script.replace("curl ", "curl -s -w '\\n%{http_code}' ")
        done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=30,
                              env={**os.environ, **environment})
        assert done.returncode == 0, done.stderr
        body, _, status = done.stdout.rpartition("\n")
        return json.loads(body) if body else None, int(status)


@pytest.fixture(scope="module")
def demo(state):
    made = Demo(state)
    made.start()
    yield made
    made.server.stop()


REGISTER = '''curl -X POST "http://localhost:3000/rpc/register_user" \\
-H "Content-Type: application/json" \\
-d '{
"email": "user@example.com",
"password": "securepassword123",
"user_role": "regular_user"
}'
'''
LOGIN = '''curl -X POST "http://localhost:3000/rpc/login" \\
-H "Content-Type: application/json" \\
-d '{
"email": "user@example.com",
"password": "securepassword123"
}'
'''
WORKSHOPS = '''curl "http://localhost:3000/workshops" \\
-H "Authorization: Bearer $TOKEN"
'''
CREATE = '''curl -X POST "http://localhost:3000/workshops" \\
-H "Authorization: Bearer $TOKEN" \\
-H "Content-Type: application/json" \\
-d '{
"title": "My Workshop",
"description": "A workshop I created",
"duration": 120,
"instructor": "Me"
}'
'''


@pytest.fixture(scope="module")
def user(demo):
    """Registered and signed in with the tutorial's lines: what register and login answered."""
    registered, status = demo.sh(REGISTER)
    assert status == 200, registered
    login, status = demo.sh(LOGIN)
    assert status == 200, login
    return {"registered": registered, "login": login, "token": login["token"], "id": login["user"]["id"]}


def other_user(demo, email):
    demo.server.post("/rpc/register_user", json={"email": email, "password": "another password"})
    return demo.server.post("/rpc/login", json={"email": email, "password": "another password"}).json()["token"]


def test_register_answers_as_printed(user):
    assert user["registered"] == {"success": True, "user_id": user["id"], "email": "user@example.com",
                                  "role": "regular_user"}


def test_login_answers_as_printed(user):
    assert {"token", "user"} <= set(user["login"])
    assert user["login"]["user"] == {"id": user["id"], "email": "user@example.com", "role": "regular_user"}
    assert user["token"].startswith("eyJ") and user["token"].count(".") == 2


def test_workshops_with_the_token(demo, user):
    workshops, status = demo.sh(WORKSHOPS, TOKEN=user["token"])
    assert status == 200
    assert set(workshops[0]) == {"id", "title", "description", "duration", "instructor", "owner_id"}


def test_creating_a_workshop_makes_the_caller_its_owner(demo, user):
    body, status = demo.sh(CREATE, TOKEN=user["token"])
    assert status == 201 and body is None
    mine = demo.server.get("/workshops", params={"title": "eq.My Workshop"}).json()
    assert [row["owner_id"] for row in mine] == [user["id"]]


def test_anonymous_may_read_and_not_write(demo):
    assert demo.server.get("/workshops").status_code == 200
    answer = demo.server.post("/workshops", json={"title": "Nobody's"})
    assert answer.status_code == 401 and answer.json()["code"] == "42501"


@pytest.mark.parametrize("role", ["admin_user", "editor", "viewer", "authenticated", "authenticator",
                                  "postgres", "", "REGULAR_USER"])
def test_a_stranger_cannot_choose_a_role(demo, role):
    answer = demo.server.post("/rpc/register_user",
                              json={"email": "e@example.com", "password": "securepassword123", "user_role": role})
    assert answer.status_code == 403
    assert answer.json()["code"] == "RGA04" and answer.json()["error"] == "This role cannot be chosen"
    answer = demo.server.post("/rpc/login", json={"email": "e@example.com", "password": "securepassword123"})
    assert answer.status_code == 401 and answer.json()["error"] == "Invalid credentials"


def test_register_twice(demo, user):
    answer, status = demo.sh(REGISTER)
    assert (answer["error"], status) == ("Email already exists", 409)


@pytest.mark.parametrize("password, status", [("wrong", 401), ("", 401), (None, 400), (7, 400)])
def test_a_wrong_or_missing_password_gets_no_token(demo, user, password, status):
    answer = demo.server.post("/rpc/login", json={"email": "user@example.com", "password": password})
    assert answer.status_code == status and "token" not in answer.json() and answer.json()["error"]


def test_current_user(demo, user):
    expected = {"user_id": user["id"], "email": "user@example.com", "role": "regular_user"}
    assert demo.server.post("/rpc/current_user", token=user["token"]).json() == expected
    assert demo.server.get("/rpc/current_user", token=user["token"]).json() == expected
    assert demo.server.get("/rpc/current_user").status_code == 401


def test_an_unknown_session_is_not_refreshed(demo, user):
    answer = demo.server.post("/rpc/refresh_token", json={"refresh_token": "00000000-0000-0000-0000-000000000000"})
    assert answer.status_code == 401 and answer.json()["error"] == "Invalid or expired refresh token"


def test_only_the_owner_changes_a_workshop_and_cannot_give_it_away(demo, user):
    server, other = demo.server, other_user(demo, "other@example.com")
    made = server.post("/workshops", token=user["token"], json={"title": "Kept"},
                       headers={"Prefer": "return=representation"}).json()[0]
    at = f"/workshops?id=eq.{made['id']}"
    wanted = {"Prefer": "return=representation"}
    assert (server.patch(at, token=user["token"], json={"title": "Changed"}, headers=wanted).json()[0]["title"]
            == "Changed")
    assert server.patch(at, token=other, json={"title": "Stolen"}, headers=wanted).json() == []
    assert server.patch(at, token=user["token"], json={"owner_id": made["owner_id"] + 1}).status_code == 403
    assert server.post("/workshops", token=other,
                       json={"title": "In another's name", "owner_id": user["id"]}).status_code == 403
    assert server.get(at).json()[0]["title"] == "Changed"


def test_related_rows_as_the_readme_asks_for_them(demo, user):
    readme = (pathlib.Path(__file__).parents[2] / "README.md").read_text().replace("127.0.0.1", "localhost")
    lines = re.search(r"```\n(curl -X POST 'http://localhost:3000/participants.*?)(curl '.*?)```", readme, re.S)
    title = demo.server.get("/workshops?id=eq.1").json()[0]["title"]
    assert demo.sh(lines[1], TOKEN=user["token"]) == ([{"name": "Me", "workshops": {"title": title}}], 201)
    rows, status = demo.sh(lines[2], TOKEN=user["token"])
    assert status == 200 and [(row["title"], row["participants"]) for row in rows] == [(title, [{"name": "Me"}])]
    assert demo.server.delete("/participants?name=eq.Me", token=user["token"]).status_code == 204


def test_registrations_are_their_owners_alone(demo, user):
    server, other = demo.server, other_user(demo, "third@example.com")
    assert server.post("/participants", token=user["token"], json={"workshop_id": 1, "name": "Me"}).status_code == 201
    assert [row["user_id"] for row in server.get("/participants", token=user["token"]).json()] == [user["id"]]
    assert server.get("/participants", token=other).json() == []
    assert server.get("/participants").status_code == 401
    server.delete("/participants?id=gt.0", token=other)
    assert len(server.get("/participants", token=user["token"]).json()) == 1
    assert server.delete("/participants?id=gt.0", token=user["token"]).status_code == 204
    assert server.get("/participants", token=user["token"]).json() == []


@pytest.mark.parametrize("name", ["crypt", "gen_salt", "sign", "verify", "hash_password", "verify_password",
                                  "access_token", "hmac", "uid"])
def test_the_tools_are_out_of_reach(demo, user, name):
    assert demo.server.post(f"/rpc/{name}", token=user["token"], json={}).status_code == 404


def test_schema_auth_shows_own_rows_and_no_secrets(demo, user):
    server, auth = demo.server, {"Accept-Profile": "auth"}
    columns = "id,email,role,active"
    assert server.get(f"/users?select={columns}", token=user["token"], headers=auth).json() == [
        {"id": user["id"], "email": "user@example.com", "role": "regular_user", "active": True}]
    assert server.get("/users?select=password_hash", token=user["token"], headers=auth).status_code == 400
    assert (server.get("/credentials", token=user["token"], headers={"Accept-Profile": "auth_private"}).status_code
            == 406)
    assert server.get(f"/users?select={columns}", headers=auth).status_code == 401


def test_after_logout_the_access_token_is_refused_at_once_and_leaves_no_row(demo, user):
    token = demo.server.post("/rpc/login",
                             json={"email": "user@example.com", "password": "securepassword123"}).json()["token"]
    assert demo.server.get("/workshops", token=token).status_code == 200
    assert demo.server.post("/rpc/logout", token=token).status_code == 204
    for answer in (demo.server.get("/workshops", token=token),
                   demo.server.post("/workshops", token=token, json={"title": "After the end"})):
        assert answer.status_code == 401 and answer.json()["code"] == "RGA08" and answer.json()["error"]
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert demo.server.get("/workshops?title=eq.After the end").json() == []


def test_a_forgotten_password_by_the_mail_that_lies_in_the_state_directory(demo, state):
    server, who = demo.server, {"email": "forgetful@example.com", "password": "securepassword123"}
    assert server.post("/rpc/register_user", json=who).status_code == 200
    assert server.post("/rpc/request_password_reset", json={"email": who["email"]}).json()["success"]

    def mailed():
        return next((found for file in (state / "mail").rglob("*") if file.is_file()
                     and who["email"] in file.read_text()
                     for found in [re.search(r"^http://\S+(/account/reset\?token=(\S+))", file.read_text(), re.M)]
                     if found), None)
    link = wait_until(mailed, 20, "the mail is there")
    page = server.get(link[1])
    assert page.status_code == 200 and link[2] in page.text
    assert server.post("/account/reset", data={"token": link[2], "password": "another good one"}).status_code == 200
    assert server.post("/rpc/login", json=who | {"password": "another good one"}).status_code == 200


def test_a_second_start_is_quick_and_keeps_everything(demo, user, state):
    password = (state / "admin-password").read_text().strip()
    assert f"by the password {password} (of {state}/admin-password)" in demo.server.stop()
    began = time.monotonic()
    demo.start()
    assert time.monotonic() - began < 2
    workshops, status = demo.sh(WORKSHOPS, TOKEN=user["token"])
    assert status == 200 and "My Workshop" in [row["title"] for row in workshops]
    assert demo.sh(LOGIN)[1] == 200
    # Output may be kept in a log: the admin's password is printed once.
    wait_until(lambda: f"by the password in {state}/admin-password\n" in demo.server.process.log, 5, "it is told")
    assert password not in demo.server.process.log


def test_mails_lie_where_no_account_can_put_a_link_in_their_place(demo, state):
    """Where rowgate's account cannot enter the state directory, root makes them a place."""
    demo.server.stop()
    if os.geteuid() == 0:
        shutil.chown(state, group="postgres")
        state.chmod(0o750)
    demo.start()
    told = wait_until(lambda: re.search(r"become files in (\S+)$", demo.server.process.log, re.M), 5, "it is told")
    mails = pathlib.Path(told[1])
    assert mails.parent.stat().st_uid == os.geteuid() and stat.S_IMODE(mails.stat().st_mode) == 0o700
    assert (mails == state / "mail") == (os.geteuid() != 0)
    state.chmod(0o755)


def test_root_writes_through_no_link_of_postgresql_s_account(demo, state):
    """The cluster's directory is that account's: what stands in it, it may have made a link to anything."""
    demo.server.stop()
    file, own = state / "data" / "pg_ident.conf", state / "of-root"
    own.write_text("kept")
    own.chmod(0o600)
    rules = file.rename(state / "rules")
    file.symlink_to(own)
    refused = Server(environment={"ROWGATE_STATE": str(state)})
    try:
        wait_until(lambda: not refused.process.alive() or "listens on" in refused.process.log, 20, "it is over")
        assert os.geteuid() != 0 or own.read_text() == "kept"
    finally:
        refused.stop(expect=None)
        file.unlink()
        rules.rename(file)
        demo.start()


def test_a_second_instance_on_the_same_state_is_refused(demo, state):
    second = Server(environment={"ROWGATE_STATE": str(state)})
    assert second.process.popen.wait(10) != 0
    assert "already running" in second.stop(expect=None)
    assert demo.server.get("/workshops").status_code == 200


def test_the_lines_it_prints_work(demo):
    lines = re.findall(r"^ +(curl .*)$", demo.server.process.log, re.M)
    assert len(lines) == 3
    for line in lines:
        # The account is there already.
        assert demo.sh(line)[1] == (409 if "register_user" in line else 200)


def test_the_admin_whom_it_prints_is_one(demo, state):
    file = state / "admin-password"
    found = re.search(rf"^The admin is (\S+), by the password .*{file}", demo.server.process.log, re.M)
    assert found and file.stat().st_mode & 0o777 == 0o600
    login = demo.server.post("/rpc/login", json={"email": found[1], "password": file.read_text().strip()}).json()
    assert login["user"]["role"] == "admin_user"
    everybody = demo.server.get("/users", token=login["token"], headers={"Accept-Profile": "auth"}).json()
    assert {"admin@example.com", "user@example.com"} <= {row["email"] for row in everybody}


def test_secret_and_database_are_not_open_to_others(demo, state):
    secret = state / "jwt-secret"
    assert secret.stat().st_mode & 0o777 == 0o600 and len(secret.read_text()) >= 43
    assert (state / "data").stat().st_mode & 0o777 == 0o700
    if os.geteuid() == 0:
        sockets = [path for path in pathlib.Path("/tmp").glob("rowgate.*/db")]
        assert sockets and not any(path.stat().st_mode & 0o007 for path in sockets)
