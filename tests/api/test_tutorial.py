"""A team that followed the tutorial to the letter brings its database and its postgrest.conf: both work as they are.

SPDX-License-Identifier: MIT
"""
import pathlib

import pytest

from harness.server import Server

TUTORIAL = pathlib.Path(__file__).parent / "tutorial" / "tutorial.sql"

# As printed, but for the address of the database and the ports.
CONFIG = '''
# postgrest.conf
db-uri = "postgresql://authenticator:workshop_auth_pass@/tutorial?host={host}"
db-schemas = "public,auth"
db-anon-role = "web_anon"
# JWT Configuration
jwt-secret = "your-super-secret-jwt-key-at-least-32-characters-long"
jwt-aud = "postgrest"
# Role claim key
role-claim-key = ".role"
'''
PASSWORD = "securepassword123"


@pytest.fixture(scope="module")
def tables(own_cluster):
    made = own_cluster.create("tutorial")
    made.load(TUTORIAL)
    return made


@pytest.fixture(scope="module")
def server(own_cluster, tables):
    started = Server(config=CONFIG.format(host=own_cluster.directory), server_host="127.0.0.1").wait_ready()
    yield started
    started.stop()


def sign_in(server, email, role):
    registered = server.post("/rpc/register_user", json={"email": email, "password": PASSWORD, "user_role": role})
    assert registered.status_code == 200 and registered.json()["role"] == role
    return server.post("/rpc/login", json={"email": email, "password": PASSWORD}).json()["token"]


@pytest.fixture(scope="module")
def user(server):
    return sign_in(server, "user@example.com", "regular_user")


@pytest.fixture(scope="module")
def admin(server):
    return sign_in(server, "admin@example.com", "admin_user")


def test_register_and_login(server):
    answer = server.post("/rpc/register_user", json={"email": "new@example.com", "password": PASSWORD})
    assert answer.status_code == 200
    number = answer.json()["user_id"]
    assert answer.json() == {"success": True, "user_id": number, "email": "new@example.com", "role": "regular_user"}
    answer = server.post("/rpc/login", json={"email": "new@example.com", "password": PASSWORD})
    assert answer.status_code == 200 and answer.json()["user"] == {"id": number, "email": "new@example.com",
        "role": "regular_user"}


def test_through_the_schema_itself(server, user):
    answer = server.post("/rpc/login", json={"email": "user@example.com", "password": PASSWORD},
                         headers={"Content-Profile": "auth"})
    assert answer.status_code == 200 and "token" in answer.json()
    assert answer.headers["Content-Profile"] == "auth"


def test_its_answers_to_what_is_wrong(server, user):
    taken = server.post("/rpc/register_user", json={"email": "user@example.com", "password": PASSWORD})
    assert (taken.status_code, taken.json()) == (200, {"error": "Email already exists"})
    wrong = server.post("/rpc/login", json={"email": "user@example.com", "password": "wrong"})
    assert (wrong.status_code, wrong.json()) == (200, {"error": "Invalid credentials"})


def test_workshops_are_read_by_anyone(server, user):
    assert [row["title"] for row in server.get("/workshops?order=id").json()][:2] == ["First", "Second"]
    assert server.get("/workshops", token=user).status_code == 200


def test_its_roles_decide_who_writes(server, user, admin):
    workshop = {"title": "My Workshop", "description": "A workshop I created", "duration": 120, "instructor": "Me"}
    assert server.post("/workshops", json=workshop).status_code == 401
    # The page never makes regular_user a member of authenticated: its own last curl line is refused.
    assert server.post("/workshops", json=workshop, token=user).status_code == 403
    assert server.post("/workshops", json=workshop, token=admin).status_code == 201


def test_registrations_are_seen_by_admins(server, admin, user):
    assert server.post("/participants", json={"workshop_id": 1, "name": "A"}, token=admin).status_code == 201
    assert len(server.get("/participants", token=admin).json()) == 1
    assert server.get("/participants", token=user).json() == []


def test_current_user(server, user):
    answer = server.get("/rpc/current_user", token=user).json()
    assert answer["email"] == "user@example.com" and answer["role"] == "regular_user" and answer["user_id"].isdigit()


def test_refresh_of_a_session(server, tables, user):
    session = tables.value("INSERT INTO auth.sessions (user_id) SELECT id FROM auth.users WHERE email = "
                           "'user@example.com' RETURNING id::text")
    fresh = server.post("/rpc/refresh_token", json={"refresh_token": session}).json()["token"]
    assert server.get("/rpc/current_user", token=fresh).json()["email"] == "user@example.com"
    gone = server.post("/rpc/refresh_token", json={"refresh_token": "00000000-0000-0000-0000-000000000000"})
    assert gone.json() == {"error": "Invalid or expired refresh token"}


def test_password_reset(server, user):
    answer = server.post("/rpc/request_password_reset", json={"email": "user@example.com"}).json()
    assert answer["success"] is True and answer["message"] == "Password reset link sent" and answer["reset_token"]
    unknown = server.post("/rpc/request_password_reset", json={"email": "nobody@example.com"}).json()
    assert unknown == {"success": True, "message": "If email exists, reset link sent"}


def test_a_changed_token_is_refused(server, user):
    head, _, tail = user.partition(".")
    changed = head + "." + ("A" if tail[0] != "A" else "B") + tail[1:]
    assert server.get("/workshops", token=changed).status_code == 401
