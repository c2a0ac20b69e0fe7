"""Embeds in schemas made at random, against a plain SQL join (E1 to E6, E8).

A schema has tables with single and composite keys, foreign keys to anything, junctions, and views of views. Which
relationships there are is derived here once more, from how the schema was made; each of them, and every name and hint
that could mean one, is asked for. Every row has a column rid of its own: what an embed shows are pairs of them.

SPDX-License-Identifier: MIT
"""
import itertools
import os
import random

import pytest

from harness.cases import case
from harness.process import wait_until

SEEDS = [1, 2, 3, int.from_bytes(os.urandom(3), "big")]
TO_MANY = ("one-to-many", "many-to-many")


class Relation:
    """columns: of a view, where in its table each comes from; of a table, themselves."""

    def __init__(self, name, columns, table=None):
        self.name, self.columns, self.table = name, columns, table or self
        self.is_view = table is not None
        self.key = []
        self.uniques = []

    def shown_as(self, columns):
        """The ways in which columns of the table are all shown: one combination of names each."""
        ways = [[name for name, source in self.columns.items() if source == column] for column in columns]
        return [list(names) for names in itertools.product(*ways)]

    @property
    def primary_key(self):
        ways = self.shown_as(self.table.key) if self.table.key else []
        return set(ways[0]) if ways else set()


class Relationship:
    def __init__(self, kind, left, right, on, constraint=None, junction=None, others=None):
        self.kind, self.left, self.right, self.on = kind, left, right, on
        self.constraint, self.junction, self.others = constraint, junction, others
        self.is_self = left is right

    def words(self):
        """As a candidate of PGRST201 tells it."""
        def named(relation, columns):
            return f"{relation}({', '.join(columns)})"
        embedding = f"{self.left.name} with {self.right.name}"
        left, right = zip(*self.on)
        if not self.junction:
            ends = f"{named(self.left.name, left)} and {named(self.right.name, right)}"
            return self.kind, embedding, f"{self.constraint} using {ends}"
        other_left, _ = zip(*self.others)
        one, two = self.constraint
        return self.kind, embedding, f"{self.junction.name} using {named(one, right)} and {named(two, other_left)}"

    def sql(self):
        def equal(one, two, pairs):
            return " AND ".join(f"{one}.{a} = {two}.{b}" for a, b in pairs)
        if not self.junction:
            return (f"SELECT a.rid, b.rid FROM s.{self.left.name} a JOIN s.{self.right.name} b ON "
                    f"{equal('a', 'b', self.on)}")
        return (f"SELECT a.rid, b.rid FROM s.{self.left.name} a JOIN s.{self.junction.name} j ON "
                f"{equal('a', 'j', self.on)} "
                f"JOIN s.{self.right.name} b ON {equal('j', 'b', self.others)}")

    def is_column(self, side, name):
        return not self.junction and len(self.on) == 1 and self.on[0][side] == name

    def means(self, target, hint):
        """PostgREST's rules of targets and hints."""
        by_name = self.right.name == target
        if self.is_self:
            if hint:
                return by_name and self.kind == "one-to-many" and self.is_column(1, hint)
            return ((by_name and self.kind == "one-to-many")
                    or (self.kind == "many-to-one" and self.is_column(0, target)))
        if hint:
            names = [self.junction.name] if self.junction else [self.constraint]
            return by_name and (hint in names or self.is_column(0, hint) or self.is_column(1, hint))
        by_key = not self.junction and (self.constraint == target or self.is_column(0, target))
        return by_name or (by_key and not self.right.is_view)


