"""Where passwords, tokens and keys must not be found: in what the database writes down, and outside of the process.

SPDX-License-Identifier: MIT
"""
import os
import pathlib
import re
import resource
import subprocess

import pytest

from harness.accounts import Person, migrate, rowgate, settings_of
from harness.cluster import Cluster, binaries
from harness.server import SECRET, Server

SECRETS = {"password": "the first of the passwords", "new password": "the second of the passwords",
           "wrong password": "never a password"}


@pytest.fixture(scope="module")
def talkative():
    """A cluster that writes every statement down, with its parameters."""
    cluster = Cluster(log_statement="all", log_min_duration_statement="0", log_min_messages="info",
                      shared_preload_libraries="pg_stat_statements", track_activity_query_size="65536")
    cluster.start()
    yield cluster
    cluster.remove()


@pytest.fixture(scope="module")
def database(talkative):
    made = talkative.create("secrets")
    migrate(made)
    made.run("CREATE EXTENSION pg_stat_statements; GRANT USAGE ON SCHEMA public TO web_anon, authenticated;"
             "CREATE TABLE public.notes (id serial PRIMARY KEY, text text); GRANT ALL ON public.notes, "
             "public.notes_id_seq TO authenticated")
    return made


@pytest.fixture(scope="module")
def server(database):
    started = Server(uri=database.uri, environment=settings_of(database, db_pass_authorization=False,
                                                               log_level="debug"),
                     db_anon_role="web_anon", jwt_secret=SECRET)
    started.wait_ready()
    yield started
    started.stop()


def send_mails(database, directory):
    """What the mailer says, and the mails, the newest first."""
    sent = rowgate("mail", "--once", db_uri=database.cluster.uri(database.name, "rowgate_mail"),
                   auth_site_url="https://shop.example",
                   mail_from="noreply@shop.example", mail_transport=f"file:{directory}", log_level="debug")
    assert sent.returncode == 0, sent.stderr
    files = sorted((file for file in directory.rglob("*") if file.is_file()), key=lambda file: -file.stat().st_mtime_ns)
    return sent.stderr, [file.read_text() for file in files]


@pytest.fixture(scope="module")
def secrets(server, database, tmp_path_factory):
    """Everything that was secret in the life of an account, and what pg_stat_activity showed meanwhile."""
    shown = []

    def look():
        shown.extend(text for text, in database.run("SELECT query FROM pg_stat_activity WHERE usename <> 'postgres'"))

    person = Person(server, password=SECRETS["password"], email="secretive@example.com")
    kept = dict(SECRETS, secret=SECRET)
    assert person.try_to_sign_in(SECRETS["wrong password"]).status_code == 401
    look()
    person.sign_in()
    look()
    for turn in range(3):
        kept[f"refresh token {turn}"] = person.login["refresh_token"]
        kept[f"access token {turn}"] = person.token
        person.take(person.refresh().json())
        look()
    kept["last refresh token"] = person.login["refresh_token"]
    kept["last access token"] = person.token
    assert person.refresh("A" + person.login["refresh_token"][1:]).status_code == 401
    assert server.post("/notes", token=person.token, json={"text": "one"}).status_code == 201
    assert server.get("/notes", token=person.token).status_code == 200
    look()
    assert person.call("change_password", current_password=SECRETS["password"],
                       password=SECRETS["new password"]).status_code == 204
    look()
    assert person.call("current_user").status_code == 200
    assert server.post("/rpc/request_password_reset", json={"email": person.email}).status_code == 200
    said, mails = send_mails(database, tmp_path_factory.mktemp("mails"))
    kept["mailed token"] = next(found[1] for found in (re.search(r"token=([\w-]+)", mail) for mail in mails) if found)
    look()
    kept["mailed password"] = "the third of the passwords"
    assert server.post("/rpc/reset_password",
                       json={"token": kept["mailed token"], "password": kept["mailed password"]}).status_code == 204
    look()
    kept["said"] = said
    kept["shown"] = "\n".join(shown)
    return kept


def hidden(secrets, text, where):
    """None of them is in the text, which is not empty."""
    assert len(text) > 100
    found = [name for name, value in secrets.items() if name not in ("shown", "said") and value in text]
    assert not found, f"{found} in {where}"


def processes(server):
    return [pid for pid in server.process.left_behind() if "(rowgate)" in pathlib.Path(f"/proc/{pid}/stat").read_text()]


def test_logs_hold_no_secret(server, talkative, secrets):
    log = talkative.process.log
    for function in ("begin_login", "finish_login", "change_password", "next_mail", "reset_password"):
        assert function in log
    hidden(secrets, log, "the log of PostgreSQL")
    hidden(secrets, server.process.log, "the log of rowgate")
    hidden(secrets, secrets["said"] + " " * 100, "the log of the mailer")


def test_what_the_database_shows_of_statements_holds_no_secret(database, secrets):
    hidden(secrets, secrets["shown"], "pg_stat_activity")
    hidden(secrets, "\n".join(text for text, in database.run("SELECT query FROM pg_stat_statements")),
           "pg_stat_statements")


def test_a_dump_holds_no_secret(talkative, database, secrets):
    done = subprocess.run([binaries() / "pg_dump", "-h", talkative.directory, "-U", "postgres", database.name],
                          capture_output=True, text=True)
    assert done.returncode == 0 and "secretive@example.com" in done.stdout
    hidden(secrets, done.stdout, "the dump")


def test_the_environment_of_no_process_holds_a_secret(server, secrets):
    seen = processes(server)
    assert len(seen) >= 4
    for pid in seen:
        environment = pathlib.Path(f"/proc/{pid}/environ").read_bytes()
        assert not environment.strip(b"\0"), pid
        assert SECRET.encode() not in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()


def test_no_process_leaves_a_core_file_or_lets_itself_be_looked_into(server):
    for pid in processes(server):
        limits = pathlib.Path(f"/proc/{pid}/limits").read_text()
        assert re.search(r"^Max core file size +0 +0 ", limits, re.M), limits
        # What belongs to root here though the process does not is "not dumpable".
        assert os.stat(f"/proc/{pid}/environ").st_uid == 0


def test_keys_are_locked_in_memory(server):
    for pid in processes(server):
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
        if int(re.search(r"^PPid:\s+(\d+)", status, re.M)[1]) != server.process.popen.pid:
            assert (int(re.search(r"^VmLck:\s+(\d+)", status, re.M)[1]) > 0
                    or resource.getrlimit(resource.RLIMIT_MEMLOCK)[1] == 0)
