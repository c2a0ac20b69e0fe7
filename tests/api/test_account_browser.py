"""auth-cookie: browsers keep their tokens in cookies that no script reads, and only pages of the site may change
anything.

SPDX-License-Identifier: MIT
"""
import http.cookies
import json
import re

import pytest

from harness.accounts import PASSWORD, Person, migrate, rowgate, settings_of
from harness.fcgi import Connection
from harness.server import FRONTS

SITE = "https://shop.example.com"
FRIEND = "https://app.example.com:8443"
ACCESS, REFRESH, OLD = "__Host-rg_access", "__Host-rg_refresh", "rg_refresh"


@pytest.fixture(scope="module")
def accounts(database):
    migrate(database)
    database.run("CREATE TABLE public.notes (id serial PRIMARY KEY, owner integer DEFAULT auth.uid(), text text);"
                 "GRANT USAGE ON SCHEMA public TO authenticated, web_anon; GRANT ALL ON public.notes TO authenticated, "
                 "web_anon;"
                 "GRANT USAGE ON SEQUENCE public.notes_id_seq TO authenticated, web_anon;"
                 "CREATE FUNCTION public.public() RETURNS integer LANGUAGE plpgsql STABLE AS $$ BEGIN PERFORM "
                 "set_config('response.headers', '[{\"Cache-Control\": \"public, max-age=60\"}]', true); RETURN 1; "
                 "END $$;"
                 "CREATE FUNCTION public.seen(name text) RETURNS text LANGUAGE sql STABLE AS $$ SELECT "
                 "current_setting(name, true) $$")
    return database


@pytest.fixture(scope="module")
def server(serve, accounts):
    return serve(environment=settings_of(accounts, auth_cookie="true",
                                         auth_site_url="https://Shop.Example.com:443/shop"),
                 server_cors_allowed_origins=FRIEND)


