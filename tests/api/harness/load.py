"""Clients that ask all the time, each over a connection of its own that is kept, and write down what they got.

SPDX-License-Identifier: MIT
"""
import collections
import http.client
import threading
import time
import urllib.parse

# What one client saw of one request: status is None when there was no answer at all.
Answer = collections.namedtuple("Answer", "method number status seconds body")


class Clients:
    """with Clients(server, count, ask, rate=…) as clients: …; then clients.answers.

    ask(client, number) gives (method, path, body) of the next request; rate is requests a second of all together,
    None as many as come. fields are sent with each."""

    fields = {}

    def __init__(self, server, count, ask, rate=None):
        self.address = urllib.parse.urlsplit(server.url)
        self.ask, self.pause = ask, count / rate if rate else 0
        self.answers, self.ending = [], threading.Event()
        self.threads = [threading.Thread(target=self.run, args=(client,)) for client in range(count)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *how):
        self.ending.set()
        for thread in self.threads:
            thread.join()

    def run(self, client):
        connection, number, due = self.connect(), 0, time.monotonic() + self.pause * client / len(self.threads)
        while not self.ending.wait(max(0, due - time.monotonic())):
            method, path, body = self.ask(client, number)
            began = time.monotonic()
            try:
                connection.request(method, path, body,
                                   self.fields | ({"Content-Type": "application/json"} if body else {}))
                got = connection.getresponse()
                status, text = got.status, got.read()
            except (OSError, http.client.HTTPException) as problem:
                status, text = None, repr(problem).encode()
                connection.close()
                connection = self.connect()
            self.answers.append(Answer(method, (client, number), status, time.monotonic() - began, text))
            number += 1
            due = max(due + self.pause, time.monotonic() - 1)
        connection.close()

    def connect(self):
        return http.client.HTTPConnection(self.address.hostname, self.address.port, timeout=30)

    def statuses(self):
        return collections.Counter((answer.method, answer.status) for answer in self.answers)

    def slowest(self):
        return max(answer.seconds for answer in self.answers)


class Watch:
    """with Watch(ask) as watch: …: asks every few milliseconds; watch.most is the largest answer."""

    def __init__(self, ask, pause=0.005):
        self.ask, self.pause, self.most, self.ending = ask, pause, None, threading.Event()
        self.thread = threading.Thread(target=self.run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *how):
        self.ending.set()
        self.thread.join()

    def run(self):
        while not self.ending.wait(self.pause):
            value = self.ask()
            self.most = value if self.most is None else max(self.most, value)
