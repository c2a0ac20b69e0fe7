"""Tokens that others make (PARITY.md J1 to J3): every algorithm by python3-jwcrypto and by npm's jose, in every way to
write a key down; and forgeries made with openssl.

SPDX-License-Identifier: MIT
"""
import base64
import json
import os
import pathlib
import re
import subprocess
import time

import pytest
from jwcrypto.jwk import JWK
from jwcrypto.jwt import JWT

from harness.accounts import rowgate
from harness.server import SECRET
from harness.token import encode, token

SCHEMA = "auth.sql"
SCRIPT = pathlib.Path(__file__).parent / "js" / "tokens.mjs"
CLAIMS = {"role": "regular_user", "exp": int(time.time()) + 3600}
RAW = b"\xff\x00\x80 no text, \xc3\x28 and longer than 32 bytes"
NO_KEY = "No suitable key or wrong key type"
NONE_MATCHES = "None of the keys was able to decode the JWT"
NONE_SUITABLE = "No suitable key was found to decode the JWT"
BAD_CRYPTO = "JWT cryptographic operation failed"
BAD_ALG = "Wrong or unsupported encoding algorithm"

PEMS = {"rsa": ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"], "p256": ["EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
        "p384": ["EC", "-pkeyopt", "ec_paramgen_curve:P-384"], "p521": ["EC", "-pkeyopt", "ec_paramgen_curve:P-521"],
        "ed": ["ED25519"]}
KEY_OF = {"HS256": "oct", "HS384": "oct", "HS512": "oct", "RS256": "rsa", "RS384": "rsa", "RS512": "rsa",
          "ES256": "p256", "ES384": "p384", "ES512": "p521", "EdDSA": "ed"}


def openssl(*words, data=None):
    return subprocess.run(["openssl", *map(str, words)], input=data, capture_output=True, check=True).stdout


