"""The demo's page at /app/, as a visitor with a narrow window, with a keyboard, and with a screen reader meets it.

SPDX-License-Identifier: MIT
"""
import json
import os
import pathlib
import pwd
import shutil
import subprocess
import tempfile
import urllib.parse

import pytest

from harness.accounts import CHEAP, GENEROUS, PASSWORD
from harness.cluster import binaries
from harness.javascript import browse
from harness.process import TOP, run_as, wait_until
from harness.server import FRONTS, Server, free_port

CHIEF = "chief@example.com"
FILES = {"": "text/html", "index.html": "text/html", "app.js": "text/javascript", "style.css": "text/css"}
DOCUMENTS = {"": "text/html", "reference/errors.html": "text/html", "style.css": "text/css"} | {
    f"man/{path.name}.html": "text/html" for path in (TOP / "deploy/man").iterdir()}


@pytest.fixture(scope="module")
def state():
    """A directory for the cluster, in a place where PostgreSQL's account can go."""
    directory = pathlib.Path(tempfile.mkdtemp(prefix="rowgate-state-", dir="/tmp"))
    directory.chmod(0o755)
    yield directory
    shutil.rmtree(directory)


def demo(state, front=None, **environment):
    return Server(front=front, environment={"ROWGATE_STATE": str(state)} | CHEAP | GENEROUS
                  | environment).wait_ready(60)


def make_chief(server):
    """An admin. Done as the owner of the cluster, who is the only one to reach it."""
    server.post("/rpc/register_user", json={"email": CHIEF, "password": PASSWORD}, headers={"Origin": server.url})
    directory = pathlib.Path(server.fastcgi_socket()).parents[1] / "db"
    owner = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    subprocess.run([*run_as(owner), binaries() / "psql", "-X", "-q", "-h", directory, "-d", "workshop",
                    "-v", "ON_ERROR_STOP=1",
                    "-c", f"UPDATE auth.users SET role = 'admin_user' WHERE email = '{CHIEF}'"], check=True,
                    timeout=30, cwd="/")


def tour(server, email, cookie):
    return browse("page.mjs", server, email=email, admin=CHIEF, cookie=cookie)


def judge(seen, email):
    assert seen["axe"] == {} and seen["wide"] == [] and seen["errors"] == []
    said = seen["said"]
    assert said["refused"] == "Invalid credentials"
    assert said["offered"] == "Mine & <b>yours</b> is offered."
    assert said["registered"] == "You are registered for Signing in." and said["left"] == "You have left Signing in."
    assert said["profile"] == "Your profile is saved." and said["preferences"] == "Your preferences are saved."
    assert said["sessions"] == "All other sessions have ended."
    assert said["deactivated"] == f"{email} is inactive now." and said["role"] == f"{email} is editor now."
    assert "login: refused" in seen["activity"] and "register: done" in seen["activity"]
    assert seen["kept"] == 0


def test_tour_with_cookies(state):
    port = str(free_port())
    server = demo(state, PGRST_SERVER_PORT=port, ROWGATE_AUTH_COOKIE="true",
                  ROWGATE_AUTH_SITE_URL="http://127.0.0.1:" + port)
    try:
        make_chief(server)
        seen = tour(server, "cookies@example.com", True)
    finally:
        server.stop()
    judge(seen, "cookies@example.com")
    assert seen["said"]["signed out"] == "You are signed out."
    assert {kept["name"] for kept in seen["cookies"]} == {"__Host-rg_access", "__Host-rg_refresh"}
    assert all(kept["httpOnly"] and kept["secure"] and kept["sameSite"] == "Lax" for kept in seen["cookies"])


def test_tour_with_tokens_in_memory(state):
    server = demo(state)
    try:
        make_chief(server)
        seen = tour(server, "tokens@example.com", False)
    finally:
        server.stop()
    judge(seen, "tokens@example.com")
    assert seen["cookies"] == []


