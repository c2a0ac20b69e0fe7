"""Accounts: what the session check costs, how many sign in and refresh, and what reads notice of it. Part of
tests/bench/run.

SPDX-License-Identifier: MIT
"""
import ctypes
import ctypes.util
import itertools
import os
import pathlib
import re
import statistics
import subprocess
import threading
import time

import requests

from bench import SINGLE, WORKERS, Load, table

MEMORY, PASSES, PASSWORD = 19 * 1024 * 1024, 2, "a password of the bench"
EMAIL, SIGNING_IN, REFRESHING, READS, TRIES = "bench@example.com", 50, 8, 200, 400
LOGIN = Load("login", "/rpc/login", method="POST", body=f'{{"email":"{EMAIL}","password":"{PASSWORD}"}}',
             clients=SIGNING_IN, claims=[None])


def start(bench, front, **more):
    from harness.accounts import settings_of
    from harness.server import SECRET, Server
    environment = settings_of(bench.database, **{"auth_password_memory": MEMORY, "auth_password_passes": PASSES,
                                                 "auth_limit_login": 1_000_000,
                                                 "workers": WORKERS, "log_level": "crit"} | more)
    return Server(front=front, uri=bench.database.uri, db_anon_role="web_anon", jwt_secret=SECRET,
                  environment=environment).wait_ready()


def bare_hashes(seconds):
    """argon2id checks a second by libsodium alone, on every core."""
    sodium = ctypes.CDLL(ctypes.util.find_library("sodium"))
    made = ctypes.create_string_buffer(128)
    password, size = PASSWORD.encode(), ctypes.c_ulonglong(len(PASSWORD))
    assert sodium.sodium_init() >= 0 and sodium.crypto_pwhash_str(made, password, size, ctypes.c_ulonglong(PASSES),
        ctypes.c_size_t(MEMORY)) == 0
    done, end = [], time.monotonic() + seconds

    def check():
        while time.monotonic() < end:
            assert sodium.crypto_pwhash_str_verify(made, password, size) == 0
            done.append(1)

    threads = [threading.Thread(target=check) for _ in range(os.cpu_count())]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(done) / seconds


def sign_ins(bench, server):
    bare, logins = [], []
    for _ in range(bench.options.rounds):
        bare.append(bare_hashes(bench.options.seconds))
        logins.append(bench.rate(server, LOGIN))
    bare, logins = statistics.median(bare), statistics.median(logins)
    return [["argon2id alone, all cores", f"{bare:.0f}", ""],
            [f"sign-ins, {SIGNING_IN} clients", f"{logins:.0f}", f"{logins / bare:.2f}"]]


