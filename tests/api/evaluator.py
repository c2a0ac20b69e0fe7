"""What a read of one small table must answer, computed without SQL: filters, logic, order, ranges, counts, aggregates,
and the one row that each row refers to, embedded, spread, grouped and ordered by; the
rows of each shop, embedded and spread.

A question is a tree made by the random functions below; url() writes it as a request, answer() computes what comes
back. A percent sign in it is encoded or, where it may, stands for itself.
Truth has three values: True, False and None for unknown.

SPDX-License-Identifier: MIT
"""
import functools
import json
import operator
import re
import urllib.parse

WORDS = ["", "a", "b", "ab", "B", "a b", "x,y", "(z)", 'q"t', "é", "50%", "null", "a.b", "{c}", "back\\slash", "%",
         "a%b%"]
COLUMNS = {"n": "integer", "m": "integer", "s": "text", "f": "boolean", "t": "integer[]"}
PATHS = {"j->>k": "text", "j->k": "json", "j->l->>0": "text", "j->>5%x": "text", "r->k": "json", "r->>k": "text"}
# of a jsonb column and a json column
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
               "5%x": rng.choice(["%", "50%", "x", None]),
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
    rows = [{"id": number, "j": random_json(rng), "r": random_json(rng), "shop_id": rng.choice([None, *SHOPS])}
            | {name: random_value(rng, kind) for name, kind in COLUMNS.items()} for number in range(1, count + 1)]
    for row in rows:
        found, of_list, other = member(row["j"], "k"), member(row["j"], "l"), member(row["r"], "k")
        row |= {"j->k": found, "j->>k": text_of(found), "j->l->>0": text_of(of_list and member(of_list.value, 0)),
                "j->>5%x": text_of(member(row["j"], "5%x")), "r->k": other, "r->>k": text_of(other)}
    return rows


# What the rows refer to: shops, some in a city, by their ids.
CITIES = {1: {"id": 1, "name": "Ulm"}, 2: {"id": 2, "name": "Bonn"}}
SHOPS = {1: {"id": 1, "label": "b%", "city_id": 1}, 2: {"id": 2, "label": "a", "city_id": 2},
         3: {"id": 3, "label": "B", "city_id": None}, 4: {"id": 4, "label": "c", "city_id": 2}}


def shop_value(row, column):
    shop = SHOPS.get(row["shop_id"])
    return shop and shop[column]


def city_of(row):
    return CITIES.get(shop_value(row, "city_id"))


def city_value(row, column):
    city = city_of(row)
    return city and city[column]


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


def encoded(rng, text):
    """For a query string; a percent sign that nobody takes for an escape may stay as it is."""
    done = ""
    for c in reversed(text):
        stray = c == "%" and rng.random() < 0.5 and not re.match("[0-9A-Fa-f]{2}", done)
        done = (c if stray else urllib.parse.quote_plus(c)) + done
    return done


def query(rng, pairs):
    return "&".join(encoded(rng, str(name)) + "=" + encoded(rng, str(value)) for name, value in pairs)


def plain(value):
    """As it comes in an answer."""
    return value.value if isinstance(value, Json) else value


class Shown:
    """An item of a select list: as it is written, what it gives of a row, and the orders that sort by it: pairs of a
    term and what it compares."""

    def __init__(self, text, gives, orders=()):
        self.text, self.gives, self.orders = text, gives, [*orders]


def shown_column(column):
    name = "c_" + re.sub(r"\W", "", column.replace("->>", "_"))
    return Shown(f"{name}:{column}", lambda row: {name: row[column]}, [(column, lambda row: row[column])])


def shown_cast(column):
    name, value = "cast_" + column, lambda row: None if row[column] is None else str(row[column])
    return Shown(f"{name}:{column}::text", lambda row: {name: value(row)}, [(column, value), (name, value)])


def shop_object(row):
    shop = SHOPS.get(row["shop_id"])
    return {"shop": shop and {"label": shop["label"], "cities": city_of(row) and {"n": city_of(row)["name"]}}}


def label(row):
    return shop_value(row, "label")


def city(row):
    return city_value(row, "name")


SHOP = Shown("shop:shops(label,cities(n:name))", shop_object, [("shop(label)", label)])
SPREAD = Shown("...shops(l:label)", lambda row: {"l": label(row)}, [("shops(l)", label), ("shops(label)", label)])
SPREADS = Shown("...shops(...cities(n:name))", lambda row: {"n": city(row)},
                [("shops(cities(n))", city), ("shops(cities(name))", city)])
# Only where rows are not grouped by it: of a shop without a city nothing tells it from no shop.
FURTHER = [("shop(cities(n))", city), ("shop(id)", lambda row: row["shop_id"]),
           ("shop(cities(id))", lambda row: city_value(row, "id"))]