def test_mailed_links_are_followed(state):
    """What is asked for on the page, and done where the mailed link leads, without a script there."""
    server = demo(state, ROWGATE_AUTH_COOKIE="true", ROWGATE_AUTH_ACTIVATION="true")
    email, other = "mailed@example.com", "moved@example.com"
    try:
        seen = browse("mailed.mjs", server, email=email, other=other, mails=str(state / "mail"))
    finally:
        server.stop()
    assert seen["axe"] == {} and seen["wide"] == [] and seen["errors"] == []
    said = seen["said"]
    assert said["too early"] == "The address is not confirmed yet" and "are signed in" in said["signed in"]
    assert ("address is confirmed" in said["activate"] and "address is yours" in said["confirm"]
            and "password is set" in said["reset"])
    assert "sessions were ended" in said["undo"]
    assert (len({said[kind] for kind in ("confirm again", "reset again", "undo again")}) == 1
            and "has been used" in said["reset again"])
    assert said["activate again"] == said["older link"] and "was confirmed before" in said["older link"]
    assert seen["back"] == dict.fromkeys(("activate", "confirm", "reset", "undo"), "/app/")
    assert said["ended"] == "The session has ended." and seen["left"] == 1
    assert said["password"] == "Your password is changed; your other sessions have ended."
    assert seen["address"] == f"{other} (regular_user)" and said["signed in anew"] == "You are signed in."


def test_a_keyboard_is_enough(state):
    server = demo(state)
    try:
        seen = browse("keyboard.mjs", server, email="keys@example.com")
    finally:
        server.stop()
    assert seen["errors"] == [] and seen["unseen"] == []
    assert seen["said"]["offered"] == "By keyboard is offered." and seen["said"]["signed out"] == "You are signed out."
    assert seen["focus"] == {"first": "Skip to content", "skipped": "content", "sign up": "sign-up-title",
                             "signed up": "sign-in-title", "refused": "Password",
                             "signed in": "workshops-title", "registered": "Leave Signing in",
                             "left": "Register for Signing in", "offered": "Instructor", "signed out": "sign-in-title"}


def check_files(server, path, files):
    """Each as what it is, with header fields that let nothing else into the page; and what is not there is not."""
    for name, kind in files.items():
        answer = server.get(path + name)
        assert ((answer.status_code, answer.headers["Content-Type"].replace(" ", "").lower())
                == (200, kind + ";charset=utf-8"))
        policy = answer.headers["Content-Security-Policy"]
        assert (policy.startswith("default-src 'none'") and "unsafe" not in policy
                and "frame-ancestors 'none'" in policy)
        assert (answer.headers["Referrer-Policy"] == "no-referrer"
                and answer.headers["X-Content-Type-Options"] == "nosniff")
    assert server.get(path + "none").status_code == 404
    moved = server.get(path.rstrip("/"), allow_redirects=False)
    assert moved.status_code == 308 and urllib.parse.urljoin(server.url + path.rstrip("/"),
        moved.headers["Location"]) == server.url + path


@pytest.mark.parametrize("front", FRONTS)
def test_every_web_server_serves_the_page_and_the_documents(state, front):
    server = demo(state, front)
    try:
        check_files(server, "/app/", FILES)
        check_files(server, "/docs/", DOCUMENTS)
        assert "<a href=\"reference/errors.html\">" in server.get("/docs/").text
        wait_until(lambda: f"The documents: {server.url}/docs/" in server.process.log, 20, "it says where they are")
        assert server.get("/workshops", params={"limit": 1}).json()[0]["title"]
    finally:
        server.stop()


def test_inline_code_and_styles_are_not_used():
    page = (pathlib.Path(__file__).parents[2] / "deploy" / "page" / "index.html").read_text()
    assert ("<style" not in page and " style=" not in page and " onclick" not in page
            and page.count("<script") == page.count("src=\"app.js\"") == 1)
