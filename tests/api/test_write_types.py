"""Values of every type, written as JSON and as CSV, are what PostgreSQL makes of their text form, and are read back.

SPDX-License-Identifier: MIT
"""
import csv
import io
import json
import random

import pytest

SCHEMA = "write_types.sql"
FULL = "return=representation"
ROWS = 300
AWKWARD = ["", " ", "NULL", "null", "a,b", '"', '""', "\\", "\\N", "{}", "{a}", "}", "it's", " x ",
           "x\ny", "\r\n", "\t", "\u00e9\u20ac\U0001f600", "-", "0", "%s", "$1"]


def number(low, high):
    return lambda r: str(r.choice([low, high, 0, r.randint(low, high)]))


def digits(before, after):
    return lambda r: f"{r.choice(['', '-'])}{r.randint(0, 10**before - 1)}.{r.randint(0, 10**after - 1):0{after}}"


def day(r):
    return f"{r.randint(1, 9999):04}-{r.randint(1, 12):02}-{r.randint(1, 28):02}"


def clock(r):
    return f"{r.randint(0, 23):02}:{r.randint(0, 59):02}:{r.randint(0, 59):02}.{r.randint(0, 999999):06}"


def one_of(*values):
    return lambda r: r.choice(values)


def point(r):
    return f"({r.randint(-99, 99)}.5,{r.randint(-99, 99)})"


def between(make, key=None):
    def span(r):
        low, high = sorted([make(r), make(r)], key=key)
        return r.choice(["empty", f"[{low},)", f"(,{high}]", f"[{low},{high})", f"({low},{high}]"])
    return span


def word(r):
    return r.choice(AWKWARD + ["plain", "longer text " * r.randint(1, 20)])


def short(n):
    return lambda r: word(r)[:n]


def array(make):
    def literal(r):
        quoted = ['"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
                  for text in (make(r) for _ in range(r.randint(0, 4)))]
        return "{" + ",".join(quoted + ["NULL"] * r.randint(0, 1)) + "}"
    return literal


def row_of(*makes):
    return lambda r: "(" + ",".join('"' + make(r).replace("\\", "\\\\").replace('"', '""') + '"'
                                    for make in makes) + ")"


def hexadecimal(n):
    return lambda r: f"{r.getrandbits(4 * n):0{n}x}"


def colons(n):
    return lambda r: ":".join(hexadecimal(2)(r) for _ in range(n))


def moment(r):
    return day(r) + " " + clock(r)


