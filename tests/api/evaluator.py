"""What a read of one small table must answer, computed without SQL: filters, logic, order, ranges, counts.

A question is a tree made by the random functions below; url() writes it as a request, answer() computes what comes
back.
Truth has three values: True, False and None for unknown.

SPDX-License-Identifier: MIT
"""
import functools
import json
import operator
import re
import urllib.parse

WORDS = ["", "a", "b", "ab", "B", "a b", "x,y", "(z)", 'q"t', "é", "50%", "null", "a.b", "{c}", "back\\slash"]
COLUMNS = {"n": "integer", "m": "integer", "s": "text", "f": "boolean", "t": "integer[]"}
PATHS = {"j->>k": "text", "j->k": "json", "j->l->>0": "text"}  # of a jsonb column
KINDS = COLUMNS | PATHS | {"id": "integer"}
COMPARE = {"eq": operator.eq, "neq": operator.ne, "gt": operator.gt, "gte": operator.ge, "lt": operator.lt,
           "lte": operator.le}


def random_value(rng, kind):
    if rng.random() < 0.2:
        return None
    if kind == "integer":
        return rng.randint(-2, 4)
    if kind == "json":
        return Json(rng.choice([None, 0, 1, 2, 10, "a", "b", "10"]))
    if kind == "text":
        return rng.choice(WORDS)
    if kind == "boolean":
        return rng.random() < 0.5
    return [rng.randint(0, 3) for _ in range(rng.randint(0, 3))]


def random_json(rng):
    """NULL, or an object that has some of the members."""
    if rng.random() < 0.2:
        return None
    members = {"k": rng.choice([None, 0, 1, 2, 10, "a", "b", "10", ""]),
               "l": [rng.choice(["x", "y", 1, None]) for _ in range(rng.randint(0, 2))]}
    return {name: value for name, value in members.items() if rng.random() < 0.8}


class Json:
    """A value of type jsonb, which may be its null; NULL is None."""

    def __init__(self, value):
        self.value = value

    def order(self):
        """Null, then text, then numbers."""
        return (0, 0) if self.value is None else (1, self.value.encode()) if isinstance(self.value,
            str) else (2, self.value)


def member(value, step):
    if isinstance(value, dict):
        return Json(value[step]) if step in value else None
    return Json(value[step]) if isinstance(value, list) and step < len(value) else None


def text_of(found):
    return None if found is None or found.value is None else str(found.value)


def random_rows(rng, count):
    rows = [{"id": number, "j": random_json(rng)} | {name: random_value(rng, kind) for name, kind in COLUMNS.items()}
            for number in range(1, count + 1)]
    for row in rows:
        found, of_list = member(row["j"], "k"), member(row["j"], "l")
        row |= {"j->k": found, "j->>k": text_of(found), "j->l->>0": text_of(of_list and member(of_list.value, 0))}
    return rows


def stored(row):
    """The columns of a row, without what paths find in it."""
    return {name: value for name, value in row.items() if name not in PATHS}


def some_value(rng, kind):
    while (value := random_value(rng, kind)) is None:
        pass
    return value


# Truth.

def negate(truth):
    return None if truth is None else not truth


def every(truths):
    truths = list(truths)
    return False if False in truths else None if None in truths else True


def some(truths):
    return negate(every(negate(truth) for truth in truths))


def like(value, pattern, ignore_case):
    """`*` and `%` stand for anything; nothing else in a pattern of ours is special."""
    expression = "".join(".*" if c in "*%" else re.escape(c) for c in pattern)
    return re.fullmatch(expression, value, re.DOTALL | (re.IGNORECASE if ignore_case else 0)) is not None


def key(value):
    """PostgreSQL's order: text of the C locale by its bytes."""
    return value.order() if isinstance(value, Json) else value.encode() if isinstance(value, str) else value


def compare(op, value, other):
    if value is None:
        return None
    if op in ("like", "ilike"):
        return like(value, other, op == "ilike")
    return COMPARE[op](key(value), key(other))


