# SPDX-License-Identifier: MIT
"""Reads C as it stands, without a compiler: what a tree declares, defines, calls and includes, and where.

tests/house measures with it, tests/layering judges with it. Of an #if whose branches disagree about braces the first
counts.
"""
import bisect
import collections
import pathlib
import re

COMMENT_OR_TEXT = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
TOKEN = re.compile(r'[A-Za-z_]\w*|[0-9][\w.]*|""|->|[^\s\w]')
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+[<"]([^>"\n]+)[>"]', re.M)
DIRECTIVE = re.compile(r"\s*#\s*(\w*)\s*(.*)", re.S)
TAG = re.compile(r"\b(struct|union|enum)\s+(\w+)\s*\{")
MUST_CHECK = re.compile(r"warn_unused|nodiscard|must_?check", re.I)
MACRO = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(\w+)(?:\([^)\n]*\))?[ \t]+((?:[^\n\\]|\\\n|\\.)*)", re.M)
NO_STATEMENT = {"if", "for", "while", "switch", "return", "sizeof", "else", "do"}
# Words before a parenthesis that are no function's name.
NO_NAME = set("""__attribute__ __attribute __declspec __asm__ __asm asm _Alignas alignas __typeof__ typeof
    _Static_assert static_assert if for while switch return sizeof
    bool void int char long short unsigned signed float double""".split())


def blanked(text):
    """The text without comments and what literals hold, line breaks kept."""
    def blank(found):
        lines = "\n" * found.group().count("\n")
        return lines or " " if found.group().startswith("/") else '""' + lines
    return COMMENT_OR_TEXT.sub(blank, text)


def logical_lines(code):
    """(text, number of lines) with continued lines as one."""
    held = []
    for line in code.split("\n"):
        held.append(line)
        if not line.endswith("\\"):
            yield "\n".join(held), len(held)
            held = []
    if held:
        yield "\n".join(held), len(held)


class Branch:
    """One #if: whether its present branch is read, and whether one that was read leaves braces open."""

    def __init__(self, condition, outside):
        self.outside = outside
        self.taken = self.read = outside and condition not in ("0", "__cplusplus")
        self.balance = 0

    def turn(self):
        self.read = self.outside and (not self.taken or self.balance == 0)
        self.taken = self.taken or self.read


def preprocessed(code):
    """Directives become empty lines; so do the other branches of an #if whose first one is not balanced."""
    out, branches = [], []
    for line, count in logical_lines(code):
        read = not branches or branches[-1].read
        if line.lstrip().startswith("#"):
            word, rest = DIRECTIVE.match(line).groups()
            if word in ("if", "ifdef", "ifndef"):
                branches.append(Branch("" if word == "ifndef" else rest.strip(), read))
            elif word in ("else", "elif") and branches:
                branches[-1].turn()
            elif word == "endif" and branches:
                branches.pop()
            read = False
        if read:
            for branch in branches:
                branch.balance += line.count("{") - line.count("}")
        out.append(line if read else "\n" * (count - 1))
    return "\n".join(out)


