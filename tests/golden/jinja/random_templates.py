"""Templates that a grammar makes up."""

import random

from .snippets import FILTERS, METHODS, TESTS

NAMES = ["n", "neg", "zero", "f", "yes", "no", "nil", "s", "u", "ws", "empty", "lines", "l", "ls", "mixed", "el", "ed", "d", "html",
         "users", "deep", "a", "b", "x", "y", "ns", "loop", "m", "nope"]
CONSTANTS = ["0", "1", "2", "-1", "3", "1.5", "'a'", "'l'", "''", "'x y'", "' '", "true", "false", "none", "'\\n'", "\"'\"", "'é'", "[]", "{}"]
ATTRIBUTES = ["name", "age", "index", "first", "last", "x", "y", "items", "upper", "0", "length", "k", "b"]


class Maker:
    """One template per seed."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.macros = 0

    def chance(self, probability):
        return self.random.random() < probability

    def pick(self, options):
        return self.random.choice(options)

    def template(self):
        setup = "{% set ns = namespace(a=0, b='') %}{% macro m(a, b=2) %}<{{ a }}{{ b }}>{% endmacro %}"
        return self.pick(["", setup]) + self.body(0) + self.pick(["", "\n", "\n\n"])

    def expression(self, depth):
        if depth > 3 or self.chance(0.3):
            return self.pick(NAMES) if self.chance(0.65) else self.pick(CONSTANTS)
        kind = self.random.randrange(16)
        inner = lambda: self.expression(depth + 1)
        if kind < 3:
            sign = self.pick(["+", "-", "*", "/", "//", "%", "~", "~", "==", "!=", "<", ">", "<=", ">=", "and", "or", "in", "not in"])
            return f"{inner()} {sign} {inner()}"
        if kind < 6:
            return f"{inner()}|{self.pick(FILTERS)}"
        if kind == 6:
            return f"{inner()} is {self.pick(['', 'not '])}{self.pick(TESTS)}"
        if kind == 7:
            return f"({inner()}).{self.pick(METHODS)}"
        if kind == 8:
            return f"{inner()}.{self.pick(ATTRIBUTES)}"
        if kind == 9:
            return f"({inner()})[{inner()}]"
        if kind == 10:
            part = lambda: self.pick(["", "", "1", "-1", "2", "n", inner()])
            return f"({inner()})[{part()}:{part()}{self.pick(['', ':' + self.pick(['', '2', '-1'])])}]"
        if kind == 11:
            return f"({inner()})"
        if kind == 12:
            return "[" + ", ".join(inner() for _ in range(self.random.randrange(4))) + "]"
        if kind == 13:
            return f"({inner()} if {inner()}{self.pick([' else ' + inner(), ''])})"
        if kind == 14:
            return "{" + ", ".join(f"{self.pick(CONSTANTS[:10])}: {inner()}" for _ in range(self.random.randrange(3))) + "}"
        return self.pick(["not ", "-", "+", "not "]) + inner() if self.chance(0.5) else f"m({inner()}{self.pick(['', ', ' + inner(), ', b=' + inner()])})"

    def tag(self, text):
        return self.pick(["{%", "{%", "{%-", "{%+"]) + " " + text + " " + self.pick(["%}", "%}", "-%}", "+%}"])

    def data(self):
        return self.pick(["", " ", "\n", "  \n", "\n  ", "text", " a\n b ", "{ x }", "\t", "é\n"])

    def body(self, depth):
        return "".join(self.statement(depth) for _ in range(self.random.randrange(1, 5 if depth < 2 else 3)))

    def statement(self, depth):
        kind = self.random.randrange(18) if depth < 4 else self.random.randrange(8)
        expression = self.expression(0)
        if kind < 3:
            return self.data()
        if kind < 7:
            return self.pick(["{{", "{{-", "{{"]) + " " + expression + " " + self.pick(["}}", "-}}", "}}"])
        if kind == 7:
            return self.tag(f"set {self.pick(['x', 'y', 'a', 'n', 's', 'x, y', 'ns.a', 'ns.b'])} = {expression}")
        inner = self.body(depth + 1)
        if kind < 10:
            otherwise = self.pick(["", self.tag("else") + self.body(depth + 1), self.tag(f"elif {self.expression(1)}") + self.body(depth + 1)])
            return self.tag(f"if {expression}") + inner + otherwise + self.tag("endif")
        if kind < 14:
            target = self.pick(["x", "y", "a", "b", "x, y"])
            items = self.pick(["l", "ls", "users", "d", "d.items()", "range(3)", "s", "mixed", "el", expression])
            test = self.pick(["", "", f" if {self.expression(2)}"])
            control = self.pick(["", "", "", self.tag(f"if {self.expression(2)}") + self.tag(self.pick(["break", "continue"])) + self.tag("endif")])
            otherwise = self.pick(["", "", self.tag("else") + self.body(depth + 1)])
            return self.tag(f"for {target} in {items}{test}") + inner + control + inner[:0] + otherwise + self.tag("endfor")
        if kind == 14:
            return self.tag(f"set {self.pick(['x', 'y', 'ns.b'])}{self.pick(['', ' | upper', ' | trim'])}") + inner + self.tag("endset")
        if kind == 15:
            name = self.pick(["m", "mm", "x"])
            return self.tag(f"macro {name}({self.pick(['', 'a', 'a, b=1', 'x=n'])})") + inner + self.tag("endmacro") + "{{ " + name + "(1) }}"
        if kind == 16:
            return self.tag(f"filter {self.pick(['upper', 'trim', 'replace(1, 2)', 'title', 'length'])}") + inner + self.tag("endfilter")
        return self.pick([self.tag(f"with x = {expression}") + inner + self.tag("endwith"),
                          self.tag("generation") + inner + self.tag("endgeneration"),
                          self.tag("call m(1)") + inner + self.tag("endcall"),
                          "{#" + self.pick(["", "-"]) + " c " + self.pick(["", "-", "+"]) + "#}" + self.data(),
                          "{% raw %}" + self.data() + "{{ x }}" + "{% endraw %}" + self.data()])
