"""What a request costs: CPU of rowgate with its web server and of PostgreSQL, beside PostgreSQL's for the SQL alone; of
one build, or of two in turn. Part of tests/bench/run.

SPDX-License-Identifier: MIT
"""
import json
import statistics
import subprocess

from bench import ALL, HERE, SINGLE, Load, fill, medians, row, table

BY_CLAIM = "owner_id = (SELECT (current_setting('request.jwt.claims', true)::json ->> 'user_id')::integer)"
NEW = {"owner_id": 7, "venue_id": 5, "title": "workshop number 7", "price": 2.59, "seats": 7,
       "starts_at": "2024-01-01T01:59:00+00:00", "tags": ["beginners", "level 7"],
       "details": {"minutes": 37, "language": "english"}}
INTO = "INSERT INTO arrivals (owner_id, venue_id, title, price, seats, starts_at, tags, details)"
TYPES = ("owner_id integer, venue_id integer, title text, price numeric, seats integer, starts_at timestamptz, "
         "tags text[], details jsonb")
ANEW = "TRUNCATE arrivals"
FRONT_SHARE = 1.3  # of nginx's sum, what any other web server's may be
HELLO = Load("hello", "/")
HEAD = ["CPU us a request", "req/s", "p50 ms", "p99 ms", "server", "PostgreSQL", "sum", "floor", "sum : floor",
        "to reach", "", "peak MiB"]
WIDTHS = [32, *(max(8, len(cell)) for cell in HEAD[1:])]

# The load, and the figure to reach of it: CPU of all, as a multiple of the floor.
CASES = [
    (SINGLE, 5.0),
    (Load("key100", SINGLE.path, SINGLE.sql, clients=100), 3.5),
    (Load("rls100", "/claimed", f"SELECT {ALL} FROM claimed WHERE {BY_CLAIM}"), 2.0),
    (Load("uid16", "/owned?id=eq.ID", f"SELECT {ALL} FROM owned WHERE id = ID AND owner_id = (SELECT auth.uid())",
          ids=(700, 799)), 5.0),
    (Load("uid100", "/owned", f"SELECT {ALL} FROM owned WHERE owner_id = (SELECT auth.uid())"), 2.0),
    (Load("demo16", "/workshops?id=eq.ID", "SELECT * FROM workshops WHERE id = ID", database="demo"), 5.0),
    (Load("rows1000", "/workshops?limit=1000", f"SELECT {ALL} FROM workshops LIMIT 1000"), 1.6),
    (Load("embed100", "/workshops?select=*,venues(*),bookings(*)&order=id&limit=100", f"""SELECT {ALL},
        (SELECT row_to_json(x) FROM (SELECT * FROM venues v WHERE v.id = w.venue_id) AS x) AS venues,
        (SELECT coalesce(json_agg(x), '[]') FROM (SELECT * FROM bookings b WHERE b.workshop_id = w.id) AS x) AS bookings
        FROM workshops w ORDER BY id LIMIT 100"""), 0.8),
    (Load("filter5", "/workshops?owner_id=eq.7&seats=gte.3&price=gt.1&title=like.workshop*&starts_at=gt.2024-01-02"
          "&order=starts_at.desc&limit=20",
          f"SELECT {ALL} FROM workshops WHERE owner_id = 7 AND seats >= 3 AND price > 1 AND title LIKE 'workshop%' AND "
          "starts_at > '2024-01-02' ORDER BY starts_at DESC LIMIT 20"), 1.6),
    (Load("count25", "/workshops?order=id&limit=25&offset=50000",
          f"SELECT {ALL} FROM workshops ORDER BY id LIMIT 25 OFFSET 50000;\nSELECT count(*) FROM workshops",
          fields={"Prefer": "count=exact"}), 1.02),
    (Load("rpc1", "/rpc/add", "SELECT add(1, 2)", method="POST", body='{"a":1,"b":2}', clients=100), 9),
    (Load("rpc10", "/rpc/kinds?n=10", "SELECT * FROM kinds(10)", clients=100), 3.5),
    (Load("rpc100", "/rpc/kinds?n=100", "SELECT * FROM kinds(100)", clients=100), 1.5),
    (Load("insert1", "/arrivals",
          f"{INTO} SELECT * FROM json_to_record('{json.dumps(NEW)}') AS _({TYPES})", method="POST",
          body=json.dumps(NEW), before=ANEW), 2.4),
    (Load("patch1", "/edited?id=eq.ID", "UPDATE edited SET seats = 12 WHERE id = ID", method="PATCH",
          body='{"seats":12}', before="VACUUM edited"), 2.6),
    (Load("read100000", "/workshops", f"SELECT {ALL} FROM workshops", times=3), None),
    (Load("write100000", "/arrivals",
          f"{INTO} SELECT _.* FROM bodies, json_to_recordset(body) AS _({TYPES})", method="POST",
          body=json.dumps([NEW | {"seats": number % 40} for number in range(100_000)]), before=ANEW, times=3), None),
]
NAMES = [load.name for load, _ in CASES]


