#!/usr/bin/env python3
"""Makes requests from the grammar of PostgREST's URLs, fields and bodies, right ones and nearly right ones, and sends
them through nginx to a running program.

    ROWGATE_TEST_BUILD=BUILD tests/api/fuzz_http.py [SECONDS [SEED]]

Wrong are: a 500 in rowgate's own words or an answer of nginx's own for a worker that is gone, what is another's in an
answer, a word of a sanitizer (build one with it).

SPDX-License-Identifier: MIT
"""
import collections
import json
import sys

import requests

sys.dont_write_bytecode = True

from harness.fuzzing import Target, leaks, rounds  # noqa: E402
from harness.server import workers_of  # noqa: E402

TABLES = [
    "films", "secrets", "directors", "actors", "roles", "technical", "scripts", "users", "teams", "orders",
    "user_overview", "nothing",
]
COLUMNS = [
    "id", "title", "year", "rating", "director_id", "info", "name", "owner", "text", "none", "info->colour",
    "info->sound->>tracks", "film_id", "*",
]
COLUMNS_OF = {
    "films": ["id", "title", "year", "rating", "director_id", "info", "info->colour"],
    "directors": ["id", "first_name", "last_name"],
    "actors": ["id", "name"],
    "roles": ["film_id", "actor_id", "character"],
    "technical": ["film_id", "camera", "runtime"],
    "scripts": ["id", "film_id", "pages"],
    "secrets": ["id", "owner", "text"],
    "users": ["id", "name"],
    "teams": ["id", "name"],
    "orders": ["id", "billing_id", "shipping_id"],
    "director": ["id", "last_name"],
}
OPERATORS = [
    "eq", "gt", "gte", "lt", "lte", "neq", "like", "ilike", "match", "imatch", "in", "is", "isdistinct", "fts",
    "plfts", "phfts", "wfts", "cs", "cd", "ov", "sl", "sr", "nxr", "nxl", "adj", "not.eq", "eq(any)", "like(all)",
    "nothing",
]
VALUES = [
    "1", "0", "-1", "Alpha", "null", "true", "unknown", "(1,2,3)", "{1,2}", "[1,2)", "*a*", '("a,b",c)',
    "2020-01-01", "1e400", "%00", "%ff", "'", '"', "\\", "()", "{", "", "a" * 500, "99999999999999999999", "only",
    "%F0%9F%98%80", '{"a":1}', "not_null",
]
CASTS = ["", "", "", "::text", "::int", "::jsonb", "::nothing", "::regclass"]
EMBEDS = [
    "directors", "actors", "roles", "technical", "scripts", "films", "director:directors", "directors!inner",
    "directors!films_director_fk", "...directors", "nothing",
]
AGGREGATES = ["", "", "", "", ".count()", ".sum()", ".max()", ".avg()"]
FUNCTIONS = [
    "numbers", "all_songs", "films_of", "login", "register_user", "refresh_token", "current_user", "logout",
    "change_password", "sessions", "request_password_reset", "one_film", "new_film", "nothing",
]
PREFERENCES = [
    "return=representation", "return=minimal", "return=headers-only", "count=exact", "count=planned",
    "count=estimated", "resolution=merge-duplicates", "resolution=ignore-duplicates", "missing=default",
    "tx=rollback", "tx=commit", "handling=strict", "handling=lenient", "timezone=Asia/Tokyo", "timezone=Nowhere",
    "max-affected=1", "max-affected=x", "nothing=at-all", "", ",",
]
MEDIA = [
    "*/*", "application/json", "text/csv", "application/vnd.pgrst.object+json",
    "application/vnd.pgrst.array+json;nulls=stripped", "application/geo+json", "application/vnd.pgrst.plan+json",
    "application/openapi+json", "application/octet-stream", "text/plain", "text/xml", "nothing",
    "a/b;q=x, */*;q=0.1", "",
]
BODIES = [
    "application/json", "text/csv", "application/x-www-form-urlencoded", "text/plain", "application/octet-stream",
    "nothing", "",
]
METHODS = ["GET", "GET", "GET", "POST", "PATCH", "PUT", "DELETE", "HEAD", "OPTIONS"]
DIRECTIONS = ["", ".asc", ".desc", ".desc.nullslast", ".nullsfirst", ".x", "(id)"]
COOKIES = ["rg_refresh=x", "__Host-rg_refresh=", "a=b", "=", ";"]
SCALARS = [None, True, 0, 1, -1.5, 10 ** 30, "", "a", "\0", "\ud83d\ude00", "x" * 300, "1990-01-01", "a@example.com"]
DAMAGE = "(),.:\"'\\*%{}[]&=! \t"
RANGES = ["0-0", "0-", "1-5", "5-1", "-1", "x", "99999999999999999999-", "0-99999999999999999999"]


