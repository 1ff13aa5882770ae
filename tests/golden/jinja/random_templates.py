"""Templates that a grammar makes up. Expressions have types, so that most of them have a value."""

import random

NAMES = {
    "text": ["s", "u", "ws", "empty", "lines", "html", "num", "ctl", "users[0].name", "x", "y"],
    "int": ["n", "neg", "zero", "big", "loop.index", "loop.index0", "loop.length", "loop.revindex", "ns.a", "l[0]",
    "x"],
    "real": ["f", "tiny"],
    "truth": ["yes", "no", "loop.first", "loop.last"],
    "list": ["l", "ls", "mixed", "el", "users", "deep.x.y", "x"],
    "map": ["d", "ed", "users[0]", "users[1]", "deep", "deep.x", "items_key"],
    "any": ["nil", "nope", "x", "y", "a", "b", "ns.b", "loop.previtem", "loop.nextitem", "nope.x", "d.q",
    "users[1].admin"],
}
CONSTANTS = {
    "text": ["'a'", "'l'", "''", "'x y'", "' '", "'\\n'", "\"it's\"", "'é'", "'<b>'", "'%s'", "'{}'", "'ab' 'cd'",
    "'o'"],
    "int": ["0", "1", "2", "3", "-1", "10", "7"], "real": ["1.5", "0.1", "2.0", "-0.5", "1e18"], "truth": ["true",
    "false"],
    "list": ["[]", "[1, 2, 3]", "['b', 'a']", "(1, 'x')", "[[1, 2], [3]]", "range(4)"],
    "map": ["{}", "{'a': 1}", "{'k': [1], 'b': none}", "dict(a=1, z='q')"], "any": ["none"],
}
TEXT_FILTERS = ["upper", "lower", "trim", "title", "capitalize", "e", "escape", "safe", "string", "replace('l', 'L')",
    "replace('', '.')",
                "indent", "indent(2, true)", "center(12)", "truncate(5)", "truncate(7, true, '~', 0)",
                "default('d', true)", "reverse",
                "trim('Hd')", "tojson", "first", "last"]
TEXT_METHODS = ["strip()", "lstrip()", "rstrip('dl ')", "upper()", "lower()", "title()", "capitalize()", "swapcase()",
    "replace('o', '0', 1)",
                "split('o')[0]", "split()[-1]", "join(['p', 'q'])", "ljust(12, '.')", "rjust(12)", "center(9, '*')",
                "zfill(8)",
                "partition(' ')[2]", "rsplit(' ', 1)[0]", "removeprefix('He')", "removesuffix('ld')",
                "splitlines()|join('|')"]
LIST_FILTERS = ["list", "reverse|list", "unique|list", "map('string')|list", "select|list", "reject|list",
    "select('string')|list",
                "reject('number')|list", "batch(2)|list", "slice(2)|list", "map('upper')|list",
                "select('defined')|list",
                "map(attribute='name')|list", "selectattr('admin')|list", "rejectattr('age', 'gt', 30)|list",
                "select('in', [1, 'a'])|list"]
TESTS = ["defined", "undefined", "none", "string", "number", "integer", "float", "boolean", "true", "false",
    "mapping", "iterable",
         "sequence", "callable", "eq 1", "ne 'a'", "sameas none", "in [1, 'a', none]", "lower", "upper", "escaped"]
TYPES = list(NAMES)