def prepare(bench, loads):
    """What only some of the cases need."""
    if any(load.database == "demo" for load in loads):
        fill(bench.cluster.create("demo"), HERE.parents[1] / "sql/demo/20-workshops.sql")
    for load in loads:
        if load.name == "write100000":
            bench.database.run("TRUNCATE bodies; INSERT INTO bodies VALUES (%s)", load.body)
    hello = bench.work / "hello"
    hello.mkdir()
    subprocess.run(["cc", "-O2", "-o", hello / "rowgate", HERE / "hello.c", "-lfcgi", "-pthread"], check=True)
    return hello


def rounds(bench, load, builds):
    """The median of the floors, and samples by web server and build. Every contestant once a round, so that a machine
    that slows down slows down all."""
    floors, samples = [], {(front, build): [] for front in bench.options.fronts for build in builds}
    for front, build in samples:
        if not load.times:
            bench.wrk(bench.server(front, build, load.database), load, seconds=1)  # statements prepared, caches warm
    for number in range(bench.options.rounds):
        with bench.quiet():
            if load.sql:
                floors.append(bench.floor(load))
            for front, build in list(samples)[::-1 if number % 2 else 1]:
                samples[front, build].append(bench.sample(bench.server(front, build, load.database), load))
    return statistics.median(floors) if floors else 0, samples


def show(bench, name, sample, floor, bound):
    """One row of the table, as soon as it is known."""
    total = sample.server + sample.postgres
    share = total / floor if floor else 0
    row([name, f"{sample.rate:,.{1 if sample.rate < 100 else 0}f}", f"{sample.p50:.2f}", f"{sample.p99:.2f}",
         *(f"{us:,.0f}" for us in (sample.server, sample.postgres, total, floor)), f"{share:.2f}",
         *([f"{bound:.2f}", bench.judge(share <= bound)] if bound else ["", ""]), f"{sample.peak:.0f}"], WIDTHS)


def ratio_row(name, old, new):
    """Medians of the rounds' ratios, and how far they lie apart."""
    cells = [name]
    for of in (lambda s: s.server + s.postgres, lambda s: s.server, lambda s: s.postgres, lambda s: s.rate,
               lambda s: s.p99):
        ratios = sorted(of(after) / of(before) for before, after in zip(old, new) if of(before))
        cells.append(f"{statistics.median(ratios):.3f} ({ratios[0]:.2f}-{ratios[-1]:.2f})" if ratios else "")
    return cells


def report(bench):
    options = bench.options
    cases = [case for case in CASES if not options.cases or case[0].name in options.cases]
    hello = prepare(bench, [load for load, _ in cases])
    builds = [options.build, *([options.compare] if options.compare else [])]
    ratios = []
    row(HEAD, WIDTHS)
    for load, bound in [*([] if options.cases else [(HELLO, None)]), *cases]:
        floor, samples = rounds(bench, load, [hello] if load is HELLO else builds)
        spent = {who: medians(taken) for who, taken in samples.items()}
        for (front, build), sample in spent.items():
            name, nginx = f"{load.name}, {front}", spent.get(("nginx", build))
            if build == options.compare:
                show(bench, f"{name}, compared", sample, floor, None)
                ratios.append(ratio_row(name, samples[front, build], samples[front, options.build]))
            elif front != "nginx" and nginx and load.sql:
                show(bench, name, sample, floor, FRONT_SHARE * (nginx.server + nginx.postgres) / floor)
            else:
                show(bench, name, sample, floor, bound)
    print(flush=True)
    if ratios:
        table(["measured / compared", "sum", "server", "PostgreSQL", "req/s", "p99"], ratios)