class Declaration:
    """What stands at file level before a semicolon or a body: its name, the words before and the tokens behind it."""

    def __init__(self, tokens):
        self.tokens = tokens
        self.name, self.at, self.before, self.inside, self.after = None, 0, [], [], []
        words = [text for text, _ in tokens]
        if "typedef" in words[:1]:
            return
        level, names = 0, []
        for i, word in enumerate(words):
            if word == "=" and level == 0:
                return
            if word == "(":
                if level == 0 and i and self.names(words, i - 1):
                    names.append(i - 1)
                level += 1
            level -= word == ")"
        shouted = [i for i in names if words[i].isupper()]
        names = [i for i in names if i not in shouted] or shouted
        if names:
            self.split(words, names[-1])
        elif "(" in words:
            self.split_pointer(words)

    @staticmethod
    def names(words, i):
        return re.match(r"[A-Za-z_]", words[i]) and words[i] not in NO_NAME and words[i + 2:i + 3] != ["*"]

    def split_pointer(self, words):
        """void (*name(int))(int): a function that returns a pointer to one."""
        for i in range(2, len(words) - 1):
            if words[i - 2:i] == ["(", "*"] and words[i + 1] == "(" and self.names(words, i):
                return self.split(words, i)

    def split(self, words, at):
        level = 0
        for end in range(at + 1, len(words)):
            level += (words[end] == "(") - (words[end] == ")")
            if level == 0:
                break
        self.name, self.at, self.before = words[at], self.tokens[at][1], words[:at]
        self.inside, self.after = words[at + 2:end], words[end + 1:]

    def is_static(self):
        return "static" in self.before

    def is_old_style(self):
        """int f(a, b) int a; -- the parameters' types follow."""
        names, commas = self.inside[::2], self.inside[1::2]
        plain = all(re.match(r"[A-Za-z_]", word) for word in names) and all(word == "," for word in commas)
        typed = len(self.after) > 1 and not self.after[0].startswith("_") and self.after[-1] != ")"
        return bool(self.name and names and plain and typed and not all(word.isupper() for word in self.after))

    def is_definition(self):
        """In front of a brace: not a macro's call and a struct behind it."""
        return bool(self.name) and not {"struct", "union", "enum", "typedef"} & set(self.after[:1])

    def is_prototype(self):
        """A type before the name, and behind the parameters nothing but attributes."""
        typed = [word for word in self.before if word not in ("extern", "static", "inline", "const")]
        plain = all(re.match(r'[A-Za-z_*()"\[\]:,0-9]', word) for word in self.before)
        behind = self.after[:1] == [")"] or all(re.match(r'[A-Za-z_()"\[\]:,0-9]', word) for word in self.after)
        return bool(self.name and typed and plain and behind and "{}" not in self.before)

    def is_stage(self):
        """Returns bool, and tells in a struct fault * why that is false."""
        takes = re.search(r"(?<!const )\bstruct fault \*", " ".join(self.inside))
        return bool(takes and "bool" in self.before and "*" not in self.before)

    def must_be_checked(self, macros):
        return any(word in macros or MUST_CHECK.search(word) for word in self.before + self.after)


class Body:
    """A function's body while it is read: which braces are blocks, how deep they go."""

    def __init__(self, declaration, line):
        self.declaration, self.name, self.static = declaration, declaration.name, declaration.is_static()
        self.first, self.lines, self.nesting = line, 0, 0
        self.braces, self.parens, self.closed = [True], [], None

    def feed(self, word, previous):
        """True when the body is over."""
        if word == "(":
            self.parens.append(previous)
        elif word == ")" and self.parens:
            self.closed = self.parens.pop()
        elif word == "{":
            self.braces.append(self.braces[-1] and self.opens_block(previous))
            self.nesting = max(self.nesting, sum(self.braces) - 1)
        elif word == "}":
            self.braces.pop()
        return not self.braces

    def opens_block(self, previous):
        if previous == ")":
            return bool(re.match(r"[A-Za-z_]", self.closed)) and self.closed not in ("return", "sizeof")
        return previous in ("{", "}", ";", ":", "else", "do")


