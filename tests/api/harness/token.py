"""Tokens, made by hand so that wrong ones can be made too.

SPDX-License-Identifier: MIT
"""
import base64
import hashlib
import hmac
import json

from .server import SECRET


def encode(data):
    if not isinstance(data, bytes):
        data = json.dumps(data, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def token(claims, secret=SECRET, header=None):
    key = secret if isinstance(secret, bytes) else secret.encode()
    signables = encode(header or {"alg": "HS256", "typ": "JWT"}) + "." + encode(claims)
    return signables + "." + encode(hmac.new(key, signables.encode(), hashlib.sha256).digest())