def pick(choice, items):
    """Rather one that stands at the beginning: those are likelier to be right."""
    return items[min(choice.randrange(len(items)) for _ in range(choice.randrange(1, 4)))]


def some(choice, make, most):
    return [make(choice) for _ in range(choice.randrange(most + 1))]


def columns_of(name):
    return COLUMNS_OF.get(name.rpartition("...")[2].rpartition(":")[2].partition("!")[0], COLUMNS)


def column(choice):
    """Mostly one of the relation that it is about: choice.columns."""
    return choice.choice(choice.columns) if choice.randrange(12) else pick(choice, COLUMNS)


def item(choice, depth=0):
    if depth < 4 and choice.randrange(4) == 0:
        name, outer = pick(choice, EMBEDS), choice.columns
        choice.columns = columns_of(name)
        inner = selection(choice, depth + 1)
        choice.columns = outer
        return f"{name}({inner})"
    name = ("alias:" if choice.randrange(8) == 0 else "") + column(choice)
    return name + pick(choice, AGGREGATES) + pick(choice, CASTS)


def selection(choice, depth=0):
    return ",".join(item(choice, depth) for _ in range(choice.randrange(4)))


def value(choice):
    return pick(choice, VALUES)


def test(choice):
    return f"{pick(choice, OPERATORS)}.{value(choice)}"


def logic(choice, depth=0):
    if depth < 3 and choice.randrange(3) == 0:
        parts = ",".join(logic(choice, depth + 1) for _ in range(choice.randrange(4)))
        return f"{choice.choice(['and', 'or', 'not.and', 'not.or'])}({parts})"
    return f"{column(choice)}.{test(choice)}"


def order(choice):
    return ",".join(some(choice, lambda c: column(c) + c.choice(DIRECTIONS), 3))


PARAMS = [
    lambda c: "select=" + selection(c),
    lambda c: f"{column(c)}={test(c)}",
    lambda c: f"{column(c)}={test(c)}",
    lambda c: f"{pick(c, EMBEDS)}.{column(c)}={test(c)}",
    lambda c: c.choice(["and", "or", "not.and"]) + "=(" + ",".join(some(c, logic, 3)) + ")",
    lambda c: "order=" + order(c),
    lambda c: f"{pick(c, EMBEDS)}.order=" + order(c),
    lambda c: "limit=" + c.choice(["0", "1", "10", "-1", "x", "99999999999999999999"]),
    lambda c: "offset=" + c.choice(["0", "1", "1000", "-1", "x", "9223372036854775807"]),
    lambda c: "on_conflict=" + column(c),
    lambda c: "columns=" + ",".join(some(c, column, 4)),
    lambda c: c.choice(["", "=", "&&", "a", "%", "%zz", "a=b=c", "select"]),
]


def damaged(choice, text):
    """Mostly as it is."""
    if not text or choice.randrange(6):
        return text
    at = choice.randrange(len(text))
    return choice.choice([text[:at], text[:at] + choice.choice(DAMAGE) + text[at:], text[:at] + text[at + 1:]])