class Source:
    """One file, read once."""

    def __init__(self, path, name):
        self.path, self.name, self.stem = path, name, path.stem
        self.text = path.read_text(errors="replace")
        self.lines = self.text.splitlines()
        self.blanked = blanked(self.text)
        self.code = preprocessed(self.blanked)
        self.breaks = [found.start() for found in re.finditer("\n", self.code)]
        self.functions, self.prototypes = [], []
        self.calls = set()
        self.comments()
        self.scan()

    def line(self, position):
        return bisect.bisect_left(self.breaks, position) + 1

    def comments(self):
        """By line: the comments it holds a part of, and does it hold nothing else?"""
        self.with_comment = collections.defaultdict(list)
        code = self.blanked.split("\n")
        comments = [found for found in COMMENT_OR_TEXT.finditer(self.text) if found.group().startswith("/")]
        self.comment_text = " ".join(found.group() for found in comments)
        for found in comments:
            first = self.text.count("\n", 0, found.start()) + 1
            for number in range(first, first + found.group().count("\n") + 1):
                self.with_comment[number].append(found.group())
        self.only_comment = {number for number in self.with_comment if not code[number - 1].strip()}

    def scan(self):
        held, old, depth, body, previous = [], None, 0, None, ""
        for found in TOKEN.finditer(self.code):
            word, at = found.group(), found.start()
            if body or depth:
                self.note(word)
            resynchronized = word == "}" and (at == 0 or self.code[at - 1] == "\n")
            if body:
                if body.feed(word, previous) or resynchronized:
                    body.lines = self.line(at) - body.first + 1
                    self.functions.append(body)
                    held, body = [], None
            elif depth:
                depth = 0 if resynchronized else depth + (word == "{") - (word == "}")
                if depth == 0:
                    held.append(("{}", at))
            elif word == "{":
                declaration = Declaration(held) if held else old
                if declaration and declaration.is_definition():
                    body, old = Body(declaration, self.line(declaration.at)), None
                elif not self.opens_language(held):
                    depth = 1
                else:
                    held = []
            elif word == ";":
                old = self.declare(held, at, old)
                held = []
            elif word != "}":
                held.append((word, at))
            previous = word

    @staticmethod
    def opens_language(held):
        """extern "C" { holds declarations like the file around it."""
        return [text for text, _ in held] == ["extern", '""']

    def declare(self, held, at, old):
        """The declaration that ends here; returns the one of the old style that goes on behind it."""
        declaration = Declaration(held)
        if declaration.is_old_style():
            return declaration
        if declaration.is_prototype():
            declaration.first, declaration.last = self.line(held[0][1]), self.line(at)
            self.prototypes.append(declaration)
        return old if not declaration.name else None

    def note(self, word):
        if word == "(" and self.last and self.before_last not in (".", "->"):
            self.calls.add(self.last)
        self.before_last, self.last = self.last, word

    before_last = last = ""

    def comment_of(self, declaration):
        """What is said of it: beside it, above it, and above the lines before it as far as there is no gap."""
        first, last = self.line(declaration.tokens[0][1]), self.line(declaration.tokens[-1][1])
        lines = list(range(first, last + 1))
        above = first - 1
        while above > 0 and self.lines[above - 1].strip():
            lines += [above] if above in self.only_comment else []
            above -= 1
        found = dict.fromkeys(text for number in lines for text in self.with_comment.get(number, []))
        return re.sub(r"\s+(?:\* )?", " ", " ".join(found))

    def statements(self):
        """(function, line) of the calls that are all of a statement: what they return is not looked at."""
        parens, begins, closed, previous = [], True, None, ""
        for found in TOKEN.finditer(self.code):
            word, behind = found.group(), closed
            began, begins, closed = begins, False, None
            if word == "(":
                parens.append(previous)
            elif word == ")" and parens:
                opened = parens.pop()
                closed = opened if opened[:1] == "." and not parens else None
                begins = opened in ("if", "for", "while", "switch")
            elif word == ";" and behind:
                yield behind[1:], self.line(found.start())
            begins = not parens and (begins or word in (";", "{", "}", "else", "do"))
            previous = "." + word if began and word[0].isalpha() and word not in NO_STATEMENT else word

    def tags(self):
        """("struct name", line) of each that is defined."""
        for found in TAG.finditer(self.code):
            yield " ".join(found.groups()), self.line(found.start())

    def names_file(self, name):
        return re.search(rf"(?<![\w-]){re.escape(name)}(?!\w)", self.comment_text)


def components(edges):
    """Nodes that lead to each other, two or more together: Tarjan's, without recursion."""
    index, low, stack, found = {}, {}, [], []
    for root in sorted(edges):
        work = [] if root in index else [(root, iter(sorted(edges[root])))]
        while work:
            node, rest = work[-1]
            if node not in index:
                index[node] = low[node] = len(index)
                stack.append(node)
            following = next(rest, None)
            if following is None:
                work.pop()
                close(node, index, low, stack, found)
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
            elif following in index:
                low[node] = min(low[node], index[following])
            else:
                work.append((following, iter(sorted(edges[following]))))
    return sorted(sorted(each) for each in found if len(each) > 1)


def close(node, index, low, stack, found):
    """A node that reaches nothing older ends its component; what is in one counts no more."""
    if low[node] == index[node]:
        at = stack.index(node)
        found.append(stack[at:])
        index.update(dict.fromkeys(stack[at:], float("inf")))
        del stack[at:]


def made_by_build(root):
    """The headers that a build in the source directory itself leaves there: nobody wrote them."""
    lists = [line for file in root.glob("**/module.am") for line in file.read_text().splitlines()
             if line.startswith("BUILT_SOURCES")]
    return {root / "config.h"} | {root / name for line in lists for name in line.partition("=")[2].split()}


