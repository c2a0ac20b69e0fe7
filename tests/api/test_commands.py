"""The subcommands that look after keys, tokens and accounts: what a host's administrator types.

SPDX-License-Identifier: MIT
"""
import base64
import contextlib
import csv
import grp
import io
import json
import os
import re
import socket
import threading

import pytest

from harness.accounts import CHEAP, PASSWORD, Person, migrate, rowgate, settings_of
from harness.server import SECRET, Server


@pytest.fixture(scope="module")
def accounts(cluster):
    made = cluster.create("commands")
    migrate(made)
    return made


@pytest.fixture(scope="module")
def server(accounts):
    started = Server(uri=accounts.cluster.uri(accounts.name, "authenticator"), db_anon_role="web_anon",
                     jwt_secret=SECRET,
                     environment=settings_of(accounts)).wait_ready()
    yield started
    started.stop()


@pytest.fixture
def run(accounts):
    """The program with the server's settings."""
    def run(*arguments, says=None, **more):
        settings = {name.removeprefix("ROWGATE_").lower(): value for name, value in CHEAP.items()}
        return rowgate(*arguments, says=says, auth_enabled="true", jwt_secret=SECRET,
                       db_uri=accounts.cluster.uri(accounts.name, "rowgate_account"),
                       **settings, **more)
    return run


def decode(part):
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def users(run):
    listed = run("user", "list")
    assert listed.returncode == 0, listed.stderr
    return {row["email"]: row for row in csv.DictReader(io.StringIO(listed.stdout), delimiter="\t")}


@pytest.mark.parametrize("alg, size", [("HS256", 32), ("HS512", 64), ("EdDSA", 32)])
def test_keygen_makes_a_key_that_signs(run, accounts, alg, size):
    made = run("keygen", "--alg", alg, "--kid", "mine")
    key = json.loads(made.stdout)
    assert (key["alg"], key["use"], key["kid"]) == (alg, "sig", "mine")
    secret = key["d" if alg == "EdDSA" else "k"]
    assert len(base64.urlsafe_b64decode(secret + "==")) == size
    with_key = Server(uri=accounts.cluster.uri(accounts.name, "authenticator"), db_anon_role="web_anon",
                      jwt_secret=made.stdout,
                      environment=settings_of(accounts)).wait_ready()
    person = Person(with_key).sign_in()
    assert decode(person.token.split(".")[0]) == {"alg": alg, "typ": "JWT", "kid": "mine"}
    assert with_key.get("/rpc/current_user", token=person.token).status_code == 200
    assert person.table("GET", "/users?select=email").json() == [{"email": person.email}]
    shown = with_key.get("/.well-known/jwks.json").json()["keys"]
    assert shown == ([{name: key[name] for name in ("kty", "crv", "x", "kid", "alg", "use")}] if alg == "EdDSA" else [])
    with_key.stop()


def test_keygen_makes_another_each_time_and_names_it(run):
    keys = [json.loads(run("keygen").stdout) for _ in range(2)]
    assert keys[0]["k"] != keys[1]["k"] and keys[0]["kid"] != keys[1]["kid"] and keys[0]["alg"] == "HS256"


def test_keygen_keeps_its_file_private_and_never_overwrites(run, tmp_path):
    file = tmp_path / "key.json"
    assert run("keygen", "--out", file).returncode == 0
    assert file.stat().st_mode & 0o777 == 0o600
    before = file.read_text()
    refused = run("keygen", "--out", file)
    assert refused.returncode == 1 and "File exists" in refused.stderr and file.read_text() == before
    assert run("keygen", "--alg", "RS256").returncode == 1
    assert run("keygen", "--kid").returncode == 1


def test_keygen_can_let_the_group_of_the_service_read_its_file(run, tmp_path):
    file = tmp_path / "key.json"
    group = grp.getgrgid(os.getgid()).gr_name
    assert run("keygen", "--group", group, "--out", file).returncode == 0
    assert (file.stat().st_mode & 0o777, file.group()) == (0o640, group)
    refused = run("keygen", "--group", "no-such-group", "--out", tmp_path / "other")
    assert refused.returncode == 1 and not (tmp_path / "other").exists()
    assert "--group wants --out" in run("keygen", "--group", group).stderr


