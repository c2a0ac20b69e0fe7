"""Who a request is: tokens good and bad, through a real web server (PARITY.md 1.10).

SPDX-License-Identifier: MIT
"""
import base64
import hashlib
import hmac
import json
import time

import pytest

from harness.server import SECRET, Server
from harness.token import encode, token

SCHEMA = "auth.sql"

USER = {"role": "regular_user"}
NO_KEY = "No suitable key or wrong key type"
NONE_MATCHES = "None of the keys was able to decode the JWT"
NONE_SUITABLE = "No suitable key was found to decode the JWT"
BAD_CRYPTO = "JWT cryptographic operation failed"
BAD_ALG = "Wrong or unsupported encoding algorithm"


def jwk(secret, **members):
    return {"kty": "oct", "k": encode(secret.encode())} | members


def signed(header, payload, digest="sha256", secret=SECRET):
    """A token of bytes as they are."""
    signables = encode(header) + "." + encode(payload)
    return signables + "." + encode(hmac.new(secret.encode(), signables.encode(), digest).digest())


def expect_refused(answer, code, message, details=None, status=401):
    assert answer.status_code == status, answer.text
    assert answer.json() == {"code": code, "details": details, "hint": None, "message": message}
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert answer.headers["Proxy-Status"] == f"PostgREST; error={code}"


def expect_invalid(answer, code, message, details=None):
    expect_refused(answer, code, message, details)
    assert answer.headers["WWW-Authenticate"] == f'Bearer error="invalid_token", error_description="{message}"'


# Roles and claims (J6, J8, J10).

def test_role_of_the_token_is_taken(server):
    assert server.get("/rpc/whoami").json() == "web_anon"
    assert server.get("/rpc/whoami", token=token(USER)).json() == "regular_user"
    assert server.get("/rpc/whoami", token=token({"role": "other_user"})).json() == "other_user"
    assert server.get("/rpc/whoami", token=token({"sub": "no role"})).json() == "web_anon"
    assert server.get("/rpc/whoami").json() == "web_anon"


def test_permission_decides_between_401_and_403(server):
    assert server.get("/members_only", token=token(USER)).json() == [{"id": 1}]
    refused = server.get("/members_only")
    assert (refused.status_code, refused.json()["code"]) == (401, "42501")
    assert refused.headers["WWW-Authenticate"] == "Bearer"
    refused = server.get("/members_only", token=token({"role": "other_user"}))
    assert (refused.status_code, refused.json()["code"]) == (403, "42501")
    assert "WWW-Authenticate" not in refused.headers
    refused = server.get("/members_only", token=token({"sub": "no role"}))
    assert (refused.status_code, refused.json()["code"]) == (401, "42501")


def test_claims_are_seen_by_sql(server):
    claims = {"role": "regular_user", "user_id": 42, "email": "a@example.com", "roles": ["x", {"y": None}],
              "é": "☃\n\"\\"}
    assert server.get("/rpc/claims", token=token(claims)).json() == claims
    assert server.get("/rpc/claims").json() == {"role": "web_anon"}
    assert server.get("/rpc/claims", token=token({"a": 1})).json() == {"a": 1, "role": "web_anon"}
    digits = b'{"role":"regular_user","big":12345678901234567890123,"float":1.10}'
    answer = server.get("/rpc/claims", token=signed({"alg": "HS256"}, digits))
    assert b"12345678901234567890123" in answer.content and b"1.10" in answer.content


def test_claims_do_not_outlive_their_request(server):
    for _ in range(20):
        assert server.get("/rpc/claims", token=token(USER | {"secret": "x"})).json()["secret"] == "x"
        assert server.get("/rpc/claims").json() == {"role": "web_anon"}


@pytest.mark.parametrize("role", ["no_such_role", "none", "", "authenticator\" --", "postgres'", 7,
                                  None, ["regular_user"]])
