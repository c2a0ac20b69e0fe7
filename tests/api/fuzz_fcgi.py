#!/usr/bin/env python3
"""Sends what no web server sends to both FastCGI sockets of a running program, and what one does in between: that is
answered right, whatever went before.

    ROWGATE_TEST_BUILD=BUILD tests/api/fuzz_fcgi.py [SECONDS [SEED]]

Wrong are: another answer than the right one, a worker that ended, a word of a sanitizer (build one with it).

SPDX-License-Identifier: MIT
"""
import collections
import contextlib
import json
import socket
import struct
import sys
import time

sys.dont_write_bytecode = True

from harness.fcgi import BEGIN, PARAMS, STDIN, Connection, pair, record  # noqa: E402
from harness.fuzzing import Target, leaks, rounds  # noqa: E402
from harness.server import workers_of  # noqa: E402

SOCKETS = ("rowgate.sock", "accounts.sock")
PATHS = ("/films?id=eq.1", "/secrets", "/", "/rpc/login", "/rpc/current_user", "/rpc/register_user")
HELD = 30
KINDS = [1, 2, 3, 4, 4, 5, 5, 6, 8, 9, 11, 200]


def request(choice, target):
    """The records of a request that could be answered, each by itself."""
    wrong = json.dumps({"email": target.person.email, "password": "wrong"}).encode()
    body = choice.choice([b"", b"{}", wrong, choice.randbytes(choice.randrange(100_000))])
    params = {
        "REQUEST_METHOD": choice.choice(["GET", "POST", "PATCH", "OPTIONS", "HEAD", "X"]),
        "REQUEST_URI": choice.choice([*PATHS, "/films?" + "a" * choice.randrange(3000)]),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_LENGTH": str(choice.choice([len(body), len(body), len(body) + 1, 0, 10 ** 12])),
        "REMOTE_ADDR": "127.0.0.1",
    }
    if choice.randrange(2):
        params["HTTP_AUTHORIZATION"] = "Bearer " + choice.choice([*target.tokens.values(), target.person.token])
    text = b"".join(pair(*each) for each in params.items())
    cuts = sorted(choice.randrange(len(text) + 1) for _ in range(choice.randrange(3)))
    pieces = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)]) if a < b]
    bodies = [body[n:n + 60_000] for n in range(0, len(body), 60_000)]
    return [record(BEGIN, struct.pack(">HB5x", 1, choice.randrange(2))),
            *(record(PARAMS, piece) for piece in pieces), record(PARAMS, b""),
            *(record(STDIN, piece) for piece in bodies), record(STDIN, b"")]


def any_record(choice):
    """A header that is well-formed, with numbers that need not fit."""
    size, padding = choice.choice([0, 0, 1, 8, 300, 65535]), choice.choice([0, 0, 0, 7, 255])
    version, number = choice.choice([1, 1, 1, 1, 0, 2]), choice.choice([1, 1, 1, 0, 2])
    header = struct.pack(">BBHHBB", version, choice.choice(KINDS), number, size, padding, 0)
    return header + choice.randbytes(size + padding)


def change_records(choice, records):
    """Left out, doubled, moved, or another in between."""
    at = choice.randrange(len(records))
    how = choice.randrange(4)
    if how == 0:
        del records[at]
    elif how == 1:
        records.insert(at, records[at])
    elif how == 2:
        records.insert(choice.randrange(len(records)), records.pop(at))
    else:
        records.insert(at, any_record(choice))


def change_bytes(choice, data):
    if not data:
        return data
    data, how = bytearray(data), choice.randrange(4)
    at = choice.randrange(min(len(data), 400))
    if how == 0:
        data[at] = choice.randrange(256)
    elif how == 1:
        del data[at:at + choice.randrange(1, 20)]
    elif how == 2:
        data[at:at] = choice.randbytes(choice.randrange(1, 20))
    else:
        del data[choice.randrange(len(data)):]
    return bytes(data)


def bad_bytes(choice, target):
    if choice.randrange(6) == 0:
        return b"".join(any_record(choice) for _ in range(choice.randrange(8)))
    records = request(choice, target)
    for _ in range(choice.randrange(3)):
        if records:
            change_records(choice, records)
    data = b"".join(records)
    for _ in range(choice.choice([0, 0, 1, 3])):
        data = change_bytes(choice, data)
    return data


def send(choice, path, data):
    """In pieces, with pauses; then the connection is closed, at once or after a while, or stays open and is given
    back."""
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(2)
    connection.connect(path)
    with contextlib.suppress(OSError):
        cuts = sorted(choice.randrange(len(data) + 1) for _ in range(choice.choice([0, 0, 1, 4])))
        for a, b in zip([0, *cuts], [*cuts, len(data)]):
            connection.sendall(data[a:b])
            if choice.randrange(3) == 0:
                time.sleep(choice.uniform(0, 0.003))
    how = choice.randrange(4)
    if how == 0:
        connection.shutdown(socket.SHUT_WR)
    elif how == 1:
        time.sleep(choice.uniform(0, 0.003))
    if how <= 2:
        connection.close()
        return None
    return connection


def ask_rightly(choice, target, paths):
    """A request as web servers send them gets its answer, and nobody else's."""
    who = choice.choice([None, *target.tokens])
    fields = {"HTTP_AUTHORIZATION": "Bearer " + target.tokens[who]} if who else {}
    with Connection(paths["rowgate.sock"]) as connection:
        for _ in range(2):
            answer = connection.ask("/films?id=eq.1&select=id,title")
            assert answer == (200, '[{"id":1,"title":"Alpha"}]'), answer
            status, text = connection.ask("/secrets?select=text", **fields)
            assert status == (200 if who else 401) and not leaks(text, who), (who, status, text)
            assert not who or text.count("only-" + who) == 10, (who, text)
    with Connection(paths["accounts.sock"]) as connection:
        status, text = connection.ask("/rpc/current_user", method="POST", body=b"{}", REMOTE_ADDR="127.0.0.1",
                                      CONTENT_TYPE="application/json",
                                      HTTP_AUTHORIZATION="Bearer " + target.person.token)
        assert status == 200 and target.person.email in text, (status, text)


def main():
    sent = collections.Counter()
    with Target(server_peer_timeout=1, server_max_body="64k") as target:
        paths = {name: target.server.fastcgi_socket(name) for name in SOCKETS}
        before, held = set(workers_of(target.server)), collections.deque()
        for choice in rounds():
            for _ in range(choice.randrange(1, 30)):
                name = choice.choice(SOCKETS)
                held.append(send(choice, paths[name], bad_bytes(choice, target)))
                sent[name] += 1
                if len(held) > HELD and (oldest := held.popleft()):
                    oldest.close()
            ask_rightly(choice, target, paths)
            assert set(workers_of(target.server)) == before, "a worker has ended:\n" + target.server.process.log[-5000:]
        for connection in filter(None, held):
            connection.close()
    print(", ".join(f"{count} to {name}" for name, count in sent.items()))


if __name__ == "__main__":
    main()