def test_a_key_that_cannot_be_read_matters_only_to_who_signs(run, accounts):
    """Commands that need the database alone."""
    unreadable = {"jwt_secret": "@/nonexistent/key", "auth_signing_key": "@/nonexistent/key"}
    settings = {"auth_enabled": "true", "db_uri": accounts.cluster.uri(accounts.name, "rowgate_account")} | unreadable
    for command in (["user", "list"], ["purge"]):
        assert rowgate(*command, **settings).returncode == 0, command
    settings["db_uri"] = accounts.cluster.uri(accounts.name, "postgres")
    for command in (["migrate", "--status"], ["migrate", "--dry-run"], ["migrate"], ["mail", "--status"]):
        done = rowgate(*command, mail_from="a@example.com", auth_site_url="https://a.example", **settings)
        assert done.returncode == 0, done.stderr
    for command in (["token", "--role", "web_anon"], ["--dump-config"]):
        assert "/nonexistent/key" in rowgate(*command, **settings).stderr, command


def test_add_list_and_change_a_user(run, server):
    added = run("user", "add", "clerk@example.com", "--role", "editor", says=PASSWORD + "\n")
    assert added.returncode == 0, added.stderr
    listed = users(run)["clerk@example.com"]
    assert ((listed["id"], listed["role"], listed["active"], listed["sessions"])
            == (added.stdout.strip(), "editor", "t", "0"))
    person = Person(server, "clerk@example.com", register=False).sign_in()
    assert users(run)["clerk@example.com"]["sessions"] == "1"
    assert run("user", "set-role", "clerk@example.com", "viewer").returncode == 0
    assert users(run)["clerk@example.com"]["role"] == "viewer"
    assert server.get("/rpc/current_user", token=person.token).status_code == 401
    person.sign_in()
    assert run("user", "deactivate", "clerk@example.com").returncode == 0
    assert server.get("/rpc/current_user", token=person.token).status_code == 401
    assert person.try_to_sign_in().status_code == 401
    assert run("user", "activate", "clerk@example.com").returncode == 0
    person.sign_in()
    ended = run("user", "end-sessions", "CLERK@example.com")
    assert (ended.returncode, ended.stdout) == (0, "1 sessions ended\n")
    assert server.get("/rpc/current_user", token=person.token).status_code == 401


@pytest.mark.parametrize("command", [
    "", "doctor", "keygen", "mail", "migrate", "purge", "reload", "token", "user",
    *[f"user {name}" for name in "add list set-role activate deactivate end-sessions import".split()]])
@pytest.mark.parametrize("before, after", [
    ("", ""), ("x@example.com", ""), ("one two three four", ""), ("--nonsense", ""), ("", "--nonsense"),
    ("--version", "--dump-config")])
@pytest.mark.parametrize("help", ["--help", "-h"])
def test_help_is_given_wherever_it_is_asked_for(command, before, after, help):
    words = [*command.split(), *([] if command in ("", "user") else before.split()), help, *after.split()]
    # A database that nobody could reach: nothing is asked of it.
    done = rowgate(*words, db_uri="host=/nonexistent", jwt_secret="@/nonexistent")
    assert (done.returncode, done.stderr) == (0, "") and done.stdout.startswith(f"Usage: rowgate {command}")


@pytest.mark.parametrize("arguments, says, wording", [
    (["add", "nobody"], PASSWORD, "no e-mail address"), (["add", "x@example.com"], "short", "too short"),
    (["add", "x@example.com"], "", "standard input"),
    (["add", "x@example.com", "--role", "postgres"], PASSWORD, "role"),
    (["add"], "", "wants EMAIL"), (["set-role", "x@example.com"], None, "wants a role"),
    (["set-role", "nobody@example.com", "editor"], None, "no such account"),
    (["activate", "nobody@example.com"], None, "no such account"),
    (["list", "--all"], None, "unknown option"), (["fly"], None, "user wants add"), ([], None, "user wants add"),
    (["import", "/nowhere.csv"], None, "No such file"),
])
def test_mistakes_are_named(run, arguments, says, wording):
    refused = run("user", *arguments, says=says)
    assert refused.returncode == 1 and wording in refused.stderr and refused.stdout.count("\n") <= 1, refused.stderr


def test_an_account_is_not_added_twice_nor_the_last_admin_demoted(run):
    assert run("user", "add", "twice@example.com", says=PASSWORD).returncode == 0
    assert "already" in run("user", "add", "Twice@EXAMPLE.com", says=PASSWORD).stderr
    assert run("user", "add", "admin@example.com", "--role", "admin_user", says=PASSWORD).returncode == 0
    refused = run("user", "set-role", "admin@example.com", "editor")
    assert refused.returncode == 1 and "last admin" in refused.stderr
    assert users(run)["admin@example.com"]["role"] == "admin_user"