INT = number(-2**31, 2**31 - 1)
MOOD = one_of("sad", "ok", "very happy", "NULL", "{x}")
MAKERS = {
    "c_smallint": number(-2**15, 2**15 - 1), "c_integer": INT, "c_bigint": number(-2**63, 2**63 - 1),
    "c_numeric": lambda r: r.choice(["NaN", "Infinity", "1e400", digits(30, 20)(r)]), "c_numeric_2": digits(6, 4),
    "c_real": lambda r: r.choice(["NaN", "-Infinity", repr(r.gauss(0, 1e6))]),
    "c_double": lambda r: r.choice(["-0", "1e300", repr(r.gauss(0, 1))]),
    "c_money": digits(6, 2), "c_oid": number(0, 2**32 - 1), "c_boolean": one_of("t", "f", "true", "no", "1"),
    "c_text": word, "c_varchar": short(12), "c_char": short(6), 'c_"char"': one_of("a", "", "{", ",", '"', "\\\\", "N"),
    "c_name": short(20),
    "c_bytea": lambda r: "\\x" + hexadecimal(2 * r.randint(1, 20))(r),
    "c_xml": one_of("<a>1</a>", "text", '<a b="c,{}"/>', ""), "c_uuid": hexadecimal(32),
    "c_date": lambda r: r.choice(["infinity", "0044-03-15 BC", day(r)]), "c_time": clock,
    "c_timetz": lambda r: clock(r) + r.choice(["+02", "-11:30"]),
    "c_timestamp": moment, "c_timestamptz": lambda r: r.choice(["-infinity", moment(r) + "+05", moment(r) + " UTC"]),
    "c_interval": lambda r: f"{r.randint(-9, 9)} mons {r.randint(-99, 99)} days {clock(r)}",
    "c_inet": one_of("10.0.0.1/24", "::1", "192.168.0.7"), "c_cidr": one_of("10.0.0.0/24", "2001:db8::/32"),
    "c_macaddr": colons(6), "c_macaddr8": colons(8),
    "c_bit": lambda r: f"{r.getrandbits(5):05b}", "c_varbit": lambda r: f"{r.getrandbits(9):b}",
    "c_point": point, "c_line": lambda r: "{1,%d,2.5}" % r.randint(-9, 9),
    "c_lseg": lambda r: f"[{point(r)},{point(r)}]", "c_box": lambda r: f"{point(r)},{point(r)}",
    "c_path": lambda r: f"[{point(r)},{point(r)},{point(r)}]",
    "c_polygon": lambda r: f"({point(r)},{point(r)},{point(r)})",
    "c_circle": lambda r: f"<{point(r)},{r.randint(0, 9)}>",
    "c_int4range": between(number(-99, 99), int), "c_int8range": between(number(-2**40, 2**40), int),
    "c_numrange": between(digits(9, 2), float),
    "c_tsrange": between(lambda r: '"' + moment(r) + '"'), "c_tstzrange": between(lambda r: '"' + moment(r) + '+00"'),
    "c_daterange": between(day),
    "c_int4multirange": lambda r: "{" + between(number(-99, 99), int)(r) + ",[1000,2000)}",
    "c_datemultirange": lambda r: "{" + between(day)(r) + "}",
    "c_tsvector": one_of("'a':1 'b c':2A", "fat cat", "'it''s'", ""),
    "c_tsquery": one_of("'fat' & ( 'rat' | !'cat' )", "'x y':*A", ""),
    "c_jsonpath": one_of("$.a[*] ? (@ > 1)", '$."x,y"'),
    "c_pg_lsn": lambda r: f"{hexadecimal(2)(r)}/{hexadecimal(6)(r)}", "c_xid8": number(0, 2**60),
    "c_snapshot": one_of("10:20:10,14,15", "1:1:"), "c_regclass": one_of("pg_class", "pg_type"),
    "c_regtype": one_of("integer", "text[]"),
    "c_int2vector": one_of("1 2 3", ""), "c_oidvector": one_of("1 2", "4294967295"),
    "c_integers": array(INT), "c_texts": array(word), "c_grid": one_of("{{1,2.50},{NULL,4}}", "{}", "[0:1]={7,8}"),
    "c_boxes": one_of("{(1,1),(0,0);(2,2),(1,1)}", "{}"),
    "c_short": array(short(5)), "c_mood": MOOD, "c_moods": array(MOOD), "c_pair": row_of(INT, word),
    "c_pairs": array(row_of(INT, word)), "c_floats": between(digits(3, 3), float),
    "c_email": one_of("a@b", "@", "x,{}\"@\\"), "c_some_numbers": array(number(-9, 9)),
}


def make_rows(seed):
    """Each value its text form, or None; the same in every run."""
    r = random.Random(seed)
    return [{"id": str(number)} | {name: make(r) if r.random() > 0.1 else None for name, make in MAKERS.items()}
            for number in range(ROWS)]


def as_csv(rows):
    """No value is an empty field or the word NULL; in quotes both are texts."""
    def field(place, value):
        bare = value and not set(value) & set(',"\r\n') and value != "NULL"
        return ("", "NULL")[place % 2] if value is None else value if bare else '"' + value.replace('"', '""') + '"'
    lines = [rows[0], *[row.values() for row in rows]]
    return "\r\n".join(",".join(field(*each) for each in enumerate(line)) for line in lines).encode() + b"\r\n"


def as_json(rows):
    """Numbers as numbers and lists of them as lists, where they are such; everything else as text."""
    def value_of(name, text):
        if text is not None and name in ("c_smallint", "c_integer", "c_bigint", "c_numeric_2"):
            return text.lstrip("0") if text.lstrip("-0")[:1].isdigit() and not text.startswith(
                "-0") and "." not in text else json.dumps(text)
        if text is not None and name == "c_some_numbers":
            return text.replace('"', "").replace("NULL", "null").replace("{", "[").replace("}", "]")
        return json.dumps(text)
    return ("[" + ",".join("{" + ",".join(json.dumps(name) + ":" + value_of(name, text) for name,
                                          text in row.items()) + "}" for row in rows) + "]").encode()