class Aggregate:
    def __init__(self, name, text, gives):
        self.name, self.text, self.gives = name, f"{name}:{text}", gives


def of_column(column, function):
    def gives(rows):
        values = [row[column] for row in rows if row[column] is not None]
        return function(values)
    return gives


def least(values):
    return min(values, key=key, default=None)


def most(values):
    return max(values, key=key, default=None)


AGGREGATES = [
    Aggregate("rows", "count()", len), Aggregate("ms", "m.count()", of_column("m", len)),
    Aggregate("total", "n.sum()", of_column("n", lambda values: sum(values) if values else None)),
    Aggregate("least", "s.min()", of_column("s", least)), Aggregate("most", "m.max()", of_column("m", most)),
    Aggregate("ks", "j->>k.max()", of_column("j->>k", most)),
    Aggregate("labels", "shop_id.max()", of_column("shop_id", most)),
]
DIRECTIONS, NULLS = ["", ".asc", ".desc"], ["", ".nullsfirst", ".nullslast"]


def sorted_by(rows, terms):
    """terms: what is compared, direction, place of nulls."""
    def before(one, two):
        for value, direction, nulls in terms:
            descending = direction == ".desc"
            first = nulls == ".nullsfirst" or (nulls == "" and descending)
            x, y = value(one), value(two)
            if x is None or y is None:
                if (x is None) != (y is None):
                    return -1 if (x is None) == first else 1
            elif key(x) != key(y):
                return -1 if (key(x) < key(y)) != descending else 1
        return 0
    return sorted(rows, key=functools.cmp_to_key(before))


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
            return rng.choice(["*", "a*", "*b", "*a*", "%B", "x*y", "ab", "É*", "%a%", "%", "%b*"])
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
    table = "guess"

    def __init__(self, rng):
        self.rng = rng
        self.conditions = [(Group if rng.random() < 0.4 else Filter)(rng) for _ in range(rng.randint(0, 3))]
        self.choose(rng)
        self.limit = rng.choice([None, None, 0, 1, 2, 5, 100])
        self.offset = rng.choice([None, None, 0, 1, 3, 20])
        self.range = rng.choice([None] * 4 + [(0, 1), (2, 4), (3, None), (5, 30)])
        self.count = rng.choice(self.counts)

    counts = [None, None, "exact", "exact", "planned", "estimated"]

    def choose(self, rng):
        """The select list, and order: terms with what they compare, their direction and place of nulls."""
        self.items = [shown_column(column) for column in rng.sample([*KINDS], rng.randint(1, 4))]
        self.items += rng.sample([SHOP, SPREAD, SPREADS], rng.choice([0, 0, 1, 1, 2]))
        terms = [(column, lambda row, column=column: row[column]) for column in [*COLUMNS, *PATHS]]
        # Of two spreads of shops the first in the list has the name.
        named = [SHOP] * (SHOP in self.items) + [item for item in self.items if item in (SPREAD, SPREADS)][:1]
        terms += [term for item in named for term in item.orders]
        terms += FURTHER if SHOP in self.items else []
        self.order = [(*term, rng.choice(DIRECTIONS), rng.choice(NULLS))
                      for term in rng.sample(terms, rng.randint(0, 2))]
        self.order.append(("id", lambda row: row["id"], rng.choice(["", ".desc"]), ""))

    def pairs(self, prefix=""):
        pairs = [condition.parameter() for condition in self.conditions]
        pairs += [("order", ",".join(text + direction + nulls for text, _, direction, nulls in self.order))]
        pairs += [(name, getattr(self, name)) for name in ("limit", "offset") if getattr(self, name) is not None]
        return [(prefix + name, value) for name, value in pairs]

    def select(self):
        return ",".join(item.text for item in self.items)

    def url(self):
        return f"/{self.table}?" + query(self.rng, [("select", self.select()), *self.pairs()])

    def fields(self):
        wanted = {"Prefer": f"count={self.count}"} if self.count else {}
        return wanted | ({"Range": f"{self.range[0]}-{'' if self.range[1] is None else self.range[1]}"}
                         if self.range else {})

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

    def kept(self, rows):
        return [row for row in rows if every(condition.truth(row) for condition in self.conditions)]

    def found(self, rows):
        """All rows of the answer, in order."""
        rows = sorted_by(self.kept(rows), [term[1:] for term in self.order])
        return [{name: plain(value) for item in self.items for name, value in item.gives(row).items()} for row in rows]

    def answer(self, rows, said_total, max_rows=float("inf")):
        """Status, Content-Range and rows; no rows with 416. said_total is the server's own, which counts where it is
        the planner's to say; it may not be below what is there."""
        bounds = self.bounds()
        if bounds is None:
            return 416, None, None
        found = self.found(rows)
        offset, limit = bounds
        page = found[offset:offset + min(limit, max_rows, len(found))]
        total = self.total(len(found), offset + len(page) if page else 0, said_total, max_rows)
        if self.count and offset > total:
            return 416, f"*/{total}", None
        span = f"{offset}-{offset + len(page) - 1}" if page and total != 0 else "*"
        whole = not self.conditions and bounds == (0, float("inf")) and len(page) < max_rows
        part = self.count and total > len(page) and not whole
        return 206 if part else 200, f"{span}/{total if self.count else '*'}", page

    def total(self, there, seen, said, max_rows):
        if self.count == "planned":
            return max(said, seen)
        if self.count == "estimated" and (max_rows == float("inf") or there > max_rows):
            return max(said, min(there, max_rows + 1), seen)
        return there