def test_token_for_a_user_is_a_session_and_for_a_role_nobodys(run, server):
    person = Person(server)
    minted = run("token", "--user", person.email, "--ttl", "120")
    assert minted.returncode == 0, minted.stderr
    token = minted.stdout.strip()
    claims = decode(token.split(".")[1])
    assert (claims["user_id"], claims["role"], claims["exp"] - claims["iat"]) == (person.id, "regular_user", 120)
    assert server.get("/rpc/current_user", token=token).json()["email"] == person.email
    assert run("user", "end-sessions", person.email).stdout == "1 sessions ended\n"
    assert server.get("/rpc/current_user", token=token).status_code == 401
    token = run("token", "--role", "viewer").stdout.strip()
    claims = decode(token.split(".")[1])
    assert claims["role"] == "viewer" and "user_id" not in claims and "sid" not in claims
    assert server.get("/users", token=token, headers={"Accept-Profile": "auth"}).json() == []
    assert server.get("/rpc/current_user", token=token).status_code == 401
    assert run("token").returncode == 1 and run("token", "--role", "x", "--user", "y").returncode == 1
    assert run("token", "--role", "viewer", "--ttl", "0").returncode == 1


def imported_hash(accounts, password):
    accounts.run("CREATE EXTENSION IF NOT EXISTS pgcrypto")
    return accounts.value(f"SELECT crypt('{password}', gen_salt('bf', 6))")


def test_import_of_csv_and_json(run, server, accounts, tmp_path):
    bcrypt = imported_hash(accounts, PASSWORD)
    assert run("user", "add", "pattern@example.com", says=PASSWORD).returncode == 0
    argon = accounts.value("SELECT password_hash FROM auth_private.credentials WHERE email_key = 'pattern@example.com'")
    rows = tmp_path / "users.csv"
    rows.write_text(f'name,email,password_hash,role,active\r\n"A, with a comma",old1@example.com,{bcrypt},editor,'
                    f'true\r\n'
                    f'B,old2@example.com,"{argon}",,\r\nC,old3@example.com,{bcrypt},viewer,f\r\n')
    done = run("user", "import", rows)
    assert done.returncode == 0, done.stderr
    assert "3 accounts taken over, 0 refused" in done.stderr
    listed = users(run)
    assert [(listed[f"old{n}@example.com"]["role"], listed[f"old{n}@example.com"]["active"]) for n in (1, 2, 3)] == [
        ("editor", "t"), ("regular_user", "t"), ("viewer", "f")]
    Person(server, "old1@example.com", register=False).sign_in()
    Person(server, "old2@example.com", register=False).sign_in()
    assert Person(server, "old1@example.com", register=False).try_to_sign_in("wrong password").status_code == 401
    assert Person(server, "old3@example.com", register=False).try_to_sign_in().status_code == 401
    # The sign-in has replaced the foreign hash.
    assert accounts.value("SELECT left(password_hash, 10) FROM auth_private.credentials WHERE email_key = "
                          "'old1@example.com'") == "$argon2id$"
    rows = tmp_path / "users.json"
    rows.write_text(json.dumps([{"email": "old4@example.com", "password_hash": bcrypt, "active": True, "more": 1}]))
    assert run("user", "import", rows).returncode == 0
    Person(server, "old4@example.com", register=False).sign_in()


def test_import_names_the_rows_it_refuses_and_takes_the_others(run, server, accounts, tmp_path):
    bcrypt = imported_hash(accounts, PASSWORD)
    rows = tmp_path / "users.json"
    rows.write_text(json.dumps([
        {"email": "no address", "password_hash": bcrypt}, {"email": "bad1@example.com", "password_hash": "plain text"},
        {"email": "bad2@example.com", "password_hash": "$2b$31$" + bcrypt[7:]},
        {"email": "bad3@example.com", "password_hash": "*"},
        {"email": "bad4@example.com", "password_hash": "$argon2id$v=19$m=99999999,t=2,p=1$c2FsdHNhbHQ$aGFzaA"},
        {"email": "bad5@example.com", "password_hash": bcrypt, "role": "postgres"}, 7,
        {"email": "good@example.com", "password_hash": bcrypt},
        {"email": "GOOD@example.com", "password_hash": bcrypt}]))
    done = run("user", "import", rows)
    assert done.returncode == 1 and "1 accounts taken over, 8 refused" in done.stderr
    for number in (1, 2, 3, 4, 5, 6, 7, 9):
        assert f"row {number}, " in done.stderr
    listed = users(run)
    assert "good@example.com" in listed and not any(email.startswith("bad") for email in listed)


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "[", '{"email": 1}', "email,password_hash\nonly one\n"])
def test_import_of_other_files(run, tmp_path, text):
    file = tmp_path / "file"
    file.write_text(text)
    assert run("user", "import", file).returncode == 1