def write_by_sql(database, rows):
    names = ", ".join('"' + name.replace('"', '""') + '"' for name in rows[0])
    holders = "(" + ", ".join(["%s"] * len(rows[0])) + ")"
    database.run("DELETE FROM api.by_sql")
    database.run(f"INSERT INTO api.by_sql ({names}) VALUES " + ", ".join([holders] * len(rows)),
                 *[value for row in rows for value in row.values()])


def differences(database, table):
    """Columns, and the first row, in which a table is not as PostgreSQL would have made it."""
    return database.run(f"SELECT key, min(a.id) FROM api.by_sql a JOIN api.{table} b USING (id), "
                        f"jsonb_each(to_jsonb(a)) x JOIN jsonb_each(to_jsonb(b)) y USING (key)"
                        " WHERE x.value IS DISTINCT FROM y.value GROUP BY key ORDER BY 2 LIMIT 9")


@pytest.mark.parametrize("kind", ["json", "csv"])
def test_W1_values_of_every_type(serve, database, kind):
    server = serve(front="nginx", db_schemas="api")
    rows = make_rows(7)
    write_by_sql(database, rows)
    body, media = (as_csv(rows), "text/csv") if kind == "csv" else (as_json(rows), "application/json")
    answer = server.post(f"/by_{kind}", data=body,
                         headers={"Content-Type": media, "Prefer": "count=exact, return=representation"})
    assert (answer.status_code, answer.headers.get("Content-Range")) == (201, f"*/{ROWS}"), answer.text
    assert differences(database, f"by_{kind}") == []
    assert database.value(f"SELECT count(*) FROM api.by_{kind}") == ROWS
    assert answer.text == database.value(f"SELECT json_agg(t ORDER BY id)::text FROM api.by_{kind} AS t")
    assert server.get(f"/by_{kind}?order=id").text == answer.text


@pytest.mark.parametrize("kind", ["json", "csv"])
def test_W5_values_of_every_type_in_an_update(serve, database, kind):
    server = serve(front="nginx", db_schemas="api")
    rows = make_rows(8)[:20]
    write_by_sql(database, rows)
    database.run(f"DELETE FROM api.by_{kind}")
    database.run(f"INSERT INTO api.by_{kind} (id) SELECT id FROM api.by_sql")
    for row in rows:
        values = [{name: value for name, value in row.items() if name != "id"}]
        body, media = (as_csv(values), "text/csv") if kind == "csv" else (as_json(values), "application/json")
        assert (server.patch(f"/by_{kind}?id=eq.{row['id']}", data=body, headers={"Content-Type": media}).status_code
                == 204)
    assert differences(database, f"by_{kind}") == []


@pytest.mark.parametrize("order", ["id", "id.desc"])
def test_M1_W1_csv_survives_a_round_trip(serve, database, order):
    """What is answered as CSV and sent back as it came is the same row, for every type there is."""
    server = serve(front="nginx", db_schemas="api")
    write_by_sql(database, make_rows(9))
    database.run("DELETE FROM api.by_csv")
    exported = server.get(f"/by_sql?order={order}", headers={"Accept": "text/csv"})
    assert exported.status_code == 200
    answer = server.post("/by_csv", data=exported.content,
                         headers={"Content-Type": "text/csv", "Accept": "text/csv", "Prefer": FULL})
    assert (answer.status_code, answer.content) == (201, exported.content), answer.text[:999]
    assert differences(database, "by_csv") == []
    assert database.value("SELECT count(*) FROM api.by_csv") == ROWS


def test_M1_csv_is_read_by_others(serve, database):
    """Python's reader sees in each field what PostgreSQL has, and PostgreSQL's COPY reads it back."""
    server = serve(front="nginx", db_schemas="api")
    write_by_sql(database, make_rows(10))
    exported = server.get("/by_sql?order=id", headers={"Accept": "text/csv"}).content.decode()
    header, *lines = csv.reader(io.StringIO(exported, newline=""))
    names = ", ".join('concat("' + name.replace('"', '""') + '")' for name in header)
    assert [tuple(line) for line in lines] == database.run(f"SELECT {names} FROM api.by_sql ORDER BY id")
    database.run("DELETE FROM api.by_csv")
    with database.cluster.connect(database.name) as connection, connection.cursor() as cursor:
        cursor.copy_expert("COPY api.by_csv FROM STDIN (FORMAT csv, HEADER)", io.StringIO(exported, newline=""))
    assert differences(database, "by_csv") == []


