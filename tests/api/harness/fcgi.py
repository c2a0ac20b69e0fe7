"""A web server's end of FastCGI, for tests that speak to one process.

SPDX-License-Identifier: MIT
"""
import socket
import struct
import subprocess

BEGIN, END, PARAMS, STDIN, STDOUT = 1, 3, 4, 5, 6


def record(kind, content):
    return struct.pack(">BBHHBB", 1, kind, 1, len(content), 0, 0) + content


def pair(name, value):
    name, value = name.encode(), value.encode()
    sizes = b"".join(bytes([len(part)]) if len(part) < 128 else struct.pack(">I", len(part) | 1 << 31)
                     for part in (name, value))
    return sizes + name + value


class Connection:
    """A kept connection to a FastCGI program: on a unix socket's path, or a TCP port of this machine."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_INET if isinstance(path, int) else socket.AF_UNIX)
        self.socket.settimeout(30)
        self.socket.connect(("127.0.0.1", path) if isinstance(path, int) else str(path))

    def __enter__(self):
        return self

    def __exit__(self, *how):
        self.socket.close()

    def send(self, path, method="GET", body=b"", keep=True, **more):
        params = {"REQUEST_METHOD": method, "REQUEST_URI": path, "SERVER_PROTOCOL": "HTTP/1.1",
                  "REMOTE_ADDR": "127.0.0.1", "CONTENT_LENGTH": str(len(body))} | more
        self.socket.sendall(record(BEGIN, struct.pack(">HB5x", 1, keep)) + record(PARAMS,
            b"".join(pair(*each) for each in params.items()))
                            + record(PARAMS, b"") + (record(STDIN, body) if body else b"") + record(STDIN, b""))

    def read(self, size):
        got = b""
        while len(got) < size:
            more = self.socket.recv(size - len(got))
            if not more:
                raise ConnectionError("closed in the middle of an answer")
            got += more
        return got

    def receive(self):
        """Status and body of the answer."""
        text = b""
        while True:
            _, kind, _, size, padding, _ = struct.unpack(">BBHHBB", self.read(8))
            content = self.read(size + padding)[:size]
            if kind == STDOUT:
                text += content
            elif kind == END:
                head, _, body = text.partition(b"\r\n\r\n")
                self.head = head.decode()
                return int(head.split()[1]), body.decode()

    def ask(self, path, **how):
        self.send(path, **how)
        return self.receive()


def spawn(command, path, environment, log):
    """Starts a program as spawn-fcgi and mod_fcgid do: a listening socket is its standard input."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen(64)
    with listener, open(log, "ab") as out:
        return subprocess.Popen([str(word) for word in command], stdin=listener, stdout=out, stderr=out,
                                env=environment, start_new_session=True)