class Schema:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.sql, self.relations, self.keys = [], [], []
        self.rids = itertools.count(1)
        self.rows = {}
        for i in range(10):
            self.add_table(f"t{i}")
        for i in range(4):
            self.add_junction(f"j{i}")
        self.add_partitioned("p0")
        for i in range(12):
            self.add_view(f"v{i}")

    def tables(self):
        return [relation for relation in self.relations if not relation.is_view]

    def make_table(self, name, key, more, kind=""):
        table = Relation(name, {column: column for column in [*key, *more, "rid"]})
        table.key = key
        columns = ", ".join(f"{column} integer" for column in table.columns)
        self.sql.append(f"CREATE TABLE s.{name} ({columns}, PRIMARY KEY ({', '.join(key)})){kind}")
        self.relations.append(table)
        return table

    def add_key(self, table, columns, to):
        name = f"fk{len(self.keys)}"
        self.sql.append(f"ALTER TABLE s.{table.name} ADD CONSTRAINT {name} FOREIGN KEY ({', '.join(columns)}) "
                        f"REFERENCES s.{to.name} ({', '.join(to.key)})")
        self.keys.append((name, table, columns, to))

    def add_table(self, name):
        key = self.random.choice([["id"], ["ka", "kb"], ["id"]])
        targets = [table for table in self.tables() if self.random.random() < 0.25]
        wanted = [(to, [f"r{i}{column}" for column in to.key]) for i, to in enumerate(targets)]
        own = [[f"up{i}{column}" for column in key] for i in range(self.random.choice([0, 0, 1, 2]))]
        table = self.make_table(name, key, [*itertools.chain(*(columns for _, columns in wanted)),
                                            *itertools.chain(*own)])
        for to, columns in wanted + [(table, columns) for columns in own]:
            self.add_key(table, columns, to)
        for _, columns in wanted:
            if self.random.random() < 0.25:
                self.sql.append(f"ALTER TABLE s.{name} ADD UNIQUE ({', '.join(columns)})")
                table.uniques.append(columns)
        self.fill(table)

    def add_junction(self, name):
        one, two = self.random.choice(self.tables()), self.random.choice(self.tables())
        first, second = [f"a{column}" for column in one.key], [f"b{column}" for column in two.key]
        table = self.make_table(name, [*first, *second], [])
        self.add_key(table, first, one)
        self.add_key(table, second, two)
        self.fill(table)

    def add_partitioned(self, name):
        to = self.random.choice(self.tables())
        columns = [f"r0{column}" for column in to.key]
        table = self.make_table(name, ["id"], columns, " PARTITION BY RANGE (id)")
        for low in (0, 4):
            self.sql.append(f"CREATE TABLE s.{name}_{low} PARTITION OF s.{name} FOR VALUES FROM ({low}) TO ({low + 4})")
        self.add_key(table, columns, to)
        self.fill(table)

    def fill(self, table):
        """Up to six rows; each reference leads to a row that is there, or nowhere."""
        self.rows[table.name] = keys = []
        seen = set()
        for _ in range(6):
            row = {column: self.random.randrange(8) for column in table.key} | {"rid": next(self.rids)}
            for _, _, columns, to in (key for key in self.keys if key[1] is table):
                there = self.rows[to.name]
                leads = there and (columns[0] in table.key or self.random.random() < 0.8)
                row |= zip(columns, self.random.choice(there) if leads else [None] * len(columns))
            marks = [tuple((column, row[column]) for column in columns) for columns in [table.key, *table.uniques]]
            if None in (row[column] for column in table.key) or seen.intersection(mark for mark in marks
                if mark[0][1] is not None):
                continue
            seen.update(marks)
            keys.append([row[column] for column in table.key])
            values = ["NULL" if row[column] is None else str(row[column]) for column in table.columns]
            self.sql.append(f"INSERT INTO s.{table.name} ({', '.join(table.columns)}) VALUES ({', '.join(values)})")

    def add_view(self, name):
        """Of a table, or of a view before: chains get longer with every one."""
        views = [relation for relation in self.relations if relation.is_view]
        of = self.random.choice(views) if views and self.random.random() < 0.6 else self.random.choice(self.tables())
        columns, listed = {}, []
        for column, source in of.columns.items():
            if column != "rid" and self.random.random() < 0.15:
                continue
            twice = column != "rid" and source not in of.table.key and self.random.random() < 0.1
            for shown in ([f"{column}x", f"{column}y"] if twice else
                          [column if column == "rid" or self.random.random() < 0.6 else f"{column}_"]):
                columns[shown] = source
                listed.append(f"{column} AS {shown}")
        kind = self.random.choice(["VIEW", "VIEW", "MATERIALIZED VIEW"])
        self.relations.append(Relation(name, columns, of.table))
        self.sql.append(f"CREATE {kind} s.{name} AS SELECT {', '.join(listed)} FROM s.{of.name}")

    def places(self, table, columns):
        for relation in self.relations:
            if relation.table is table:
                for names in relation.shown_as(columns):
                    yield relation, names

    def relationships(self):
        found, to_one = [], []
        for name, table, columns, to in self.keys:
            alone = any(set(unique) == set(columns) for unique in [table.key, *table.uniques])
            for (left, ours), (right,
                               theirs) in itertools.product(self.places(table, columns), self.places(to, to.key)):
                there, back = list(zip(ours, theirs)), list(zip(theirs, ours))
                found.append(Relationship("one-to-one" if alone else "many-to-one", left, right, there, name))
                found.append(Relationship("one-to-one" if alone else "one-to-many", right, left, back, name))
                if not alone:
                    to_one.append((name, left, right, there))
        for (name, junction, left, on), (other, same, right, others) in itertools.permutations(to_one, 2):
            columns = {ours for ours, _ in [*on, *others]}
            if junction is same and name != other and columns <= junction.primary_key:
                found.append(Relationship("many-to-many", left, right, [(theirs, ours) for ours, theirs in on],
                                          (name, other),
                                          junction, others))
        return found


