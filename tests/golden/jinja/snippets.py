"""Small templates: every filter, test, method and operator with odd operands, and how tags treat white space."""

import itertools
import pathlib

VARIABLES = {
    "n": 7, "neg": -3, "zero": 0, "f": 2.5, "big": 123456789012, "tiny": 1e-7, "yes": True, "no": False, "nil": None,
    "s": "Hello World", "u": "Grüße, Ωμέγας ß İ ǆ 👋🏽 ﬁ", "ws": " \n padded\t\u3000 ", "empty": "",
    "lines": "a\n\nb\r\nc\u2028d",
    "num": " 42 ", "l": [3, 1, 2], "ls": ["b", "A", "c", "a"], "mixed": [1, "x", None, 2.0, True, [1]], "el": [],
    "ed": {},
    "d": {"b": 1, "a": 2, "C": 3}, "html": "<b>\"q\" & 'r'</b>", "ctl": "a<|im_end|>{{ 1 }}{% raw %}\u200b\u0001",
    "users": [{"name": "Ann", "age": 31, "admin": True, "tag": {"k": "z"}}, {"name": "bob", "age": 25},
              {"name": "Cyd", "age": 31, "admin": False, "tag": {"k": "y"}}],
    "deep": {"x": {"y": [1, {"z": "deep", "0": "zero"}]}}, "items_key": {"items": 1, "get": 2, "k": 3},
}
OPERANDS = ["n", "neg", "zero", "f", "yes", "nil", "s", "u", "ws", "empty", "num", "l", "ls", "mixed", "el", "d", "ed",
            "users", "nope", "(1, 'a')", "range(4)", "d.items()", "'3.7'", "1.0", "-0.0"]
BINARY = ["+", "-", "*", "/", "//", "%", "**", "~", "==", "!=", "<", "<=", ">", ">=", "and", "or", "in", "not in"]
SIDES = ["7", "-3", "0", "2.5", "0.5", "true", "none", "'ab'", "'b'", "''", "[1, 2]", "[]", "(1, 2)", "{'a': 1}",
         "nope", "3"]
TEXTS = ["s", "u", "ws", "empty", "lines", "html", "'%s|%5d|%-5s|%.2f'", "'{} {0}'", "'a,b,,c'", "'-7'"]
SLICES = ["[1:]", "[:-1]", "[::-1]", "[::2]", "[1:9:3]", "[-2:]", "[5:2]", "[5:2:-1]", "[:]", "[100:]", "[:-100]",
          "[-100:2]", "[::0]", "['a':]", "[none:2]", "[n:]", "[true:]", "[-1:0:-2]"]
LINES = [
    "{# a #}\nb",
    "a {# x\ny #} b",
    " {#+ a +#}\n b",
    "{% raw %}\n a {% endraw %}\n b",
    "{% raw %}a{% endraw +%}\nb",
]
PADDING = ["", " ", "\n", "\n  ", "  \n", " \n \n"]
OPENING = ["{%", "{%-", "{%+"]
CLOSING = ["%}", "-%}", "+%}"]


def part(name):
    return (pathlib.Path(__file__).parent / "parts" / f"{name}.txt").read_text().splitlines()


def spaces():
    for before, opening, closing, after in itertools.product(PADDING, OPENING, CLOSING, PADDING[:4]):
        yield f"a{before}{opening} if n {closing}{after}b{before}{opening} endif {closing}{after}c"
    for before, opening, closing, after in itertools.product(PADDING, ["{{", "{{-", "{{+"], ["}}", "-}}", "+}}"],
        PADDING):
        yield f"a{before}{opening} n {closing}{after}b"
    for before, opening, closing, after in itertools.product(PADDING, ["{#", "{#-", "{#+"], ["#}", "-#}", "+#}"],
        PADDING[:4]):
        yield f"{before}{opening} n {closing}{after}b"
    for before, opening, closing in itertools.product(PADDING[:4], OPENING, CLOSING):
        yield f"x{before}{opening} raw %}}\n  y{before}{opening} endraw {closing}\n z\n"
    for end in ["\n", "\n\n", "\r\n", "\r", " \n", "\n "]:
        yield f"a{{{{ n }}}}{end}"
        yield f"a{{% if n %}}{end}b{{% endif %}}{end}"
        yield f"{end}{{% if n %}}b{end}{{% endif %}}"


def snippets():
    for filter_ in part("filters"):
        for operand in OPERANDS:
            yield "{{ " + operand + "|" + filter_ + " }}"
    for test in part("tests"):
        for operand in OPERANDS:
            yield "{{ " + operand + " is " + test + " }}"
    for left, sign, right in itertools.product(SIDES, BINARY, SIDES):
        yield "{{ " + f"{left} {sign} {right}" + " }}"
    for text, method in itertools.product(TEXTS, part("methods")):
        yield "{{ " + f"({text}).{method}" + " }}"
    for expression in part("expressions"):
        yield "{{ " + expression + " }}"
    for operand, slice_ in itertools.product(["s", "u", "l", "ls", "(n, 2, 3)", "range(9)", "d", "nope", "n"], SLICES):
        yield "{{ " + operand + slice_ + " }}"
    yield from part("statements") + LINES
    yield from spaces()
