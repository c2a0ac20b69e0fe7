"""A database with the account schema in it, and somebody who signs in there.

SPDX-License-Identifier: MIT
"""
import itertools
import os
import subprocess

import requests

from .process import BUILD

PASSWORD = "a password of the tests"
# argon2id as cheap as it may be: these tests are about other things.
CHEAP = {"ROWGATE_AUTH_PASSWORD_MEMORY": "8M", "ROWGATE_AUTH_PASSWORD_PASSES": "1"}
# Everybody comes from 127.0.0.1 here.
GENEROUS = {"ROWGATE_AUTH_LIMIT_LOGIN_IP": "1000000", "ROWGATE_AUTH_LIMIT_REGISTER": "1000000",
            "ROWGATE_AUTH_LIMIT_REFRESH": "1000000"}

numbers = itertools.count(1)


def rowgate(*arguments, says=None, **settings):
    """Runs the program itself; settings are keys with '_' for '-'."""
    surroundings = {name: value for name, value in os.environ.items()
                    if not name.startswith(("PGRST_", "ROWGATE_", "PG"))}
    surroundings |= {"ROWGATE_" + name.upper(): str(value) for name, value in settings.items()}
    return subprocess.run([BUILD / "rowgate", *map(str, arguments)], env=surroundings, input=says, capture_output=True,
                          text=True, timeout=60)


def migrate(database, *arguments, user="postgres", **settings):
    done = rowgate("migrate", *arguments, db_uri=database.cluster.uri(database.name, user), **settings)
    assert done.returncode == 0, done.stderr
    return done.stdout


def settings_of(database, **more):
    """What turns accounts on, for Server()'s environment. Keys with '_' for '-'; None leaves one out."""
    wanted = {"ROWGATE_AUTH_ENABLED": "true",
              "ROWGATE_AUTH_DB_URI": database.cluster.uri(database.name, "rowgate_account"),
              "PGRST_DB_SCHEMAS": "public,auth"} | CHEAP | GENEROUS
    wanted |= {"ROWGATE_" + name.upper(): value for name, value in more.items()}
    return {name: str(value) for name, value in wanted.items() if value is not None}


class Person:
    """An account of a server's, with the tokens of its last sign-in."""

    def __init__(self, server, email=None, password=PASSWORD, register=True, **fields):
        self.server = server
        self.email = email or f"person{next(numbers)}@example.com"
        self.password = password
        self.login = self.id = self.token = None
        if register:
            answer = self.ask("register_user", email=self.email, password=password, **fields)
            assert answer.status_code == 200, answer.text
            self.id = answer.json()["user_id"]

    def ask(self, endpoint, headers=None, token=None, **body):
        return self.server.post(f"/rpc/{endpoint}", json=body, token=token, headers=headers or {})

    def try_to_sign_in(self, password=None, headers=None):
        return self.ask("login", headers, email=self.email, password=self.password if password is None else password)

    def sign_in(self, **how):
        answer = self.try_to_sign_in(**how)
        assert answer.status_code == 200, answer.text
        self.take(answer.json())
        return self

    def take(self, login):
        self.login, self.id, self.token = login, login["user"]["id"], login["token"]

    def refresh(self, refresh_token=None):
        return self.ask("refresh_token", refresh_token=refresh_token or self.login["refresh_token"])

    def call(self, endpoint, **body):
        """An endpoint for who is signed in."""
        return self.ask(endpoint, token=self.token, **body)

    def table(self, method, path, **more):
        """The table API, in schema auth."""
        headers = {"Accept-Profile": "auth", "Content-Profile": "auth"} | more.pop("headers", {})
        return self.server.request(method, path, token=self.token, headers=headers, **more)


def same(one, other):
    """Whether two answers cannot be told apart, but for the time."""
    def seen(answer: requests.Response):
        return answer.status_code, answer.content, {name: value for name, value in answer.headers.items()
                                                    if name != "Date"}
    return seen(one) == seen(other)