class Browser:
    """Keeps cookies by name, sends those whose path fits, and says which page asks."""

    def __init__(self, server, origin=SITE):
        self.server, self.origin, self.cookies = server, origin, {}

    def sent(self, path):
        return "; ".join(f"{name}={kept.value}" for name, kept in self.cookies.items() if path.startswith(kept["path"]))

    def ask(self, method, path, headers=None, **more):
        fields = {"Cookie": self.sent(path)} if self.sent(path) else {}
        fields |= {"Origin": self.origin} if self.origin else {}
        answer = self.server.request(method, path, headers=fields | (headers or {}), **more)
        for line in answer.raw.headers.getlist("Set-Cookie"):
            for name, kept in http.cookies.SimpleCookie(line).items():
                self.cookies[name] = kept
                if kept["max-age"] == "0":
                    del self.cookies[name]
        return answer

    def get(self, path, **more):
        return self.ask("GET", path, **more)

    def post(self, path, body=None, **more):
        return self.ask("POST", path, json=body or {}, **more)

    def sign_in(self):
        self.person = Person(self.server, register=False)
        answer = self.post("/rpc/register_user", {"email": self.person.email, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        self.login = self.post("/rpc/login", {"email": self.person.email, "password": PASSWORD})
        assert self.login.status_code == 200, self.login.text
        return self


@pytest.fixture
def browser(server):
    return Browser(server).sign_in()


def refused(answer, status, code):
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    return True


def test_login_gives_cookies_and_no_tokens(browser):
    said = browser.login.json()
    assert set(said) == {"user", "expires_in", "expires_at"} and said["user"]["email"] == browser.person.email
    access, refresh = browser.cookies[ACCESS], browser.cookies[REFRESH]
    assert (access["path"], refresh["path"]) == ("/", "/")
    for cookie in (access, refresh):
        assert cookie["secure"] and cookie["httponly"] and cookie["samesite"] == "Lax" and cookie["domain"] == ""
        assert int(cookie["max-age"]) > said["expires_in"]
    assert access.value not in browser.login.text and refresh.value not in browser.login.text
    assert browser.login.headers["Cache-Control"] == "no-store"


def test_the_cookie_says_who_asks(browser, accounts):
    assert browser.get("/rpc/current_user").json()["email"] == browser.person.email
    assert (browser.get("/users?select=email", headers={"Accept-Profile": "auth"}).json()
            == [{"email": browser.person.email}])
    assert browser.post("/notes", {"text": "mine"}).status_code == 201
    assert (accounts.value("SELECT owner FROM public.notes ORDER BY id DESC LIMIT 1")
            == browser.login.json()["user"]["id"])


def test_a_page_may_read_without_saying_where_it_is(browser):
    browser.origin = None
    assert browser.get("/rpc/current_user").status_code == 200
    assert browser.get("/notes").status_code == 200


@pytest.mark.parametrize("origin, allowed", [
    (SITE, True), (FRIEND, True), (None, False), ("null", False), ("", False), ("https://evil.example.com", False),
    ("http://shop.example.com", False),
    ("https://shop.example.com.evil.com", False), ("https://shop.example.com:8443", False),
    ("https://shop.example.com/shop", False),
    ("https://app.example.com", False), ("https://evil.example.com https://shop.example.com", False)])
def test_which_pages_may_change_something(server, accounts, browser, origin, allowed):
    count = "SELECT count(*) FROM public.notes"
    before = accounts.value(count)
    headers = {"Prefer": "return=minimal"}
    browser.origin = origin
    if origin == "":
        headers["Origin"] = ""
    write = browser.post("/notes", {"text": "x"}, headers=headers)
    call = browser.ask("PATCH", "/profiles", json={"bio": "x"}, headers=headers | {"Content-Profile": "auth"})
    login = browser.post("/rpc/login", {"email": browser.person.email, "password": PASSWORD}, headers=headers)
    refresh = browser.post("/rpc/refresh_token", headers=headers)
    logout = browser.post("/rpc/logout", headers=headers)
    answers = [write, call, login, refresh, logout]
    assert accounts.value(count) == before + allowed
    if allowed:
        assert [answer.status_code for answer in answers] == [201, 204, 200, 200, 204]
    else:
        assert all(refused(answer, 403, "RGA14") for answer in answers)
        assert not any("Set-Cookie" in answer.headers for answer in answers)


def test_a_stranger_changes_nothing_from_another_page_either(server):
    browser = Browser(server, "https://evil.example.com")
    assert refused(browser.post("/notes", {"text": "x"}), 403, "RGA14")
    browser.origin = SITE
    assert browser.post("/notes", {"text": "x"}).status_code == 201


def test_authorization_wins_over_cookies(server, browser):
    other = Browser(server).sign_in()
    token = other.cookies[ACCESS].value
    assert browser.get("/rpc/current_user", token=token).json()["email"] == other.person.email
    # Who can set that field is no page of another site's.
    browser.origin = None
    assert browser.post("/notes", {"text": "x"}, token=token).status_code == 201
    assert browser.post("/rpc/current_user", token=token).json()["email"] == other.person.email
    assert browser.get("/rpc/current_user", headers={"Authorization": "Bearer x.y.z"}).status_code == 401
    assert refused(browser.get("/rpc/current_user", headers={"Authorization": "Basic x"}), 401, "RGA08")


def test_refresh_takes_and_renews_the_cookie(browser):
    first, access = browser.cookies[REFRESH].value, browser.cookies[ACCESS].value
    answer = browser.post("/rpc/refresh_token")
    assert answer.status_code == 200 and set(answer.json()) == {"user", "expires_in", "expires_at"}
    assert browser.cookies[REFRESH].value != first
    assert browser.get("/rpc/current_user").status_code == 200
    # The refresh token is no access token, nor the other way round.
    cookie = {"Cookie": f"{ACCESS}={first}"}
    assert browser.server.get("/rpc/current_user", headers=cookie).status_code == 401
    cookie = {"Cookie": f"{REFRESH}={access}", "Origin": SITE}
    assert refused(browser.server.post("/rpc/refresh_token", headers=cookie), 401, "RGA05")


def test_a_cookie_that_is_there_twice_counts_for_nothing(server, browser):
    """Somebody else may have set the second, whose account would be his."""
    mine = browser.cookies[REFRESH].value
    theirs = Browser(server).sign_in().cookies[REFRESH].value
    for first, second in ((mine, theirs), (theirs, mine)):
        cookie = {"Cookie": f"{REFRESH}={first}; {REFRESH}={second}", "Origin": SITE}
        assert refused(server.post("/rpc/refresh_token", headers=cookie), 401, "RGA05")
    assert browser.post("/rpc/refresh_token").status_code == 200


def test_a_cookie_that_a_neighbour_can_set_counts_for_nothing(server, browser):
    """Under the name of before: beside ours, alone, and with a path that makes it the first."""
    mine, theirs = browser.cookies[REFRESH].value, Browser(server).sign_in().cookies[REFRESH].value
    origin = {"Origin": SITE}
    assert refused(server.post("/rpc/refresh_token", headers=origin | {"Cookie": f"{OLD}={theirs}"}), 401, "RGA05")
    answer = server.post("/rpc/refresh_token", headers=origin | {"Cookie": f"{OLD}={theirs}; {REFRESH}={mine}"})
    assert answer.status_code == 200 and answer.json()["user"]["email"] == browser.person.email
    assert refused(server.post("/rpc/refresh_token", headers=origin | {"Cookie": f"={REFRESH}={theirs}"}), 401, "RGA05")


def test_the_cookie_of_before_is_taken_back(browser):
    for answer in (browser.login, browser.post("/rpc/refresh_token"), browser.post("/rpc/logout")):
        taken = [line for line in answer.raw.headers.getlist("Set-Cookie") if line.startswith(f"{OLD}=;")]
        assert len(taken) == 1 and "; Path=/rpc/refresh_token; " in taken[0] and "; Max-Age=0; " in taken[0]


def test_logout_has_the_browser_forget(browser):
    access = browser.cookies[ACCESS].value
    answer = browser.post("/rpc/logout")
    assert answer.status_code == 204 and browser.cookies == {}
    assert refused(browser.get("/rpc/current_user"), 401, "RGA08")
    assert browser.server.get("/notes", headers={"Cookie": f"{ACCESS}={access}"}).status_code == 401


def test_ending_the_others_keeps_this_one(browser):
    assert browser.post("/rpc/logout", {"scope": "others"}).status_code == 204
    assert set(browser.cookies) == {ACCESS, REFRESH} and browser.get("/rpc/current_user").status_code == 200


def test_a_refused_refresh_has_the_browser_forget(browser, accounts):
    accounts.run("UPDATE auth.users SET active = false WHERE id = %s", browser.login.json()["user"]["id"])
    assert browser.get("/notes").status_code == 401
    assert refused(browser.post("/rpc/refresh_token"), 401, "RGA05") and browser.cookies == {}
    assert browser.get("/notes").status_code == 200
    assert refused(browser.post("/rpc/refresh_token"), 401, "RGA05")


def test_deleting_the_account_has_the_browser_forget(browser):
    assert browser.post("/rpc/delete_account", {"current_password": PASSWORD}).status_code == 204
    assert browser.cookies == {}


def test_sql_sees_no_token(browser):
    cookie = {"Cookie": f"theme=dark; {browser.sent('/rpc/seen')}; {OLD}=x; lang=de"}
    assert browser.cookies[REFRESH].value in cookie["Cookie"]
    assert browser.get("/rpc/seen?name=request.cookies", headers=cookie).json() == '{"theme":"dark","lang":"de"}'
    headers = browser.get("/rpc/seen?name=request.headers", headers=cookie).text
    assert browser.cookies[ACCESS].value not in headers and "authorization" not in headers and "cookie" not in headers


def test_answers_to_a_listed_origin_may_be_read_with_credentials(browser):
    browser.origin = FRIEND
    answer = browser.get("/rpc/current_user")
    assert ((answer.headers["Access-Control-Allow-Origin"], answer.headers["Access-Control-Allow-Credentials"])
            == (FRIEND, "true"))
    browser.origin = "https://evil.example.com"
    assert "Access-Control-Allow-Origin" not in browser.get("/rpc/current_user").headers


def test_cookies_mean_nothing_while_it_is_off(serve, accounts, browser):
    plain = serve(environment=settings_of(accounts))
    cookie = {"Cookie": browser.sent("/rpc/refresh_token")}
    assert refused(plain.get("/rpc/current_user", headers=cookie), 401, "RGA08")
    assert refused(plain.post("/rpc/refresh_token", headers=cookie), 400, "RGA07")
    # The browser still has them, and SQL still sees none.
    assert plain.get("/rpc/seen?name=request.cookies", headers=cookie).json() == "{}"


def test_it_does_not_start_without_a_site():
    settings = {"auth_enabled": "true", "jwt_secret": "x" * 32, "auth_cookie": "true"}
    refused = rowgate("--dump-config", **settings)
    assert refused.returncode == 1 and "auth-site-url" in refused.stderr
    for enough in ({"auth_site_url": SITE}, {"server_cors_allowed_origins": FRIEND}):
        assert rowgate("--dump-config", **settings, **enough).returncode == 0


def test_under_a_prefix_the_cookie_of_before_had_it_too(accounts, serve, browser):
    server = serve(environment=settings_of(accounts, auth_cookie="true", auth_site_url=SITE, server_path_prefix="/api"))
    body = json.dumps({"email": browser.person.email, "password": PASSWORD}).encode()
    with Connection(server.fastcgi_socket("accounts.sock")) as connection:
        status, _ = connection.ask("/api/rpc/login", method="POST", body=body, HTTP_ORIGIN=SITE,
                                   CONTENT_TYPE="application/json")
        assert status == 200
        assert f"Set-Cookie: {OLD}=; Path=/api/rpc/refresh_token; " in connection.head
        assert re.search(f"Set-Cookie: {REFRESH}=[^;]+; Path=/; ", connection.head)


# Caches: nobody gets what was made for another.

# How it is asked, and what the answer is: of tables, functions, accounts; errors of every stage.
ASKED = {
    "rows": ("GET", "/notes?limit=1", 200), "none": ("HEAD", "/notes", 200),
    "call": ("GET", "/rpc/seen?name=role", 200), "root": ("GET", "/", 200), "write": ("POST", "/notes", 201),
    "options": ("OPTIONS", "/notes", 200), "grammar": ("GET", "/notes?id=x.1", 400), "table": ("GET", "/nowhere", 404),
    "value": ("GET", "/notes?id=eq.x", 400), "user": ("GET", "/rpc/current_user", (200, 401)),
    "method": ("PUT", "/rpc/login", 405), "no endpoint": ("GET", "/account/x", 404),
    "page": ("GET", "/account/reset", 200), "public": ("GET", "/rpc/public", 200),
}


def parts(answer, field):
    return [part.strip() for part in answer.headers.get(field, "").split(",")]


@pytest.mark.parametrize("front", FRONTS)
def test_answers_to_cookies_are_kept_from_caches(serve, accounts, front):
    server = serve(front=front, environment=settings_of(accounts, auth_cookie="true", auth_site_url=SITE),
                   server_cors_allowed_origins=FRIEND)
    browser = Browser(server).sign_in()
    for name, (method, path, status) in ASKED.items():
        strangers = server.request(method, path, headers={"Origin": SITE}, json={} if method == "POST" else None)
        mine = browser.ask(method, path, json={} if method == "POST" else None)
        broken = server.get(path, headers={"Cookie": f"{ACCESS}=x.y.z"})
        twice = server.get(path, headers={"Cookie": f"{REFRESH}=a; a=b; {REFRESH}=c"})
        assert mine.status_code in (status if isinstance(status, tuple) else (status,)), (name, mine.text)
        for answer in (strangers, mine, broken, twice):
            assert "Cookie" in parts(answer, "Vary"), (name, answer.headers)
            assert answer.headers["X-Content-Type-Options"] == "nosniff", name
        for answer in (mine, broken, twice):
            assert {"private", "no-store"} <= set(parts(answer, "Cache-Control")), (name, answer.headers)
        assert "private" not in parts(strangers, "Cache-Control"), name
    assert "public" in parts(server.get("/rpc/public"), "Cache-Control")


def test_without_cookies_caches_are_told_nothing(serve, accounts, browser):
    plain = serve(environment=settings_of(accounts))
    answer = plain.get("/notes", headers={"Cookie": browser.sent("/")})
    assert "Cookie" not in parts(answer, "Vary") and "Cache-Control" not in answer.headers


@pytest.mark.parametrize("front", FRONTS)
def test_nobody_guesses_types(serve, accounts, front):
    """What a web server says by itself, too; of lighttpd all but what it refuses before it has read the request."""
    server = serve(front=front, environment=settings_of(accounts, auth_cookie="true", auth_site_url=SITE),
                   server_cors_allowed_origins=FRIEND)
    preflight = server.request("OPTIONS", "/notes", headers={"Origin": FRIEND, "Access-Control-Request-Method": "GET"})
    assert "Access-Control-Allow-Methods" in preflight.headers
    long = server.get("/notes?a=" + "a" * 70_000)
    assert long.status_code in (414, 431)
    own = [] if front == "lighttpd" else [long, server.get("/notes", headers={"X-Long": "a" * 70_000})]
    for answer in [preflight, server.get("/account/reset"), server.get("/.well-known/jwks.json"), *own]:
        assert answer.headers["X-Content-Type-Options"] == "nosniff", answer.headers