def test_purge_removes_what_has_ended_and_keeps_what_tokens_still_name(run, server, accounts):
    person = Person(server).sign_in()
    person.call("logout")
    assert run("tidy").returncode == 0  # its older name, which stands in crontabs
    assert accounts.value(f"SELECT count(*) FROM auth.sessions WHERE user_id = {person.id}") == 1
    accounts.run(f"UPDATE auth.sessions SET ended_at = now() - interval '2 hours' WHERE user_id = {person.id}")
    accounts.run(f"UPDATE auth.activity_log SET at = now() - interval '91 days' WHERE user_id = {person.id} AND action "
                 f"= 'login'")
    done = run("purge")
    assert done.returncode == 0 and int(done.stdout.split()[0]) >= 2
    assert accounts.value(f"SELECT count(*) FROM auth.sessions WHERE user_id = {person.id}") == 0
    assert (accounts.value(f"SELECT count(*) FROM auth.activity_log WHERE user_id = {person.id} AND action = 'login'")
            == 0)
    assert server.get("/rpc/current_user", token=person.token).status_code == 401


def commands(*within):
    """Those that --help lists."""
    return re.findall(r"^  ([a-z-]+)  ", rowgate(*within, "--help").stdout, re.M)


def test_help_lists_the_commands():
    assert commands() == ["doctor", "keygen", "mail", "migrate", "purge", "reload", "token", "user"]
    assert commands("user") == ["add", "list", "set-role", "activate", "deactivate", "end-sessions", "import"]


@pytest.mark.parametrize("command", ["keygen", "mail", "migrate", "purge", "reload", "token", "user",
                                     "user add", "user list", "user set-role",
                                     "user activate", "user deactivate", "user end-sessions", "user import"])
def test_help_of_a_command_asks_nobody(command):
    """Not even the configuration, which is wrong here; and what usage names is explained."""
    for asked in (rowgate(*command.split(), "--help", server_port="none"),
                  rowgate(*command.split(), "-h", "--nonsense", server_port="none")):
        assert (asked.returncode, asked.stderr) == (0, "") and asked.stdout.startswith(f"Usage: rowgate {command} ")
    ways = " ".join(re.findall(r"^(?:Usage:| {6}) rowgate (.*)", asked.stdout, re.M))
    assert command == "user" or set(re.findall(r"--[a-z-]+",
                                               ways)) == set(re.findall(r"^ +(--[a-z-]+)", asked.stdout, re.M))


@pytest.mark.parametrize("arguments, says, command", [
    (["keygen", "--kid"], "--kid wants NAME", "keygen"), (["keygen", "x"], "x: nothing of the kind is taken", "keygen"),
    (["mail", "--once", "--status"], "mail takes one of --once, --status and --try ADDRESS", "mail"),
    (["tidy", "--all"], "--all: unknown option", "purge"),
    (["migrate", "--to", "99"], "--to wants the number of a migration", "migrate"),
    (["reload", "a", "b"], "b: a second configuration file", "reload"),
    (["token"], "token wants --user EMAIL or --role ROLE", "token"),
    (["user"], "user wants add, list, set-role, activate, deactivate, end-sessions or import", "user"),
    (["user", "add"], "user add wants EMAIL", "user add")])
def test_a_mistake_is_told_with_where_to_look(arguments, says, command):
    done = rowgate(*arguments, server_port="none")
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"rowgate: {says}\nTry `rowgate {command} --help`.\n")


@pytest.mark.parametrize("arguments, says", [(["--no-such-option"], "--no-such-option: unknown option"),
                                             (["-x"], "-x: unknown option"),
                                             (["a", "b"], "b: a second configuration file"),
                                             (["--dump-config", "/nowhere.conf"],
                                              "/nowhere.conf: cannot be opened: No such file or directory")])
