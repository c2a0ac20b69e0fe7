"""How long requests take when the machine has half of what it can do, and among others that are long. Part of
tests/bench/run.

SPDX-License-Identifier: MIT
"""
import statistics
import threading

from bench import SINGLE, Load, table

# As many workers as db-pool has connections where nothing is said; calls of SLOW seconds keep half of them.
POOL, SLOW, CALLS_SHARE, LISTS_SHARE = 10, 0.2, 0.01, 0.09
MIXED = POOL / 2 / SLOW / CALLS_SHARE
LIST = Load("100 rows", "/claimed")
CALL = Load("calls of 200 ms", "/rpc/wait", method="POST", body=f'{{"seconds":{SLOW}}}')


def at(load, rate, clients, took=0):
    """The load at so many requests a second: clients that pause between requests, which take so many seconds."""
    return Load(load.name, load.path, method=load.method, body=load.body, clients=clients,
                pause=1000 * max(0, clients / rate - took))


def half_load(bench, server):
    most = statistics.median(bench.rate(server, SINGLE) for _ in range(bench.options.rounds))
    load = at(SINGLE, most / 2, 64)
    runs = [bench.wrk(server, load) for _ in range(bench.options.rounds)]
    rate, p50, p99 = (statistics.median(values) for values in zip(*((n / seconds, a, b) for n, seconds, a, b in runs)))
    table(["single rows", "req/s", "p50 ms", "p99 ms"],
          [["as many as come, 16 clients", f"{most:,.0f}", "", ""],
           ["half of that, 64 clients", f"{rate:,.0f}", f"{p50:.2f}", f"{p99:.2f}"]])
    return most


def mixed(bench, server, rate):
    """p99 of single rows, in milliseconds: alone, and as 90 of 100 requests of which nine are lists and one is a call
    that takes long. In turn."""
    singles = at(SINGLE, rate * (1 - LISTS_SHARE - CALLS_SHARE), 64)
    others = [at(LIST, rate * LISTS_SHARE, 16), at(CALL, rate * CALLS_SHARE, 32, SLOW)]
    alone, among = [], []
    for _ in range(bench.options.rounds):
        with bench.quiet():
            alone.append(bench.wrk(server, singles)[3])
            crowd = [threading.Thread(target=bench.wrk, args=(server, load, bench.options.seconds + 1))
                     for load in others]
            for thread in crowd:
                thread.start()
            among.append(bench.wrk(server, singles)[3])
            for thread in crowd:
                thread.join()
    return statistics.median(alone), statistics.median(among)


def report(bench):
    server = bench.server(workers=POOL)
    rate = min(half_load(bench, server) / 2, MIXED)
    alone, among = mixed(bench, server, rate)
    table([f"p99 of single rows, {POOL} workers, {rate:,.0f} requests a second", "ms", "/ alone"],
          [["alone", f"{alone:.2f}", ""],
           ["with 9 % lists and 1 % calls of 200 ms", f"{among:.2f}", f"{among / alone:.2f}"]])
    bench.want("p99 of single rows among lists and calls / alone", among / alone, "<=", 3)