DOCUMENTS = r'''id,plain,binary_form,domain
1,"{""a"":  1.10}","""x""",
2,,[],NULL
3,null,"{""\u00e9"": ""\\""}",17
'''


def test_W1_a_field_of_a_JSON_column_is_JSON(serve, database):
    server = serve(front="nginx", db_schemas="api")
    database.run("DELETE FROM api.documents")
    answer = server.post("/documents", data=DOCUMENTS, headers={"Content-Type": "text/csv", "Prefer": FULL})
    assert answer.status_code == 201, answer.text
    assert answer.text == ('[{"id":1,"plain":{"a":  1.10},"binary_form":"x","domain":null}, \n '
                           '{"id":2,"plain":null,"binary_form":[],"domain":null}, \n '
                           '{"id":3,"plain":null,"binary_form":{"é": "\\\\"},"domain":17}]')
    assert database.run("SELECT id FROM api.documents WHERE plain IS NULL") == [(2,)]
    exported = server.get("/documents?order=id", headers={"Accept": "text/csv"}).text
    database.run("DELETE FROM api.documents")
    again = server.post("/documents", data=exported.encode(), headers={"Content-Type": "text/csv", "Prefer": FULL})
    assert again.text == answer.text
    broken = server.post("/documents", data="id,plain\n9,{a\n", headers={"Content-Type": "text/csv"})
    assert (broken.status_code, broken.json()["code"]) == (400, "22P02")


def test_W1_csv_dialect_of_postgrest(serve, database):
    """A field of a JSON column is a string, an empty field a text, the word NULL no value even in quotes."""
    server = serve(front="nginx", db_schemas="api", csv_dialect="postgrest")
    database.run("DELETE FROM api.documents")
    body = 'id,plain,binary_form,domain\n1,"{""a"": 1}",x,"NULL"\n2,,"""",NULL\n'
    answer = server.post("/documents", data=body, headers={"Content-Type": "text/csv", "Prefer": FULL})
    assert answer.status_code == 201
    assert answer.json() == [{"id": 1, "plain": '{"a": 1}', "binary_form": "x", "domain": None},
                             {"id": 2, "plain": "", "binary_form": '"', "domain": None}]
    assert server.get("/documents?id=eq.1", headers={"Accept": "text/csv"}).text == (
        'id,plain,binary_form,domain\n1,"""{\\\\""a\\\\"": 1}""","""x""",')


def test_T7_JSON_is_kept(serve, database):
    server = serve(front="nginx", db_schemas="api")
    nested = '{"id":3,"plain":{"n":  1.10, "n": 2},"binary_form":{"n":1.10},"domain":[1e2]}'
    answer = server.post("/documents", data=nested,
                         headers={"Content-Type": "application/json", "Prefer": "return=representation"})
    assert answer.text == '[{"id":3,"plain":{"n":  1.10, "n": 2},"binary_form":{"n": 1.10},"domain":[100]}]'


TOO_LONG = [("c_varchar", "1234567890123", "22001"), ("c_char", "1234567", "22001"),
            ("c_email", "x" * 20 + "@", "22001"), ("c_short", "{123456}", "22001"),
            ("c_varbit", "1" * 10, "22001"), ("c_bit", "1", "22026"), ("c_numeric_2", "123456789", "22003"),
            ("c_email", "nowhere", "23514"), ("c_integer", "x", "22P02"),
            ("c_integer", "", "22P02"), ("c_mood", "glad", "22P02"), ("c_integers", "1", "22P02"),
            ("c_pair", "(1", "22P02"), ("c_smallint", "40000", "22003")]


@pytest.mark.parametrize("column, value, code", TOO_LONG)
def test_W1_nothing_is_cut_off(serve, column, value, code):
    """Both ways of writing refuse what the type refuses, with PostgreSQL's own code."""
    server = serve(front="nginx", db_schemas="api")
    for media, body in (("text/csv", f"id,{column}\n9999,{json.dumps(value)}\n"),
                        ("application/json", json.dumps({"id": 9999, column: value}))):
        answer = server.post("/by_csv", data=body, headers={"Content-Type": media})
        assert (answer.status_code, answer.json()["code"]) == (400, code), answer.text