def test_O1_a_mistake_on_the_command_line_is_status_1(arguments, says):
    done = rowgate(*arguments)
    assert (done.returncode, done.stdout) == (1, "") and says in done.stderr


@pytest.mark.parametrize("option", ["--help", "--version", "--example"])
def test_O1_what_is_asked_for_is_printed_with_status_0(option):
    done = rowgate(option)
    assert done.returncode == 0 and done.stdout and not done.stderr


def test_O1_the_version_is_ours_and_the_one_that_is_spoken():
    assert re.fullmatch(r"rowgate \d+(\.\d+)* \(PostgREST 16\)\n", rowgate("--version").stdout)


def test_what_is_no_key_of_a_file_is_warned_of(tmp_path):
    file = tmp_path / "conf"
    file.write_text("db-max-rows = 7\n\ndb-maxrows = 8\n")
    done = rowgate("--dump-config", file, db_config=False)
    assert done.returncode == 0 and "db-max-rows = 7\n" in done.stdout
    assert done.stderr.endswith(f"{file}:3: db-maxrows is no configuration key, ignored\n")


@contextlib.contextmanager
def admin_server(family, address, answer):
    """Answers every client the same; yields where it listens."""
    def serve():
        with contextlib.suppress(OSError):
            while True:
                with listener.accept()[0] as client:
                    client.recv(4096)
                    client.sendall(answer)
    with socket.socket(family) as listener:
        listener.bind(address)
        listener.listen()
        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()
        listener.shutdown(socket.SHUT_RDWR)


def answer_of(status, *fields):
    return "\r\n".join([f"HTTP/1.1 {status}", "Content-Length: 0", "Connection: close", *fields, "", ""]).encode()


@pytest.mark.parametrize("answer, code, says", [
    (answer_of("200 OK"), 0, "OK: "), (answer_of("204 No Content"), 0, "OK: "),
    (answer_of("503 Service Unavailable"), 1, "ERROR: "), (answer_of("500 Internal Server Error"), 1, "ERROR: "),
    (b"not HTTP\r\n\r\n", 1, "ERROR: connection refused to "), (b"", 1, "ERROR: connection refused to "),
    (answer_of("302 Found", "Location: http://127.0.0.1:9/"), 1, "ERROR: ")])
def test_O1_ready_asks_the_admin_server_and_nobody_else(monkeypatch, answer, code, says):
    """No proxy, though the environment names one, and no place that a redirection names."""
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with admin_server(socket.AF_INET, ("127.0.0.1", 0), answer) as (host, port):
        done = rowgate("--ready", admin_server_host=host, admin_server_port=port)
    assert (done.returncode, done.stdout + done.stderr) == (code, f"{says}http://127.0.0.1:{port}/ready\n")
    done = rowgate("--ready", admin_server_host=host, admin_server_port=port)
    assert (done.returncode, done.stdout, done.stderr) == (1, "",
                                                           f"ERROR: connection refused to "
                                                           f"http://127.0.0.1:{port}/ready\n")


def test_O1_ready_by_a_unix_socket(tmp_path):
    path = tmp_path / "admin.sock"
    with admin_server(socket.AF_UNIX, str(path), answer_of("200 OK")):
        done = rowgate("--ready", admin_server_unix_socket=path)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"OK: http://{path}/ready\n", "")
    assert (rowgate("--ready", admin_server_unix_socket=path).stderr
            == f"ERROR: connection refused to http://{path}/ready\n")


SPECIAL = ("ERROR: The `--ready` flag cannot be used when server-host is configured as \"{}\". Please update your "
           "server-host config to \"localhost\".\n")


@pytest.mark.parametrize("settings, says", [
    ({"admin_server_port": "", "state_dir": "/nonexistent"},
     "ERROR: Admin server is not running. Please check admin-server-port config.\n"),
    *(({"admin_server_port": 9, "admin_server_host": host}, SPECIAL.format(host))
      for host in ("*", "*4", "!4", "*6", "!6")),
    ({"admin_server_port": 9, "admin_server_host": "::1"}, "ERROR: connection refused to http://[::1]:9/ready\n"),
    ({"admin_server_port": 9, "admin_server_host": "no host"}, "ERROR: invalid url - http://no host:9/ready\n")])
def test_O1_ready_says_what_PostgREST_says(settings, says):
    done = rowgate("--ready", **settings)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", says)