def test_a_role_that_does_not_exist(server, role):
    answer = server.get("/rpc/whoami", token=token({"role": role}))
    assert (answer.status_code, answer.json()["code"]) == (401, "22023"), answer.text
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_role_that_is_not_granted(server):
    answer = server.get("/rpc/whoami", token=token({"role": "postgres"}))
    assert (answer.status_code, answer.json()["code"]) == (403, "42501"), answer.text


# The field itself (J0, J1).

@pytest.mark.parametrize("scheme", ["Bearer ", "bearer ", "BEARER ", "Bearer    "])
def test_scheme_in_any_case(server, scheme):
    assert server.get("/rpc/whoami", headers={"Authorization": scheme + token(USER)}).json() == "regular_user"


@pytest.mark.parametrize("field", ["Basic dXNlcjpwYXNz", "Digest a=b", "Bearerx y"])
def test_other_schemes_are_anonymous(server, field):
    assert server.get("/rpc/whoami", headers={"Authorization": field}).json() == "web_anon"


def test_empty_token(server):
    expect_invalid(server.get("/anyone", headers={"Authorization": "Bearer"}), "PGRST301",
                   "Empty JWT is sent in Authorization header")


def test_token_is_checked_before_anything_else(server):
    for path in ("/no_such_table", "/anyone?select=((", "/rpc/no_such_function"):
        expect_invalid(server.get(path, token="x"), "PGRST301", "Expected 3 parts in JWT; got 1")
    expect_invalid(server.request("OPTIONS", "/anyone", token="x"), "PGRST301", "Expected 3 parts in JWT; got 1")
    expect_invalid(server.post("/anyone", token="x", data="{no json"), "PGRST301", "Expected 3 parts in JWT; got 1")


def test_head_is_refused_without_a_body(server):
    answer = server.request("HEAD", "/anyone", token="x")
    assert (answer.status_code, answer.content) == (401, b"")


# Forgeries (J2, J3).

GOOD = token(USER)
HEADER, PAYLOAD, SIGNATURE = GOOD.split(".")
ADMIN = encode({"role": "other_user"})