def literal(value):
    if isinstance(value, Json):
        return json.dumps(value.value)
    if isinstance(value, list):
        return "{" + ",".join(map(str, value)) + "}"
    return str(value).lower() if isinstance(value, bool) else str(value)


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


class Filter:
    def __init__(self, rng):
        self.column = rng.choice([*KINDS])
        self.negated = rng.random() < 0.25
        self.kind = KINDS[self.column]
        simple = list(COMPARE) + (["like", "ilike"] if self.kind == "text" else [])
        forms = ["is", "isdistinct"] + (["cs", "cd", "ov"] if self.kind == "integer[]"
                                        else ["in", "any", "all"] + ["simple"] * 4)
        self.form = rng.choice(forms)
        self.op = rng.choice(["is null", "is not_null", "is true", "is false", "is unknown"] if self.kind == "boolean"
                             else ["is null", "is not_null"]) \
            if self.form == "is" else rng.choice(simple)
        if self.form in ("any", "all") and self.op == "neq":
            self.op = "eq"
        many = self.form in ("in", "any", "all")
        self.value = [self.operand(rng)
                      for _ in range(rng.randint(0 if self.form == "in" else 1, 3))] if many else self.operand(rng)

    def operand(self, rng):
        if self.op in ("like", "ilike") and self.form in ("simple", "any", "all"):
            return rng.choice(["*", "a*", "*b", "*a*", "%B", "x*y", "ab", "É*"])
        return some_value(rng, self.kind)

    def expression(self, nested):
        text = self.bare(nested)
        return ("not." if self.negated else "") + text

    def bare(self, nested):
        def one(text):
            return quoted(text) if nested else text
        if self.form == "is":
            return self.op.replace(" ", ".")
        if self.form == "in":
            return "in.(" + ",".join(quoted(literal(value)) for value in self.value) + ")"
        if self.form in ("any", "all"):
            return f"{self.op}({self.form})." + one("{"
                                                    + ",".join(quoted(literal(value)) for value in self.value) + "}")
        return f"{self.op if self.form == 'simple' else self.form}." + one(literal(self.value))

    def truth(self, row):
        truth = self.plain_truth(row[self.column])
        return negate(truth) if self.negated else truth

    def plain_truth(self, value):
        if self.form == "is":
            wanted = self.op[3:]
            return {"null": value is None, "unknown": value is None, "not_null": value is not None,
                    "true": value is True,
                    "false": value is False}[wanted]
        if self.form == "isdistinct":
            return key(value) != key(self.value)
        if self.form == "in":
            nothing = self.value == [""]  # one empty word is read as no word at all
            return some(compare("eq", value, other) for other in self.value if not nothing)
        if self.form == "any":
            return some(compare(self.op, value, other) for other in self.value)
        if self.form == "all":
            return every(compare(self.op, value, other) for other in self.value)
        if self.form == "simple":
            return compare(self.op, value, self.value)
        if value is None:
            return None
        mine, theirs = set(value), set(self.value)
        return {"cs": theirs <= mine, "cd": mine <= theirs, "ov": bool(mine & theirs)}[self.form]

    def nested(self):
        return f"{self.column}.{self.expression(True)}"

    def parameter(self):
        return self.column, self.expression(False)


class Group:
    def __init__(self, rng, depth=0):
        self.op = rng.choice(["and", "or"])
        self.negated = rng.random() < 0.25
        self.parts = [Group(rng, depth + 1) if depth < 3 and rng.random() < 0.3 else Filter(rng)
                      for _ in range(rng.randint(1, 3))]

    def truth(self, row):
        truth = (every if self.op == "and" else some)(part.truth(row) for part in self.parts)
        return negate(truth) if self.negated else truth

    def name(self):
        return ("not." if self.negated else "") + self.op

    def list(self):
        return "(" + ",".join(part.nested() for part in self.parts) + ")"

    def nested(self):
        return self.name() + self.list()

    def parameter(self):
        return self.name(), self.list()