class Tree:
    """The sources of lib/ and app/ where a tree has both, else of all of it; X.c and its X.h are a unit."""

    def __init__(self, root, label):
        self.root, self.label = pathlib.Path(root).resolve(), label
        rooms = [self.root / "app", self.root / "lib"]
        tops = rooms if all(p.is_dir() for p in rooms) else [self.root]
        made = made_by_build(self.root)
        paths = [p for top in tops for p in sorted(top.rglob("*.[ch]")) if p.is_file() and p not in made]
        self.sources = [Source(p, str(p.relative_to(self.root))) for p in paths]
        self.headers = [s for s in self.sources if s.path.suffix == ".h"]
        self.bodies = [b for s in self.sources if s.path.suffix == ".c" for b in s.functions]
        self.prototypes = [(s, p) for s in self.headers for p in s.prototypes]
        self.lines = sum(len(s.lines) for s in self.sources)
        self.macros = self.must_check_macros()
        self.definers = collections.defaultdict(list)
        for source in self.sources:
            for body in source.functions:
                if not body.static and source.path.suffix == ".c":
                    self.definers[body.name].append(source)
        self.find_units()

    def find_units(self):
        """X.c and X.h of one folder are a unit; a header alone in its folder belongs to the only X.c elsewhere."""
        names = {s.name for s in self.sources}
        alone = collections.defaultdict(list)
        for source in self.sources:
            if source.path.suffix == ".c" and source.name[:-2] + ".h" not in names:
                alone[source.stem].append(source.name[:-2])
        self.units = {}
        for source in self.sources:
            others = alone[source.stem]
            paired = source.path.suffix == ".c" or source.name[:-2] + ".c" in names or len(others) != 1
            self.units[source.name] = source.name[:-2] if paired else others[0]

    def must_check_macros(self):
        """Names of macros that stand for the attribute, also by way of another macro."""
        macros = set()
        bodies = [found.groups() for s in self.sources for found in MACRO.finditer(s.blanked)]
        for _ in range(2):
            macros |= {name for name, body in bodies if MUST_CHECK.search(body) or body.strip() in macros}
        return macros

    def public(self):
        """{function: headers that declare it}, of those that the tree defines."""
        found = collections.defaultdict(list)
        for header, prototype in self.prototypes:
            if prototype.name in self.definers and not prototype.is_static():
                found[prototype.name].append(header)
        return found

    def elsewhere(self, said):
        """(header, defining file, function) of those that stand under another name."""
        rows = []
        for name, headers in self.public().items():
            files = self.definers[name]
            if {s.stem for s in files}.isdisjoint(s.stem for s in headers):
                if any(h.names_file(f.path.name) for h in headers for f in files) == said:
                    rows.append((headers[0].name, files[0].name, name))
        return sorted(rows)

    def calls_out(self, source):
        """{unit: functions} that a file calls in another one."""
        calls = collections.defaultdict(set)
        if source.path.suffix == ".c":
            for name in source.calls - {body.name for body in source.functions}:
                for file in self.definers.get(name, []):
                    calls[self.units[file.name]].add(name)
        return calls

    def includes_out(self, source):
        """{unit: headers} that a file includes; of several that fit the one that is nearest."""
        found = collections.defaultdict(set)
        for name in INCLUDE.findall(source.text):
            tail = "/" + name.lstrip("./")
            fitting = [h for h in self.by_base[name.rpartition("/")[2]] if ("/" + h.name).endswith(tail)]
            if fitting:
                near = max(fitting, key=lambda h: (h.path.parent == source.path.parent, -len(h.name), h.name))
                found[self.units[near.name]].add(near.name)
        return found

    def circles(self, out):
        """[[unit, ...], ...] that lead to each other by one of the two above."""
        self.by_base = collections.defaultdict(list)
        for header in self.headers:
            self.by_base[header.path.name].append(header)
        edges = {unit: set() for unit in self.units.values()}
        for source in self.sources:
            unit = self.units[source.name]
            edges[unit].update(other for other in out(source) if other != unit)
        return components(edges)

    def doubled_tags(self):
        places = collections.defaultdict(list)
        for source in self.sources:
            for tag, line in source.tags():
                places[tag].append(f"{source.name}:{line}")
        return sorted((tag, where) for tag, where in places.items() if len(where) > 1)

    def doubled_statics(self):
        places = collections.defaultdict(set)
        for source in self.sources:
            for body in source.functions:
                if body.static:
                    places[body.name].add(source.name)
        return sorted((name, sorted(where)) for name, where in places.items() if len(where) > 2)
