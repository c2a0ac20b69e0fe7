"""Kinds of request by the thousand: each beside pgbench of the same SQL and hello behind the same web server.

Part of tests/bench/run.

SPDX-License-Identifier: MIT
"""
from bench import Load, json_agg, table

ALL = "id, owner_id, name, price, weight, active, created_at, tags, note"
SINGLE = Load("single row by key", "/items?id=eq.ID", f"SELECT {ALL} FROM items WHERE id = :id",
              numbers="\\set id random(0, 99999)\n")

REQUESTS = [
    SINGLE,
    Load("100 rows, RLS", "/owned", f"SELECT {ALL} FROM owned", signed_in=True, as_json="/rpc/owned_json"),
    Load("1,000 rows", "/items?limit=1000", f"SELECT {ALL} FROM items LIMIT 1000", as_json="/rpc/items_json"),
    Load("insert", "/events", "INSERT INTO events (kind, weight) VALUES ('seen', 3)", aggregate=False,
         body='{"kind":"seen","weight":3}'),
]

FUNCTIONS = [Load(f"{name}, {clients} clients", path, sql, aggregate=False, body=body, clients=clients)
             for clients in (16, 100) for name, path, sql, body in (
    ("function, scalar", "/rpc/add", "SELECT add(1, 2)", '{"a":1,"b":2}'),
    ("function, 10 rows", "/rpc/some_items?n=10", f"SELECT {ALL} FROM some_items(10)", None),
    ("function, 100 rows", "/rpc/some_items?n=100", f"SELECT {ALL} FROM some_items(100)", None))]

FILTERS = [
    Load("10 operators",
         "/items?id=gte.ID&id=lt.200000&name=like.item*&name=not.ilike.*x*&price=gt.0.1&active=in.(true,false)&"
         "tags=cs.{}&note=not.is.null"
         "&weight=neq.5&name=match.^item&tags->>color=eq.green&limit=10",
         f"SELECT {ALL} FROM items WHERE id >= :id AND id < 200000 AND name LIKE 'item%' AND NOT name ILIKE '%x%' AND "
         f"price > 0.1 AND active = ANY ('{{true,false}}') "
         "AND tags @> '{}' AND note IS NOT NULL AND weight <> 5 AND name ~ '^item' AND tags->>'color' = 'green' LIMIT "
         "10", numbers="\\set id random(0, 99999)\n"),
    Load("10 of 100,000 rows, count=exact", "/items?select=id&active=is.true&limit=10",
         "SELECT id FROM items WHERE active IS TRUE LIMIT 10;\n"
         "SELECT count(*) FROM (SELECT 1 FROM items WHERE active IS TRUE) AS counted", aggregate=False,
         fields={"Prefer": "count=exact"}),
]

EMBEDS = [
    Load("100 rows, to-one and to-many embed",
         "/clients?select=id,name,cities(name),orders(id,total)&limit=100&order=id",
         "SELECT clients_json()", aggregate=False, as_json="/rpc/clients_json"),
    Load("three levels, 10 rows",
         "/cities?select=id,name,clients(id,name,orders(id,lines(product,amount)))&limit=10&order=id",
         "SELECT cities_json()", aggregate=False, as_json="/rpc/cities_json"),
    Load("10,000 embedded children", "/owners?select=id,children(id,name)&id=eq.1", "SELECT owners_json()",
         aggregate=False, as_json="/rpc/owners_json"),
]


def rates_of(bench, loads):
    """Prints the table of the loads; their rates by name."""
    fronts = bench.options.fronts
    floors = {front: bench.hello(front) for front in fronts}
    results, rows = {}, []
    for load in loads:
        rates = results[load.name] = bench.measure(load)
        bare = rates["pgbench"]
        cells = [load.name, f"{bare:,.0f}", f"{rates['json_agg'] / bare:.2f}" if load.aggregate else "-"]
        for front in fronts:
            cells += [f"{rates[front]:,.0f}", f"{rates[front] / bare:.2f}", f"{rates[front] / floors[front]:.2f}",
                      f"{rates[front] / rates[front + ' json_agg']:.2f}" if load.as_json else "-"]
        rows.append(cells)
    head = ["16 clients where nothing is said, 4 workers", "pgbench -c 4", "json_agg/pgbench"]
    for front in fronts:
        head += [front, "/pgbench", "/hello", "/SQL's JSON"]
    print("requests per second; as a share of pgbench -M prepared and of hello behind the same web server; and as a "
          "multiple\n"
          "of the same rows made JSON by SQL behind the same web server\n")
    table(head, rows)
    table(["hello", *fronts], [["requests per second", *(f"{floors[front]:,.0f}" for front in fronts)]])
    return results


def requests(bench):
    """The figures of the first flight come of these."""
    results = rates_of(bench, REQUESTS)
    single, hundred = results[SINGLE.name], results["100 rows, RLS"]
    for front, share in (("lighttpd", 0.35), ("nginx", 0.50)):
        if front in bench.options.fronts:
            bench.want(f"single row through {front}, share of pgbench", single[front] / single["pgbench"], ">=", share)
            bench.want(f"100 rows through {front}, times json_agg",
                       hundred[front] / hundred[front + " json_agg"], ">=", 2)


def functions(bench):
    rates_of(bench, FUNCTIONS)


def filters(bench):
    rates_of(bench, FILTERS)


def embeds(bench):
    rates_of(bench, EMBEDS)