def expected(schema, relationships, target, hint, left):
    return [r for r in relationships if r.left is left and r.means(target, hint)]


def shown(value, to_many):
    assert isinstance(value, list) if to_many else value is None or isinstance(value, dict)
    return sorted(row["rid"] for row in (value if to_many else [value] if value else []))


def check(server, sql, left, target, hint, candidates):
    name = f"{target}!{hint}" if hint else target
    answer = case(name, f"GET /{left.name}?select=rid,e:{name}(rid)").ask(server)
    what = f"{left.name} with {name}: {answer.text}"
    if not candidates:
        assert answer.status_code == 400 and answer.json()["code"] == "PGRST200", what
    elif len(candidates) > 1:
        assert answer.status_code == 300 and answer.json()["code"] == "PGRST201", what
        told = sorted((c["cardinality"], c["embedding"], c["relationship"]) for c in answer.json()["details"])
        assert told == sorted(r.words() for r in candidates), what
    else:
        assert answer.status_code == 200, what
        pairs = {}
        sql.execute(candidates[0].sql())
        for parent, child in sql:
            pairs.setdefault(parent, []).append(child)
        for row in answer.json():
            assert shown(row["e"], candidates[0].kind in TO_MANY) == sorted(pairs.pop(row["rid"], [])), what
        assert not pairs, what


def check_all(server, sql, schema, relationships):
    for left in schema.relations:
        own = [r for r in relationships if r.left is left]
        targets = [r.name for r in schema.relations] + [key[0] for key in schema.keys] + list(left.columns)
        for target in targets:
            check(server, sql, left, target, None, expected(schema, relationships, target, None, left))
        hints = {(r.right.name, hint) for r in own for hint in
                 ([r.junction.name] if r.junction else [r.constraint, *r.on[0]]) + ["nothing"]}
        for target, hint in sorted(hints):
            check(server, sql, left, target, hint, expected(schema, relationships, target, hint, left))


@pytest.fixture(scope="module")
def late(database, serve):
    database.run("CREATE SCHEMA s; GRANT USAGE ON SCHEMA s TO web_anon")
    return serve(front="nginx", db_schemas="s")


@pytest.mark.parametrize("seed", SEEDS)
def test_every_embed_is_a_join_E1_E2_E3_E4_E5_E6_E8(late, database, seed):
    schema = Schema(seed)
    mark = f"mark_{seed}"
    database.run("DROP SCHEMA s CASCADE; CREATE SCHEMA s; GRANT USAGE ON SCHEMA s TO web_anon;" + "; ".join(schema.sql))
    database.run(f"CREATE TABLE s.{mark} (); GRANT SELECT ON ALL TABLES IN SCHEMA s TO web_anon; NOTIFY pgrst, 'reload "
                 f"schema'")
    loaded = case("loaded", f"GET /{mark}")
    wait_until(lambda: all(loaded.ask(late).status_code == 200 for _ in range(20)), 20, "the new schema is loaded")
    relationships = schema.relationships()
    assert {r.kind for r in relationships} >= {"one-to-many", "many-to-one", "many-to-many"}
    with database.cluster.connect(database.name) as connection, connection.cursor() as sql:
        check_all(late, sql, schema, relationships)