def refreshes(bench, server):
    """Each client refreshes a session of its own."""
    from harness.accounts import Person
    people = [Person(server, EMAIL, PASSWORD, register=False).sign_in() for _ in range(REFRESHING)]
    done, end = [], time.monotonic() + bench.options.seconds

    def refresh(person):
        while time.monotonic() < end:
            person.take(person.refresh().json())
            done.append(1)

    threads = [threading.Thread(target=refresh, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [f"refreshes, {REFRESHING} clients", f"{len(done) / bench.options.seconds:.0f}", ""]


def p99(server, seconds):
    """Of single rows, two clients, READS a second, in milliseconds."""
    from harness.load import Clients
    with Clients(server, 2, lambda client, number: ("GET", f"/workshops?id=eq.{number}", None), rate=READS) as clients:
        time.sleep(seconds)
    assert set(clients.statuses()) == {("GET", 200)}
    return 1000 * statistics.quantiles([answer.seconds for answer in clients.answers], n=100)[98]


def reads_meanwhile(bench, server):
    idle, busy = [], []
    for _ in range(bench.options.rounds):
        idle.append(p99(server, bench.options.seconds))
        crowd = threading.Thread(target=bench.wrk, args=(server, LOGIN, bench.options.seconds + 2))
        crowd.start()
        time.sleep(1)
        busy.append(p99(server, bench.options.seconds))
        crowd.join()
    return statistics.median(idle), statistics.median(busy)


def session_check(bench, front, checked, unchecked):
    """Requests a second of somebody who is signed in, with the check and without."""
    from harness.accounts import Person
    token = Person(checked, EMAIL, PASSWORD, register=False).sign_in().token
    load = Load(SINGLE.name, SINGLE.path, fields={"Authorization": f"Bearer {token}"}, claims=[None])
    rates = {checked: [], unchecked: []}
    for _ in range(bench.options.rounds):
        for server in rates:
            bench.wrk(server, load, seconds=1)
            rates[server].append(bench.rate(server, load))
    on, off = (statistics.median(rates[server]) for server in (checked, unchecked))
    return [f"{front}: single row, signed in", f"{off:.0f}", f"{on:.0f}", f"{on / off:.2f}"]


def flight(bench):
    """How much a flight with the check costs of its bare SELECT, server and program on one core."""
    subprocess.run(["make", "-s", "-C", bench.options.build, "tests/bench/flight"], check=True)
    session = bench.database.value(
        "SELECT id FROM auth.sessions WHERE ended_at IS NULL ORDER BY created_at DESC LIMIT 1")
    postmaster = bench.cluster.process.popen.pid
    cores, one = os.sched_getaffinity(0), {min(os.sched_getaffinity(0))}
    os.sched_setaffinity(postmaster, one)
    out = subprocess.run([pathlib.Path(bench.options.build) / "tests/bench/flight",
                          bench.cluster.uri("bench", "postgres"), "100", session],
                         capture_output=True, text=True, check=True,
                         preexec_fn=lambda: os.sched_setaffinity(0, one)).stdout
    os.sched_setaffinity(postmaster, cores)
    print(out)
    return float(re.search(r"session check.*ratio ([\d.]+)", out)[1])


def told_apart(bench, front):
    """Medians of an address with an account and of one without, tried in turn: what a clock could say of who has
    one."""
    from harness.accounts import CHEAP, GENEROUS, Person
    # A hash that costs little hides little.
    server = start(bench, front, auth_activation=True, auth_session_check=False, auth_limit_mail=1_000_000,
                   auth_limit_mail_ip=1_000_000,
                   auth_site_url="https://example.com",
                   **{name.removeprefix("ROWGATE_").lower(): value for name, value in (CHEAP | GENEROUS).items()})
    kept = requests.Session()
    numbers = itertools.count()
    known = Person(server)
    wrong = {"login": {"password": "a wrong password"}, "register_user": {"password": PASSWORD},
             "request_password_reset": {}, "resend_activation": {}}
    rows, answers = [], set()

    def ask(endpoint, email):
        began = time.monotonic()
        answer = kept.post(f"{server.url}/rpc/{endpoint}", json={"email": email} | wrong[endpoint])
        answers.add((endpoint, answer.status_code))
        return 1000 * (time.monotonic() - began)

    try:
        for endpoint in wrong:
            yes, no = [], []
            for _ in range(TRIES):
                yes.append(ask(endpoint, known.email))
                no.append(ask(endpoint, f"nobody{next(numbers):06}@example.com"))
            yes, no = statistics.median(yes), statistics.median(no)
            rows.append([endpoint, f"{yes:.2f}", f"{no:.2f}", f"{yes / no:.3f}"])
            bench.want(f"{endpoint}: |known / unknown - 1|", abs(yes / no - 1), "<=", 0.05)
    finally:
        server.stop(expect=None)
    if len(answers) != len(wrong):
        raise SystemExit(f"answers differ: {sorted(answers)}")
    table([f"medians of {TRIES} tries, ms", "account", "none", "account/none"], rows)


def report(bench):
    from harness.accounts import Person
    front = bench.options.fronts[-1]
    checked, unchecked = start(bench, front), start(bench, front, auth_session_check=False)
    Person(checked, EMAIL, PASSWORD).sign_in()
    try:
        ratio = flight(bench)
        table(["session check", "off", "on", "on/off"], [session_check(bench, front, checked, unchecked)])
        table(["accounts", "a second", "/argon2id"], [*sign_ins(bench, checked), refreshes(bench, checked)])
        idle, busy = reads_meanwhile(bench, checked)
    finally:
        checked.stop(expect=None)
        unchecked.stop(expect=None)
    table([f"p99 of single rows, {READS} a second", "ms", "/idle"],
          [["nobody signs in", f"{idle:.2f}", ""],
           [f"{SIGNING_IN} clients sign in all the time", f"{busy:.2f}", f"{busy / idle:.2f}"]])
    told_apart(bench, front)
    bench.want("flight with session check / bare SELECT", ratio, "<=", 2.4)
    bench.want(f"p99 of reads while {SIGNING_IN} sign in / idle", busy / idle, "<=", 3)