class Grouped(Question):
    """Groups and their aggregates, in an order that leaves nothing open."""
    counts = [None, "exact"]

    def choose(self, rng):
        columns = rng.sample([*KINDS], rng.choice([0, 0, 1, 1, 2]))
        keys = [shown_column(column) for column in columns]
        keys += [shown_cast("m")] if rng.random() < 0.3 and "m" not in columns else []
        keys += [item for item in (SHOP, SPREAD, SPREADS) if rng.random() < 0.2]
        self.aggregates = rng.sample(AGGREGATES, rng.randint(1, 3))
        keys = keys[:1] if SPREAD in keys and SPREADS in keys else keys
        self.items = keys
        self.order = [self.term(rng, item.orders) for item in rng.sample(keys, len(keys))]
        for aggregate in rng.sample(self.aggregates, rng.choice([0, 1, 1])):
            self.order.insert(rng.randint(0, len(self.order)), self.term(rng, [(aggregate.name, None)]))

    @staticmethod
    def term(rng, orders):
        return (*rng.choice(orders), rng.choice(DIRECTIONS), rng.choice(NULLS))

    def select(self):
        return ",".join([item.text for item in self.items] + [aggregate.text for aggregate in self.aggregates])

    def pairs(self, prefix=""):
        return [pair for pair in super().pairs(prefix) if pair[1] != ""]

    def found(self, rows):
        groups = {} if self.items else {json.dumps([{}, []]): []}
        for row in self.kept(rows):
            shown = {name: plain(value) for item in self.items for name, value in item.gives(row).items()}
            tells = [(name, value is None) for item in self.items for name, value in item.gives(row).items()]
            groups.setdefault(json.dumps([shown, tells], sort_keys=True), []).append(row)
        found = [self.group(rows) for rows in groups.values()]
        return [shown for _, shown in sorted_by(found, [
            ((lambda group, value=value: value(group[0])) if value else (lambda group, text=text: group[1][text]),
             direction, nulls) for text, value, direction, nulls in self.order])]

    def group(self, rows):
        """A row of the group, and what is shown of it."""
        shown = {name: plain(value) for item in self.items for name, value in item.gives(rows[0]).items()}
        return rows[0] if rows else None, shown | {a.name: a.gives(rows) for a in self.aggregates}


class OfShops:
    """The question of each shop's rows alone, embedded in it."""

    def choose(self, rng):
        super().choose(rng)
        self.items = [item for item in self.items if "shops(" not in item.text]
        self.order = [term for term in self.order if "shop" not in term[0]]

    def url(self):
        return "/shops?" + query(self.rng, [("select", f"shop:id,{self.embedded()}"), ("order", "id"),
                                            *self.pairs("guess.")])

    def embedded(self):
        return f"guess({self.select()})"

    def fields(self):
        return {}

    def of_rows(self, found):
        return {"guess": found}

    def answer(self, rows, said_total, max_rows=float("inf")):
        def of_shop(shop):
            found = self.found([row for row in rows if row["shop_id"] == shop])
            first = self.offset or 0
            return found[first:first + min(float("inf") if self.limit is None else self.limit, max_rows, len(found))]
        shops = [{"shop": shop} | self.of_rows(of_shop(shop)) for shop in SHOPS][:min(max_rows, len(SHOPS))]
        return 200, f"0-{len(shops) - 1}/*", shops


class Within(OfShops, Grouped):
    """Groups of the rows of each shop."""


class Embedded(OfShops, Question):
    """The rows of each shop."""


class Spread(Embedded):
    """An array of each column of the rows of each shop."""

    def embedded(self):
        return "..." + super().embedded()

    def of_rows(self, found):
        names = [item.text.partition(":")[0] for item in self.items]
        return {name: [row[name] for row in found] for name in names}


def random_question(rng):
    return rng.choice([Question, Question, Grouped, Within, Embedded, Spread])(rng)