def target_of(choice):
    name = choice.choice([pick(choice, TABLES)] * 6 + ["rpc/" + pick(choice, FUNCTIONS)] * 3 + ["", "rpc/", "films/1"])
    path, choice.columns = "/" + name, columns_of(name)
    query = damaged(choice, "&".join(some(choice, lambda c: c.choice(PARAMS)(c), 5)))
    return path + ("?" + query if query else "")


def json_value(choice, depth=0):
    kind = choice.randrange(6) if depth < 3 else 5
    if kind == 0:
        return some(choice, lambda c: json_value(c, depth + 1), 3)
    return json_object(choice, depth + 1) if kind == 1 else choice.choice(SCALARS)


def json_object(choice, depth=0):
    names = COLUMNS + ["email", "password", "refresh_token", "a", ""]
    return {choice.choice(names): json_value(choice, depth) for _ in range(choice.randrange(5))}


def body_of(choice, media):
    if media == "text/csv":
        return "\n".join(",".join(some(choice, column, 4)) for _ in range(choice.randrange(4)))
    if media == "application/x-www-form-urlencoded":
        return "&".join(f"{column(choice)}={value(choice)}" for _ in range(choice.randrange(4)))
    return json.dumps(choice.choice([json_object, lambda c: some(c, json_object, 3), json_value])(choice))


def fields_of(choice, target, who):
    fields = {"Accept": pick(choice, MEDIA), "Prefer": ", ".join(some(choice, lambda c: pick(c, PREFERENCES), 3))}
    if choice.randrange(6) == 0:
        fields |= {"Range-Unit": "items", "Range": pick(choice, RANGES)}
    if choice.randrange(6) == 0:
        fields[choice.choice(["Accept-Profile", "Content-Profile"])] = choice.choice(["api", "auth", "hidden", ""])
    if choice.randrange(8) == 0:
        fields["Cookie"] = "; ".join(some(choice, lambda c: c.choice(COOKIES), 3))
    if choice.randrange(8) == 0:
        fields |= {"Origin": "http://example.com", "Access-Control-Request-Method": "GET"}
    if who:
        fields["Authorization"] = "Bearer " + target.tokens[who]
    elif choice.randrange(8) == 0:
        fields["Authorization"] = "Bearer " + damaged(choice, target.tokens["ann"])[:-choice.randrange(1, 40)]
    return {name: text for name, text in fields.items() if text or choice.randrange(8) == 0}


def judge(answer, who, asked):
    assert not leaks(answer.text, who), (asked, answer.text)
    assert answer.status_code not in (502, 504), (asked, answer.text)
    if answer.status_code == 500 and asked[0] != "HEAD":
        code = answer.json().get("code", "")
        assert not code.startswith(("RG", "PGRSTX")), (asked, answer.text)


def ask(session, choice, target):
    who, path = choice.choice([None, *target.tokens]), target_of(choice)
    method, media = choice.choice(METHODS), pick(choice, BODIES)
    fields = fields_of(choice, target, who)
    body = None
    if method in ("POST", "PATCH", "PUT"):
        body = damaged(choice, body_of(choice, media)).encode("utf-8", "surrogatepass")
        fields["Content-Type"] = media
    asked = (method, path, fields, body)
    made = session.prepare_request(requests.Request(method, target.server.url, headers=fields, data=body))
    made.url = target.server.url + asked[1].replace(" ", "%20").replace("\t", "%09").replace("#", "%23")
    answer = session.send(made, timeout=60, allow_redirects=False)
    judge(answer, who, asked)
    return answer.status_code if answer.status_code != 500 else f"500 {answer.text[:200]}"


def main():
    statuses = collections.Counter()
    with Target(db_aggregates_enabled=True, db_plan_enabled=True, db_tx_end="rollback-allow-override") as target:
        session, before = requests.Session(), set(workers_of(target.server))
        for choice in rounds():
            for _ in range(20):
                statuses[ask(session, choice, target)] += 1
            assert set(workers_of(target.server)) == before, "a worker has ended:\n" + target.server.process.log[-5000:]
    print(", ".join(f"{count} times {status}" for status, count in sorted(statuses.items(), key=str)))


if __name__ == "__main__":
    main()
