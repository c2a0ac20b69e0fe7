"""How the cost of a request grows with what there is more of: nothing may cost more by unit the more there is of it,
and what a request does not touch may cost it little. Part of tests/bench/run.

SPDX-License-Identifier: MIT
"""
import collections

from bench import SINGLE, Load, fill, medians, row

# Numbers of something, the load with so many, and by how much it may cost more with the most than with the least; None
# where only the growth is judged.
Axis = collections.namedtuple("Axis", "name numbers load at_most")
HEAD = ["CPU us a request, by number of", "", "", "", "", "one more costs", "in the last step", "most / least",
        "wanted", ""]
STEEP, FLAT, NOISE = 1.5, 2, 0.15
ROLES, TABLES = (1, 10, 100, 1000), (8, 64, 512, 4096)


def claims(count):
    return [{"role": "regular_user", "user_id": 7} | {f"claim_{number}": number for number in range(count)}]


def embeds(count):
    return f"/workshops?select=id,{','.join(f'e{number}:venues(name)' for number in range(count))}&limit=10"


def roles(count):
    return [{"role": f"role_{number}", "user_id": number} for number in range(count)]


def people(count):
    return [{"role": "regular_user", "user_id": number} for number in range(count)]


AXES = [
    Axis("columns of a row", (4, 16, 64, 256), lambda n: Load("", f"/wide_{n}?id=eq.ID", database="growth"), None),
    Axis("rows", (1, 16, 256, 4096), lambda n: Load("", f"/workshops?limit={n}"), None),
    Axis("embeds", (1, 4, 16, 64), lambda n: Load("", embeds(n)), None),
    Axis("filters", (1, 4, 16, 64), lambda n: Load("", SINGLE.path + "&seats=gte.0" * (n - 1)), None),
    Axis("claims of a token", (1, 4, 16, 64), lambda n: Load("", SINGLE.path, claims=claims(n)), None),
    Axis("tables in the catalog", TABLES, lambda n: Load("", "/wide_4?id=eq.ID", database=f"tables{n}"), FLAT),
    Axis("roles, in turn", ROLES,
         lambda n: Load("", "/wide_4?id=eq.ID", claims=roles(n), database="growth"), FLAT),
    Axis("people of one role, in turn", ROLES, lambda n: Load("", SINGLE.path, claims=people(n)), FLAT),
    Axis("kept connections", (16, 64, 256, 1000), lambda n: Load("", SINGLE.path, clients=n), FLAT),
]


def wide(database, count):
    columns = ", ".join(f"column_{number} integer DEFAULT {number}" for number in range(count - 1))
    database.run(f"CREATE TABLE wide_{count} (id integer PRIMARY KEY, {columns}); "
                 f"INSERT INTO wide_{count} SELECT generate_series(0, 999); "
                 f"GRANT SELECT ON wide_{count} TO authenticated; ANALYZE wide_{count}")


def make(bench):
    database = fill(bench.cluster.create("growth"))
    for count in AXES[0].numbers:
        wide(database, count)
    database.run("DO $$ BEGIN FOR i IN 0..999 LOOP EXECUTE format('CREATE ROLE role_%s IN ROLE authenticated ROLE "
                 "authenticator', i); END LOOP; END $$")
    for count in TABLES:
        database = fill(bench.cluster.create(f"tables{count}"))
        wide(database, 4)
        for first in range(0, count, 256):  # a transaction holds a lock for each relation it makes
            database.run(f"DO $$ BEGIN FOR i IN {first}..{min(count, first + 256) - 1} LOOP EXECUTE format("
                         "'CREATE TABLE table_%s (id integer PRIMARY KEY, one text, other text)', i); END LOOP; END $$")
        database.run("GRANT SELECT ON ALL TABLES IN SCHEMA public TO authenticated")


def measure(bench, axis):
    """CPU microseconds a request, by number: medians of rounds in which each had its turn."""
    loads = {number: axis.load(number) for number in axis.numbers}
    samples = {number: [] for number in loads}
    for number, load in loads.items():
        load.name = f"{number} {axis.name}"
        bench.wrk(bench.server(database=load.database), load, seconds=1)
    for _ in range(bench.options.rounds):
        with bench.quiet():
            for number, load in loads.items():
                samples[number].append(bench.sample(bench.server(database=load.database), load))
    spent = {number: medians(taken) for number, taken in samples.items()}
    return {number: sample.server + sample.postgres for number, sample in spent.items()}


def judge(bench, axis, costs):
    """How much more one more costs in the last step than before it, and whether that will do."""
    numbers = list(costs)
    before = (costs[numbers[-2]] - costs[numbers[0]]) / (numbers[-2] - numbers[0])
    last = (costs[numbers[-1]] - costs[numbers[-2]]) / (numbers[-1] - numbers[-2])
    if axis.at_most:
        reached = costs[numbers[-1]] <= axis.at_most * costs[numbers[0]]
    else:
        reached = last <= STEEP * before or costs[numbers[-1]] <= (1 + NOISE) * costs[numbers[-2]]
    return [f"{before:.2f}", f"{last:.2f}", f"{costs[numbers[-1]] / costs[numbers[0]]:.2f}",
            f"<= {axis.at_most}" if axis.at_most else "linear", bench.judge(reached)]


def report(bench):
    make(bench)
    widths = [30, *[14] * 4, *(max(8, len(cell)) for cell in HEAD[5:])]
    row(HEAD, widths)
    for axis in AXES:
        costs = measure(bench, axis)
        row([axis.name, *(f"{number:,}: {us:,.0f}" for number, us in costs.items()), *judge(bench, axis, costs)],
            widths)
    print(flush=True)