class Question:
    def __init__(self, rng):
        self.conditions = [(Group if rng.random() < 0.4 else Filter)(rng) for _ in range(rng.randint(0, 3))]
        self.select = rng.sample([*KINDS], rng.randint(1, 4))
        self.order = [(column, rng.choice(["", ".asc", ".desc"]), rng.choice(["", ".nullsfirst", ".nullslast"]))
                      for column in rng.sample([*COLUMNS, *PATHS],
                                               rng.randint(0, 2))] + [("id", rng.choice(["", ".desc"]), "")]
        self.limit = rng.choice([None, None, 0, 1, 2, 5, 100])
        self.offset = rng.choice([None, None, 0, 1, 3, 20])
        self.range = rng.choice([None] * 4 + [(0, 1), (2, 4), (3, None), (5, 30)])
        self.count = rng.choice([None, None, "exact", "exact", "planned", "estimated"])

    def url(self):
        pairs = [condition.parameter() for condition in self.conditions]
        pairs += [("select", ",".join(f"{self.shown(column)}:{column}" for column in self.select)),
                  ("order", ",".join("".join(term) for term in self.order))]
        pairs += [(name, getattr(self, name)) for name in ("limit", "offset") if getattr(self, name) is not None]
        return "/guess?" + urllib.parse.urlencode(pairs)

    @staticmethod
    def shown(column):
        """What a selected column is called in the answer."""
        return "c_" + re.sub(r"\W", "", column)

    def fields(self):
        wanted = {"Prefer": f"count={self.count}"} if self.count else {}
        return wanted | ({"Range": f"{self.range[0]}-{'' if self.range[1] is None else self.range[1]}"}
                         if self.range else {})

    def sorted(self, rows):
        def before(one, two):
            for column, direction, nulls in self.order:
                descending = direction == ".desc"
                first = nulls == ".nullsfirst" or (nulls == "" and descending)
                x, y = one[column], two[column]
                if x is None or y is None:
                    if (x is None) != (y is None):
                        return -1 if (x is None) == first else 1
                elif key(x) != key(y):
                    return -1 if (key(x) < key(y)) != descending else 1
            return 0
        return sorted(rows, key=functools.cmp_to_key(before))

    def bounds(self):
        """First row and how many, or None when Range and the parameters leave no row."""
        if self.limit == 0:
            return 0, 0
        first, end = self.offset or 0, float("inf")
        if self.limit is not None:
            end = first + self.limit
        if self.range:
            first, end = max(first, self.range[0]), min(end, float("inf") if self.range[1] is None
                                                        else self.range[1] + 1)
        return (first, end - first) if end > first else None

    def answer(self, rows, said_total, max_rows=float("inf")):
        """Status, Content-Range and rows; no rows with 416. said_total is the server's own, which counts where it is
        the planner's to say; it may not be below what is there."""
        bounds = self.bounds()
        if bounds is None:
            return 416, None, None
        found = self.sorted(row for row in rows if every(condition.truth(row) for condition in self.conditions))
        offset, limit = bounds
        page = found[offset:offset + min(limit, max_rows, len(found))]
        total = self.total(len(found), offset + len(page) if page else 0, said_total, max_rows)
        if self.count and offset > total:
            return 416, f"*/{total}", None
        span = f"{offset}-{offset + len(page) - 1}" if page and total != 0 else "*"
        shown = [{self.shown(column): row[column].value if isinstance(row[column], Json) else row[column]
                  for column in self.select} for row in page]
        return 206 if self.count and total > len(page) else 200, f"{span}/{total if self.count else '*'}", shown

    def total(self, there, seen, said, max_rows):
        if self.count == "planned":
            return max(said, seen)
        if self.count == "estimated" and (max_rows == float("inf") or there > max_rows):
            return max(said, min(there, max_rows + 1), seen)
        return there