class Maker:
    """One template per seed."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.in_loop = 0

    def chance(self, probability):
        return self.random.random() < probability

    def pick(self, options):
        return self.random.choice(options)

    def template(self):
        setup = "{% set ns = namespace(a=0, b='') %}{% macro m(a, b=2) %}<{{ a }}{{ b }}>{% endmacro %}"
        return setup + self.body(0) + self.pick(["", "\n", "\n\n"])

    def expression(self, kind=None, depth=0):
        kind = kind or self.pick(["text"] * 4 + ["int"] * 2 + TYPES)
        if self.chance(0.01):
            kind = self.pick(TYPES)
        if depth > 3 or self.chance(0.25):
            return self.name(kind)
        return getattr(self, kind)(lambda wanted: self.expression(wanted, depth + 1))

    def name(self, kind):
        names = [name for name in NAMES[kind] if self.in_loop or not name.startswith("loop")]
        return self.pick(names + CONSTANTS[kind])

    def text(self, sub):
        return self.pick([
            lambda: f"{sub('text')} + {sub('text')}", lambda: f"({sub(None)} ~ {sub(None)})",
            lambda: f"({sub('text')})|{self.pick(TEXT_FILTERS)}",
            lambda: f"({sub('text')}).{self.pick(TEXT_METHODS)}", lambda: f"({sub('text')}){self.slice(sub)}",
            lambda: f"{sub(None)}|string",
            lambda: f"({sub('list')})|join({sub('text')})",
            lambda: f"({sub(None)})|tojson{self.pick(['', '(indent=2)'])}",
            lambda: f"({sub('text')} if {sub('truth')} else {sub('text')})",
            lambda: f"m({sub(None)}{self.pick(['', ', b=' + sub(None)])})",
            lambda: f"'%s-%s' % ({sub(None)}, {sub('text')})",
            lambda: f"'{{}}:{{!r}}'.format({sub('text')}, {sub(None)})",
            lambda: f"({sub('text')}) * {self.pick('0123')}",
            lambda: f"({sub('any')} or {sub('text')})", lambda: f"({sub('list')})|map('string')|join",
            lambda: f"({sub('any')})|default({sub('text')})",
            lambda: f"({sub('text')}).replace({sub('text')}, {sub('text')})"])()

    def slice(self, sub):
        part = lambda: self.pick(["", "", "1", "-1", "2", "-3", "n"])
        return f"[{part()}:{part()}{self.pick(['', '', ':', ':2', ':-1'])}]"

    def int(self, sub):
        return self.pick([
            lambda: f"{sub('int')} {self.pick(['+', '-', '*'])} {sub('int')}",
            lambda: f"({sub('int')} {self.pick(['//', '%'])} {self.pick(['2', '3', '-4', 'n'])})",
            lambda: f"({sub('text')})|length", lambda: f"({sub('list')})|length", lambda: f"({sub('map')})|count",
            lambda: f"({sub('int')})|abs",
            lambda: f"({sub('text')})|int", lambda: f"({sub('real')})|int", lambda: f"-({sub('int')})",
            lambda: f"({sub('text')}).find({sub('text')})",
            lambda: f"({sub('text')}).count('l')", lambda: f"({sub('text')})|wordcount",
            lambda: f"({sub('int')}) ** 2", lambda: "[3, 1, 2]|" + self.pick(["max", "min", "sum", "first",
            "last"])])()

    def real(self, sub):
        return self.pick([
            lambda: f"{sub('real')} {self.pick(['+', '-', '*'])} {sub('int')}",
            lambda: f"({sub('int')} / {self.pick(['2', '3', '7', '0.1'])})",
            lambda: f"({sub('real')})|round({self.pick(['', '1', '2'])})",
            lambda: f"({sub('int')})|float", lambda: f"({sub('text')})|float", lambda: f"-({sub('real')})",
            lambda: f"({sub('real')}) % 1.5",
            lambda: f"({sub('real')})|round(1, '{self.pick(['ceil', 'floor'])}')"])()

    def truth(self, sub):
        return self.pick([
            lambda: f"{sub('int')} {self.pick(['<', '>', '<=', '>=', '==', '!='])} {sub('int')}",
            lambda: f"{sub('text')} {self.pick(['<', '>=', '==', '!='])} {sub('text')}",
            lambda: f"{sub(None)} {self.pick(['==', '!='])} {sub(None)}",
            lambda: f"{sub('text')} {self.pick(['in', 'not in'])} {sub('text')}",
            lambda: f"{sub(None)} in {sub('list')}",
            lambda: f"{sub('text')} in {sub('map')}",
            lambda: f"({sub(None)}) is {self.pick(['', 'not '])}{self.pick(TESTS)}", lambda: f"not {sub(None)}",
            lambda: f"({sub('truth')} {self.pick(['and', 'or'])} {sub('truth')})",
            lambda: f"({sub('text')}).startswith({sub('text')})",
            lambda: f"({sub('text')}).endswith(({sub('text')}, 'd'))",
            lambda: f"{sub('int')} < {sub('int')} < {sub('int')}",
            lambda: f"({sub('int')}) is {self.pick(['odd', 'even', 'divisibleby 3'])}"])()

    def list(self, sub):
        return self.pick([
            lambda: "[" + ", ".join(sub(None) for _ in range(self.random.randrange(4))) + "]",
            lambda: f"({sub('list')})|{self.pick(LIST_FILTERS)}", lambda: f"({sub('list')}){self.slice(sub)}",
            lambda: f"({sub('list')} + {sub('list')})",
            lambda: f"({sub('text')}).split({self.pick(['', sub('text')])})", lambda: f"({sub('text')})|list",
            lambda: f"({sub('map')}).{self.pick(['keys', 'values', 'items'])}()|list",
            lambda: f"({sub('map')})|dictsort", lambda: f"({sub('map')})|items|list", lambda: f"({sub('text')})|sort",
            lambda: f"[{sub('text')}, {sub('text')}, {sub('text')}]|sort",
            lambda: f"[{sub('int')}, {sub('int')}]|sort(reverse=true)",
            lambda: f"({sub('text')}).splitlines()", lambda: "users|map(attribute='tag.k', default='-')|list",
            lambda: "users|sort(attribute='age,name')", lambda: f"({sub('list')}) * 2"])()

    def map(self, sub):
        return self.pick([
            lambda: "{" + ", ".join(f"{self.name('text')}: {sub(None)}" for _ in range(self.random.randrange(3))) + "}",
            lambda: f"dict({sub('map')}, q={sub(None)})",
            lambda: self.pick(["users|first", "users[-1]", "deep.x", "d"])])()

    def any(self, sub):
        return self.pick([
            lambda: f"({sub('list')})|{self.pick(['first', 'last'])}",
            lambda: f"({sub('list')})[{self.pick(['0', '-1', '9'])}]",
            lambda: f"({sub('map')}).{self.pick(['a', 'b', 'name', 'nothing', 'k'])}",
            lambda: f"({sub('map')}).get({sub('text')}{self.pick(['', ', 0'])})",
            lambda: f"({sub(None)} if {sub('truth')})",
            lambda: f"({sub(None)} {self.pick(['and', 'or'])} {sub(None)})", lambda: f"({sub('map')})[{sub('text')}]",
            lambda: f"[{sub('text')}, {sub('text')}]|{self.pick(['min', 'max'])}",
            lambda: "loop.cycle('o', 'e')" if self.in_loop else "none",
            lambda: f"loop.changed({sub(None)})" if self.in_loop else "none"])()

    def tag(self, text):
        return self.pick(["{%", "{%", "{%-", "{%+"]) + " " + text + " " + self.pick(["%}", "%}", "-%}", "+%}"])

    def data(self):
        return self.pick(["", " ", "\n", "  \n", "\n  ", "text", " a\n b ", "{ x }", "\t", "é\n", "\r\n", "\u3000"])

    def body(self, depth):
        return "".join(self.statement(depth) for _ in range(self.random.randrange(1, 5 if depth < 2 else 3)))

    def statement(self, depth):
        kind = self.random.randrange(20) if depth < 4 else self.random.randrange(8)
        if kind < 3:
            return self.data()
        if kind < 7:
            return self.pick(["{{", "{{-", "{{"]) + " " + self.expression() + " " + self.pick(["}}", "-}}", "}}"])
        if kind < 9:
            if self.chance(0.2):
                return self.tag(f"set x, y = {self.expression()}, {self.expression()}")
            return self.tag(f"set {self.pick(['x', 'y', 'a', 's', 'ns.a', 'ns.b', 'qq'])} = {self.expression()}")
        if kind < 11:
            result = self.tag(f"if {self.expression('truth')}") + self.body(depth + 1)
            for _ in range(self.random.randrange(3) // 2):
                result += self.tag(f"elif {self.expression('truth')}") + self.body(depth + 1)
            return result + self.pick(["", self.tag("else") + self.body(depth + 1)]) + self.tag("endif")
        if kind < 15:
            return self.loop(depth)
        inner = self.body(depth + 1)
        if kind == 15:
            return (self.tag(f"set {self.pick(['x', 'y', 'ns.b'])}{self.pick(['', ' | upper', ' | trim'])}") +
                inner + self.tag("endset"))
        if kind == 16:
            name = self.pick(["m", "mm", "x"])
            return (self.tag(f"macro {name}({self.pick(['', 'a', 'a, b=1', 'x=n', 'a, b=a'])})") +
                self.plain_body(depth + 1) + self.tag("endmacro") + "{{ " + name + "(" + self.expression() +
                ") }}")
        if kind == 17:
            return (self.tag(f"filter {self.pick(['upper', 'trim', 'replace(1, 2)', 'title', 'indent'])}") +
                inner + self.tag("endfilter"))
        return self.pick([lambda: self.tag(f"with x = {self.expression()}, y = x") + inner + self.tag("endwith"),
                          lambda: self.tag("generation") + self.plain_body(depth + 1) + self.tag("endgeneration"),
                          lambda: ("{% macro w(a) %}[{{ caller(a) }}|{{ a }}]{% endmacro %}" +
                                          self.tag(f"call(z) w({self.expression()})") + "{{ z }}" +
                                          self.plain_body(depth + 1) + self.tag("endcall")),
                          lambda: "{#" + self.pick(["", "-"]) + " c " + self.pick(["", "-", "+"]) + "#}" + self.data(),
                          lambda: "{% raw %}" + self.data() + "{{ x }}" + self.pick(["{% endraw %}",
                          "{%- endraw -%}"]) + self.data()])()

    def plain_body(self, depth):
        """A body that is no part of a loop around it."""
        outer, self.in_loop = self.in_loop, 0
        result = self.body(depth)
        self.in_loop = outer
        return result

    def loop(self, depth):
        target = self.pick(["x", "y", "a", "s"])
        items = self.pick(["l", "ls", "users", "d", "range(3)", "s", "mixed", "el", self.expression("list"),
            self.expression("map"), self.expression("text")])
        if self.chance(0.15):
            target, items = "x, y", self.pick(["d.items()", "d|dictsort", "[(1, 2), ('a', [])]",
                "users|map('list')|map('batch', 1)|map('list')|map('first')|list", self.expression("map") + "|items"])
        test = self.pick(["", "", f" if {self.expression('truth')}"])
        self.in_loop += 1
        body = self.body(depth + 1)
        if self.chance(0.2):
            body += self.tag(f"if {self.expression('truth')}") + self.tag(self.pick(["break",
                "continue"])) + self.tag("endif") + self.body(depth + 1)
        self.in_loop -= 1
        return self.tag(f"for {target} in {items}{test}") + body + self.pick(["", "",
            self.tag("else") + self.body(depth + 1)]) + self.tag("endfor")