class Keys:
    """A private key of each kind, in files as openssl made them and as JWKs."""

    def __init__(self, directory):
        self.directory = directory
        self.jwk = {"oct": JWK(kty="oct", k=encode(b"\x00\xff" * 32), kid="oct")}
        for name, words in PEMS.items():
            openssl("genpkey", "-algorithm", *words, "-out", self.file(name))
            key = json.loads(JWK.from_pem(self.file(name).read_bytes()).export())
            self.jwk[name] = JWK(**key | {"kid": name})

    def file(self, name):
        return self.directory / f"{name}.pem"

    def public(self, name, **members):
        if name == "oct":
            return json.loads(self.jwk[name].export()) | members
        return json.loads(self.jwk[name].export_public()) | members

    def secret(self):
        """What another key set knows of them."""
        return json.dumps({"keys": [self.public(name) for name in self.jwk]})

    def token(self, alg, claims=None, **header):
        made = JWT({"alg": alg} | header, claims or CLAIMS, algs=[alg])
        made.make_signed_token(self.jwk[KEY_OF[alg]])
        return made.serialize()


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    return Keys(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
def server(serve, keys):
    return serve(front="nginx", jwt_secret=keys.secret())


def whoami(server, made):
    answer = server.get("/rpc/whoami", token=made)
    return answer.json() if answer.status_code == 200 else answer.text


@pytest.mark.parametrize("alg", KEY_OF)
def test_J2_tokens_of_jwcrypto(server, keys, alg):
    made = keys.token(alg)
    for _ in range(2):  # the second one may be remembered
        assert whoami(server, made) == "regular_user"
    assert whoami(server, keys.token(alg, kid=KEY_OF[alg])) == "regular_user"


def test_J2_tokens_of_jose(server, keys):
    assert "ROWGATE_TEST_JS" in os.environ, "no jose: run tests/run, which installs it"
    asked = {"claims": CLAIMS, "keys": {alg: json.loads(keys.jwk[key].export()) for alg, key in KEY_OF.items()}}
    done = subprocess.run(["node", SCRIPT], input=json.dumps(asked), capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)
    assert {alg: whoami(server, made[alg]) for alg in KEY_OF} == {alg: "regular_user" for alg in KEY_OF}


def test_J2_a_plain_secret_verifies_HS256_only(serve):
    server = serve(jwt_secret=SECRET)
    other = JWK(kty="oct", k=encode(SECRET.encode()))
    for alg, expected in ("HS256", "regular_user"), ("HS384", NONE_SUITABLE), ("HS512", NONE_SUITABLE):
        made = JWT({"alg": alg}, CLAIMS, algs=[alg])
        made.make_signed_token(other)
        assert expected in whoami(server, made.serialize())


@pytest.mark.parametrize("content, secret, is_base64", [
    (RAW + b"\n", RAW, False),
    (RAW + b"\n\n", RAW + b"\n", False),
    (b" " + SECRET.encode() + b"\r\n", b" " + SECRET.encode() + b"\r", False),
    (b" " + base64.b64encode(RAW) + b" \r\n\n", RAW, True),
], ids=["bytes", "one end of a line is no part of it", "a carriage return is", "blanks around base64 are not"])
def test_J2_a_secret_in_a_file(serve, tmp_path, content, secret, is_base64):
    (tmp_path / "key").write_bytes(content)
    server = serve(jwt_secret=f"@{tmp_path}/key", jwt_secret_is_base64=is_base64)
    assert [server.get("/rpc/whoami", token=token({"role": "regular_user"}, key)).status_code
            for key in (secret, secret + b"\n")] == [200, 401]
    dumped = rowgate("--dump-config", jwt_secret=f"@{tmp_path}/key", jwt_secret_is_base64=str(is_base64).lower()).stdout
    again = serve(config=re.search(r"(?m)^jwt-secret = .*$", dumped)[0] + "\n", jwt_secret=None,
                  jwt_secret_is_base64=re.search(r"(?m)^jwt-secret-is-base64 = (.*)$", dumped)[1])
    assert again.get("/rpc/whoami", token=token({"role": "regular_user"}, secret)).status_code == 200


def test_J2_a_set_in_base64(serve, keys):
    server = serve(jwt_secret=base64.b64encode(keys.secret().encode()).decode(), jwt_secret_is_base64=True)
    assert [whoami(server, keys.token(alg)) for alg in KEY_OF] == ["regular_user"] * len(KEY_OF)


def test_J2_a_set_in_a_file(serve, keys, tmp_path):
    file = tmp_path / "jwks.json"
    file.write_text(keys.secret() + "\n")
    server = serve(jwt_secret=f"@{file}")
    assert [whoami(server, keys.token(alg)) for alg in KEY_OF] == ["regular_user"] * len(KEY_OF)


@pytest.mark.parametrize("name", ["rsa", "p256", "p384", "p521", "ed"])
def test_J2_one_public_key(serve, keys, name):
    server = serve(jwt_secret=json.dumps(keys.public(name)))
    for alg, key in KEY_OF.items():
        assert whoami(server, keys.token(alg)) == "regular_user" if key == name else NONE_SUITABLE in whoami(server,
            keys.token(alg))


def test_J3_a_key_for_one_algorithm_and_one_for_another_use(serve, keys):
    server = serve(jwt_secret=json.dumps({"keys": [keys.public("rsa", alg="RS384", use="sig"),
                                                   keys.public("p256", use="enc")]}))
    assert whoami(server, keys.token("RS384")) == "regular_user"
    for alg in "RS256", "ES256":
        assert NONE_SUITABLE in whoami(server, keys.token(alg))


# Forgeries: whatever openssl can sign with, or make look signed.

GOAL = encode({"role": "other_user"})


def signables(alg, payload=GOAL, **header):
    return f"{encode({'alg': alg, 'typ': 'JWT'} | header)}.{payload}"


def raw_from_der(der, size):
    """r and s of an ECDSA signature as openssl writes it, glued together as a token wants them."""
    at = 3 if der[1] & 0x80 else 2
    numbers = []
    for _ in range(2):
        length = der[at + 1]
        numbers.append(int.from_bytes(der[at + 2:at + 2 + length], "big"))
        at += 2 + length
    return b"".join(number.to_bytes(size, "big") for number in numbers)


class Forger:
    """Has keys of its own, and the server's public ones."""

    def __init__(self, keys, directory):
        self.keys = keys
        self.own = Keys(directory)
        self.directory = directory

    def sign(self, file, digest, *options, said):
        return openssl("dgst", f"-{digest}", "-sign", file, *options, data=said.encode())

    def asymmetric(self, alg, name, digest="sha256", size=None, keys=None, options=(), **header):
        said = signables(alg, **header)
        signature = self.sign((keys or self.own).file(name), digest, *options, said=said)
        return f"{said}.{encode(raw_from_der(signature, size) if size else signature)}"

    def hmac(self, alg, key, digest="sha256", **header):
        said = signables(alg, **header)
        made = openssl("dgst", f"-{digest}", "-mac", "HMAC", "-macopt", f"hexkey:{key.hex()}", "-binary",
                       data=said.encode())
        return f"{said}.{encode(made)}"

    def public_pem(self, name):
        return openssl("pkey", "-in", self.keys.file(name), "-pubout")

    def ed25519(self, file, **header):
        said = signables("EdDSA", **header)
        (self.directory / "said").write_text(said)
        signature = openssl("pkeyutl", "-sign", "-rawin", "-inkey", file, "-in", self.directory / "said")
        return f"{said}.{encode(signature)}"

    def with_signature(self, alg, signature, **header):
        return f"{signables(alg, **header)}.{encode(signature)}"

    def stolen(self, alg):
        """Somebody's real signature under other claims."""
        return f"{signables(alg)}.{self.keys.token(alg).rsplit('.', 1)[1]}"


def modulus(f):
    return base64.urlsafe_b64decode(f.keys.public("rsa")["n"] + "==")


ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551  # of P-256

FORGERIES = {
    "RS256 by another key": (lambda f: f.asymmetric("RS256", "rsa"), NO_KEY, NONE_MATCHES),
    "RS384 by another key": (lambda f: f.asymmetric("RS384", "rsa", "sha384"), NO_KEY, NONE_MATCHES),
    "RS512 by another key": (lambda f: f.asymmetric("RS512", "rsa", "sha512"), NO_KEY, NONE_MATCHES),
    "RS256 by another key with our kid": (lambda f: f.asymmetric("RS256", "rsa", kid="rsa"), NO_KEY, NONE_MATCHES),
    "RS256 by another key it brings along": (lambda f: f.asymmetric("RS256", "rsa", jwk=f.own.public("rsa")),
                                             NO_KEY, NONE_MATCHES),
    "RS256 by a key at an address": (lambda f: f.asymmetric("RS256", "rsa", jku="http://127.0.0.1:1/keys"),
                                     NO_KEY, NONE_MATCHES),
    "RS256 with another kid": (lambda f: f.asymmetric("RS256", "rsa", keys=f.keys, kid="p256"), NO_KEY, NONE_SUITABLE),
    "RS256 over SHA-1": (lambda f: f.asymmetric("RS256", "rsa", "sha1", keys=f.keys), NO_KEY, NONE_MATCHES),
    "RS256 over SHA-512": (lambda f: f.asymmetric("RS256", "rsa", "sha512", keys=f.keys), NO_KEY, NONE_MATCHES),
    "RS256 with the padding of PS256": (lambda f: f.asymmetric("RS256", "rsa", keys=f.keys,
                                                               options=["-sigopt", "rsa_padding_mode:pss"]),
                                                               NO_KEY, NONE_MATCHES),
    "PS256": (lambda f: f.asymmetric("PS256", "rsa", keys=f.keys, options=["-sigopt", "rsa_padding_mode:pss"]),
              BAD_CRYPTO, None),
    "RS256 of zeros": (lambda f: f.with_signature("RS256", bytes(256)), NO_KEY, NONE_MATCHES),
    "RS256 of one": (lambda f: f.with_signature("RS256", bytes(255) + b"\1"), NO_KEY, NONE_MATCHES),
    "RS256 of the modulus": (lambda f: f.with_signature("RS256", modulus(f)), NO_KEY, NONE_MATCHES),
    "RS256 of nothing": (lambda f: f.with_signature("RS256", b""), NO_KEY, NONE_MATCHES),
    "RS256 a byte short": (lambda f: f.with_signature("RS256",
                                                      f.sign(f.keys.file("rsa"), "sha256",
                                                             said=signables("RS256"))[:-1]), NO_KEY, NONE_MATCHES),
    "RS256 a byte long": (lambda f: f.with_signature("RS256",
                                                     f.sign(f.keys.file("rsa"), "sha256",
                                                            said=signables("RS256")) + b"\0"), NO_KEY, NONE_MATCHES),
    "RS256 stolen": (lambda f: f.stolen("RS256"), NO_KEY, NONE_MATCHES),
    "HS256 by the public key's PEM": (lambda f: f.hmac("HS256", f.public_pem("rsa")), NO_KEY, NONE_MATCHES),
    "HS256 by the public key's PEM and its kid": (lambda f: f.hmac("HS256", f.public_pem("rsa"), kid="rsa"),
                                                  NO_KEY, NONE_SUITABLE),
    "HS256 by the modulus": (lambda f: f.hmac("HS256", modulus(f), kid="rsa"), NO_KEY, NONE_SUITABLE),
    "HS256 by the key set": (lambda f: f.hmac("HS256", f.keys.secret().encode()), NO_KEY, NONE_MATCHES),
    "HS256 by no key": (lambda f: f.with_signature("HS256",
                                                   openssl("dgst", "-sha256", "-binary",
                                                           data=signables("HS256").encode())), NO_KEY, NONE_MATCHES),
    "HS512 over SHA-256": (lambda f: f.hmac("HS512", b"\x00\xff" * 32), NO_KEY, NONE_MATCHES),
    "HS256 by a kid that is a path": (lambda f: f.hmac("HS256", b"\0", kid="../../../../dev/null"),
                                      NO_KEY, NONE_SUITABLE),
    "ES256 by another key": (lambda f: f.asymmetric("ES256", "p256", size=32), NO_KEY, NONE_MATCHES),
    "ES384 by another key": (lambda f: f.asymmetric("ES384", "p384", "sha384", size=48), NO_KEY, NONE_MATCHES),
    "ES512 by another key": (lambda f: f.asymmetric("ES512", "p521", "sha512", size=66), NO_KEY, NONE_MATCHES),
    "ES256 as openssl writes it": (lambda f: f.asymmetric("ES256", "p256", keys=f.keys), NO_KEY, NONE_MATCHES),
    "ES256 by P-384": (lambda f: f.asymmetric("ES256", "p384", size=48, keys=f.keys), NO_KEY, NONE_MATCHES),
    "ES256 by P-384 and its kid": (lambda f: f.asymmetric("ES256", "p384", size=48, keys=f.keys, kid="p384"),
                                   NO_KEY, NONE_SUITABLE),
    "ES384 by P-256": (lambda f: f.asymmetric("ES384", "p256", "sha384", size=32, keys=f.keys), NO_KEY, NONE_MATCHES),
    "ES256 of zeros": (lambda f: f.with_signature("ES256", bytes(64)), NO_KEY, NONE_MATCHES),
    "ES256 of the order": (lambda f: f.with_signature("ES256", ORDER.to_bytes(32, "big") * 2), NO_KEY, NONE_MATCHES),
    "ES256 of ones": (lambda f: f.with_signature("ES256", (bytes(31) + b"\1") * 2), NO_KEY, NONE_MATCHES),
    "ES256 stolen": (lambda f: f.stolen("ES256"), NO_KEY, NONE_MATCHES),
    "ES256K": (lambda f: f.asymmetric("ES256K", "p256", size=32, keys=f.keys), BAD_CRYPTO, None),
    "EdDSA by another key": (lambda f: f.ed25519(f.own.file("ed")), NO_KEY, NONE_MATCHES),
    "EdDSA of zeros": (lambda f: f.with_signature("EdDSA", bytes(64)), NO_KEY, NONE_MATCHES),
    "EdDSA of a small order": (lambda f: f.with_signature("EdDSA", b"\1" + bytes(63)), NO_KEY, NONE_MATCHES),
    "EdDSA stolen": (lambda f: f.stolen("EdDSA"), NO_KEY, NONE_MATCHES),
    "EdDSA with the kid of RSA": (lambda f: f.ed25519(f.keys.file("ed"), kid="rsa"), NO_KEY, NONE_SUITABLE),
    "unsigned": (lambda f: signables("none") + ".", BAD_ALG, "JWT is unsecured but expected 'alg' was not 'none'"),
    "unsigned with our kid": (lambda f: signables("none", kid="rsa") + ".", BAD_ALG,
                              "JWT is unsecured but expected 'alg' was not 'none'"),
    "encrypted": (lambda f: signables("dir", enc="A256GCM") + ".x", "Unsupported token type", None),
}


@pytest.fixture(scope="module")
def forger(keys, tmp_path_factory):
    return Forger(keys, tmp_path_factory.mktemp("forger"))


@pytest.mark.parametrize("name", FORGERIES)
def test_J2_forgery(server, forger, name):
    forge, message, details = FORGERIES[name]
    made = forge(forger)
    for answer in server.get("/rpc/whoami", token=made), server.post("/rpc/whoami", token=made, json={}):
        assert answer.status_code == 401, answer.text
        assert answer.json() == {"code": "PGRST301", "details": details, "hint": None, "message": message}
        assert answer.headers["WWW-Authenticate"] == f'Bearer error="invalid_token", error_description="{message}"'
        assert answer.headers["Proxy-Status"] == "PostgREST; error=PGRST301"


def test_J2_the_forger_signs_well(server, forger):
    """With the server's own keys, what it makes is accepted: the refusals above are not for its clumsiness."""
    own = forger.keys
    good = [forger.asymmetric("RS256", "rsa", keys=own), forger.asymmetric("ES256", "p256", size=32, keys=own),
            forger.asymmetric("ES512", "p521", "sha512", size=66, keys=own), forger.ed25519(own.file("ed")),
            forger.hmac("HS256", b"\x00\xff" * 32)]
    assert [whoami(server, made) for made in good] == ["other_user"] * len(good)


def test_J9_a_remembered_token_still_expires(server, keys):
    soon = {"role": "regular_user", "exp": int(time.time()) - 28}
    made = keys.token("RS256", soon)
    assert whoami(server, made) == "regular_user"
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and whoami(server, made) == "regular_user":
        time.sleep(0.2)
    answer = server.get("/rpc/whoami", token=made)
    assert (answer.status_code, answer.json()["message"]) == (401, "JWT expired")


def test_J1_several_fields_and_forms(server, keys):
    assert whoami(server, keys.token("ES256") + " ") == "regular_user"
    answer = server.get("/rpc/whoami", headers={"Authorization": f"Bearer {token(CLAIMS)} {token(CLAIMS)}"})
    assert answer.status_code == 401