FORGERIES = {
    "another secret": (token(USER, secret="another secret of another server, long"), NO_KEY, NONE_MATCHES),
    "another payload": (f"{HEADER}.{ADMIN}.{SIGNATURE}", NO_KEY, NONE_MATCHES),
    "no signature": (f"{HEADER}.{PAYLOAD}.", NO_KEY, NONE_MATCHES),
    "half a signature": (f"{HEADER}.{PAYLOAD}.{SIGNATURE[:20]}", NO_KEY, NONE_MATCHES),
    "signature of nothing": (f"{HEADER}.{PAYLOAD}." + encode(hmac.new(SECRET.encode(), b"", "sha256").digest()),
                             NO_KEY, NONE_MATCHES),
    "secret as it stands": (f"{HEADER}.{PAYLOAD}." + encode(SECRET.encode()), NO_KEY, NONE_MATCHES),
    "unkeyed hash": (f"{HEADER}.{PAYLOAD}." + encode(hashlib.sha256(f"{HEADER}.{PAYLOAD}".encode()).digest()),
                     NO_KEY, NONE_MATCHES),
    "padding": (GOOD + "=", BAD_CRYPTO, None),
    "standard alphabet": (f"{HEADER}.{PAYLOAD}.++//" + SIGNATURE[4:], BAD_CRYPTO, None),
    "blank in the middle": (f"{HEADER}.{PAYLOAD}. {SIGNATURE}", BAD_CRYPTO, None),
    "one part": ("quifquirndsjagnrgniur", "Expected 3 parts in JWT; got 1", None),
    "two parts": (f"{HEADER}.{PAYLOAD}", "Expected 3 parts in JWT; got 2", None),
    "four parts": (GOOD + ".x", "Expected 3 parts in JWT; got 4", None),
    "encrypted": ("a.b.c.d.e", "Expected 3 parts in JWT; got 5", None),
    "not base64": ("!.!.!", BAD_CRYPTO, None),
    "only dots": ("..", BAD_CRYPTO, None),
    "unsigned": (encode({"alg": "none"}) + f".{ADMIN}.", BAD_ALG, "JWT is unsecured but expected 'alg' was not 'none'"),
    "unsigned, signed": (signed({"alg": "none"}, USER), BAD_ALG, "JWT is unsecured but expected 'alg' was not 'none'"),
    "unsigned, other case": (signed({"alg": "nOnE"}, USER), BAD_CRYPTO, None),
    "no algorithm": (signed({"typ": "JWT"}, USER), BAD_CRYPTO, None),
    "unknown algorithm": (signed({"alg": "HS1"}, USER), BAD_CRYPTO, None),
    "algorithm in lower case": (signed({"alg": "hs256"}, USER), BAD_CRYPTO, None),
    "HS384": (signed({"alg": "HS384"}, USER, "sha384"), NO_KEY, NONE_SUITABLE),
    "HS512": (signed({"alg": "HS512"}, USER, "sha512"), NO_KEY, NONE_SUITABLE),
    "RS256": (signed({"alg": "RS256"}, USER), NO_KEY, NONE_SUITABLE),
    "ES256": (signed({"alg": "ES256"}, USER), NO_KEY, NONE_SUITABLE),
    "EdDSA": (signed({"alg": "EdDSA"}, USER), NO_KEY, NONE_SUITABLE),
    "kid of a plain secret": (signed({"alg": "HS256", "kid": "x"}, USER), NO_KEY, NONE_SUITABLE),
    "critical header": (signed({"alg": "HS256", "crit": ["b64"], "b64": False}, USER), BAD_ALG,
                        "JWT has a critical header parameter that is not supported"),
    "its own key": (signed({"alg": "HS256", "jwk": jwk("x" * 32)}, USER, secret="x" * 32), NO_KEY, NONE_MATCHES),
    "header is no JSON": (signed(b"no json", USER), BAD_CRYPTO, None),
    "header is an array": (signed(["HS256"], USER), BAD_CRYPTO, None),
    "nested too deeply": (signed(b'{"alg":"HS256","x":' + b"[" * 999 + b"]" * 999 + b"}", USER), BAD_CRYPTO, None),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_forgery(server, name):
    forged, message, details = FORGERIES[name]
    expect_invalid(server.get("/anyone", token=forged), "PGRST301", message, details)
    expect_invalid(server.post("/rpc/whoami", token=forged, json={}), "PGRST301", message, details)


# Time, audience and the shape of the claims (J4, J5).

def claims_of_now():
    now = int(time.time())
    return {
        "expired": ({"exp": now - 40}, "JWT expired"),
        "expired, a fraction": ({"exp": now - 40.5}, "JWT expired"),
        "exp is text": ({"exp": str(now + 60)}, "The JWT 'exp' claim must be a number"),
        "exp is true": ({"exp": True}, "The JWT 'exp' claim must be a number"),
        "not yet": ({"nbf": now + 60}, "JWT not yet valid"),
        "nbf is text": ({"nbf": "x"}, "The JWT 'nbf' claim must be a number"),
        "from the future": ({"iat": now + 60}, "JWT issued at future"),
        "iat is an object": ({"iat": {}}, "The JWT 'iat' claim must be a number"),
        "exp first": ({"exp": 1, "nbf": now + 60, "aud": 7}, "JWT expired"),
        "aud is a number": ({"aud": 7}, "The JWT 'aud' claim must be a string or an array of strings"),
        "aud holds a number": ({"aud": ["us", 7]}, "The JWT 'aud' claim must be a string or an array of strings"),
    }


@pytest.mark.parametrize("name", claims_of_now())
def test_bad_claims(server, name):
    claims, message = claims_of_now()[name]
    expect_invalid(server.get("/anyone", token=token(USER | claims)), "PGRST303", message)


@pytest.mark.parametrize("payload", [b"[]", b"no json", b"", b"7", b'{"role":"regular_user"', b'{"a":NaN}',
                                     b'{"a":"\xff"}'])
def test_claims_that_are_no_object(server, payload):
    expect_invalid(server.get("/anyone", token=signed({"alg": "HS256"}, payload)), "PGRST303", "Parsing claims failed")


def test_thirty_seconds_of_skew(server):
    now = int(time.time())
    claims = {"exp": now - 20, "nbf": now + 20, "iat": now + 20}
    assert server.get("/rpc/whoami", token=token(USER | claims)).json() == "regular_user"
    assert server.get("/rpc/whoami", token=token(USER | {"exp": now + 60.5})).json() == "regular_user"
    assert (server.get("/rpc/whoami", token=token(USER | {"exp": None, "nbf": None, "iat": None})).json()
            == "regular_user")


def test_required_claims(serve):
    """jwt-aud alone refuses who names others; who must name us is for jwt-require."""
    server, now = serve(jwt_aud="us", jwt_require="aud, exp"), int(time.time())
    whole = USER | {"aud": "us", "exp": now + 600}
    for claims in (whole, whole | {"aud": ["them", "us"]}):
        assert server.get("/rpc/whoami", token=token(claims)).json() == "regular_user"
    for name, values in {"aud": ([], None, ...), "exp": (None, ...)}.items():
        for value in values:
            claims = whole | {name: value}
            if value is ...:
                del claims[name]
            expect_invalid(server.get("/anyone", token=token(claims)), "PGRST303", f"The JWT '{name}' claim is missing")
    expect_invalid(server.get("/anyone", token=token(whole | {"aud": "them"})), "PGRST303", "JWT not in audience")
    expect_invalid(server.get("/anyone", token=token(whole | {"exp": now - 60})), "PGRST303", "JWT expired")
    assert server.get("/anyone").status_code == 200


def test_audience(serve):
    server = serve(jwt_aud="us")
    for aud in ("us", ["them", "us"], [], None):
        assert server.get("/rpc/whoami", token=token(USER | {"aud": aud})).json() == "regular_user"
    assert server.get("/rpc/whoami", token=token(USER)).json() == "regular_user"
    for aud in ("them", "", "US", ["them"], ["u", "s"]):
        expect_invalid(server.get("/anyone", token=token(USER | {"aud": aud})), "PGRST303", "JWT not in audience")
    assert serve().get("/rpc/whoami", token=token(USER | {"aud": "anyone"})).json() == "regular_user"


# Configuration (J2, J3, J6, J7).

def test_anonymous_access_disabled(serve):
    server = serve(db_anon_role=None)
    for asked in (server.get("/anyone"), server.get("/anyone", token=token({"sub": "no role"})),
                  server.get("/anyone", headers={"Authorization": "Basic eA=="}), server.request("OPTIONS", "/anyone")):
        expect_refused(asked, "PGRST302", "Anonymous access is disabled")
        assert asked.headers["WWW-Authenticate"] == "Bearer"
    assert server.get("/rpc/whoami", token=token(USER)).json() == "regular_user"


def test_no_secret(serve):
    server = serve(jwt_secret=None)
    assert server.get("/rpc/whoami").json() == "web_anon"
    answer = server.get("/anyone", token=token(USER))
    expect_refused(answer, "PGRST300", "Server lacks JWT secret", status=500)
    assert "WWW-Authenticate" not in answer.headers


def test_secret_in_base64(serve):
    server = serve(jwt_secret=base64.b64encode(SECRET.encode()).decode(), jwt_secret_is_base64=True)
    assert server.get("/rpc/whoami", token=token(USER)).json() == "regular_user"


def test_secret_in_a_file(serve, tmp_path):
    (tmp_path / "secret").write_text(SECRET + "\n")
    server = serve(jwt_secret=f"@{tmp_path}/secret")
    assert server.get("/rpc/whoami", token=token(USER)).json() == "regular_user"


def test_one_jwk(serve):
    server = serve(jwt_secret=json.dumps(jwk(SECRET)))
    for algorithm, digest in (("HS256", "sha256"), ("HS384", "sha384"), ("HS512", "sha512")):
        good = signed({"alg": algorithm}, USER, digest)
        assert server.get("/rpc/whoami", token=good).json() == "regular_user"
    expect_invalid(server.get("/anyone", token=signed({"alg": "HS512"}, USER)), "PGRST301", NO_KEY, NONE_MATCHES)
    expect_invalid(server.get("/anyone", token=signed({"alg": "HS256", "kid": "x"}, USER)), "PGRST301",
                   NO_KEY, NONE_SUITABLE)


def test_key_set_and_kid(serve):
    old, new = "the old secret of the tests, long enough", "the new secret of the tests, long enough"
    server = serve(jwt_secret=json.dumps({"keys": [jwk(old, kid="old", alg="HS256"), jwk(new, kid="new"), jwk(SECRET),
                                                   {"kty": "EC", "crv": "secp256k1", "kid": "odd"}]}))
    for secret, header in ((old, {}), (new, {}), (SECRET, {}), (old, {"kid": "old"}), (new, {"kid": "new"}),
                           (SECRET, {"kid": None})):
        good = token(USER, secret, {"alg": "HS256"} | header)
        assert server.get("/rpc/whoami", token=good).json() == "regular_user"
    for secret, header, details in (
            (old, {"kid": "new"}, NONE_MATCHES), (SECRET, {"kid": "other"}, NONE_SUITABLE),
            (SECRET, {"kid": ""}, NONE_SUITABLE), (SECRET, {"kid": "odd"}, NONE_SUITABLE),
            ("none of these secrets at all, but long", {}, NONE_MATCHES)):
        bad = token(USER, secret, {"alg": "HS256"} | header)
        expect_invalid(server.get("/anyone", token=bad), "PGRST301", NO_KEY, details)
    expect_invalid(server.get("/anyone", token=signed({"alg": "HS512", "kid": "old"}, USER, "sha512", old)),
                   "PGRST301", NO_KEY, NONE_SUITABLE)


NESTED = {"app": {"my role": "regular_user", "roles": ["nobody", "regular_user"]}, "role": "other_user"}

PATHS = {
    ".role": "other_user", '.app."my role"': "regular_user", ".app.roles[1]": "regular_user",
    '.app.roles[?(@ == "regular_user")]': "regular_user", '.app.roles[?(@ ^== "reg")]': "regular_user",
    ".missing": "web_anon",
    "$.role": "other_user", "$.app['my role']": "regular_user", "$.app.roles[-1]": "regular_user",
    '$.app.roles[?search(@, "^reg")]': "regular_user", '$.app.roles[?@ != "nobody"]': "regular_user",
    "$.app.roles[9]": "web_anon", "$.app.roles[?length(@) > 6]": "regular_user",
    "$[?count(@.*) == 2].roles[1]": "regular_user",
}


@pytest.mark.parametrize("path", PATHS)
def test_role_path(serve, path):
    server = serve(jwt_role_claim_key=path)
    assert server.get("/rpc/whoami", token=token(NESTED)).json() == PATHS[path]
    assert server.get("/rpc/claims", token=token(NESTED)).json() == NESTED | {"role": PATHS[path]}


STARTS = {
    "short secret": ({"jwt_secret": "short"}, "The JWT secret must be at least 32 characters long."),
    "not base64": ({"jwt_secret": "*" * 40, "jwt_secret_is_base64": True}, "not valid base64"),
    "broken JWK": ({"jwt_secret": '{"kty":"oct","k":'}, "not valid JSON"),
    "JWK without a key": ({"jwt_secret": '{"kty":"oct"}'}, 'JWK member "k" is missing'),
    "role path": ({"jwt_role_claim_key": ".role["}, "failed to parse role-claim-key value (.role[)"),
    "audience": ({"jwt_aud": "http:// no uri"}, "a valid URI"),
}


@pytest.mark.parametrize("name", STARTS)
def test_bad_configuration_stops_the_start(database, name):
    options, message = STARTS[name]
    server = Server(**({"uri": database.uri, "jwt_secret": SECRET} | options))
    try:
        status = server.process.popen.wait(20)
    finally:
        server.process.kill()
    assert status != 0
    assert message in server.process.log
