"""Small templates: every filter, test, method and operator with odd operands, and how tags treat white space."""

import itertools

VARIABLES = {
    "n": 7, "neg": -3, "zero": 0, "f": 2.5, "big": 123456789012, "tiny": 1e-7, "yes": True, "no": False, "nil": None,
    "s": "Hello World", "u": "Grüße, Ωμέγας ß İ ǆ 👋🏽 ﬁ", "ws": " \n padded\t\u3000 ", "empty": "", "lines": "a\n\nb\r\nc\u2028d",
    "num": " 42 ", "l": [3, 1, 2], "ls": ["b", "A", "c", "a"], "mixed": [1, "x", None, 2.0, True, [1]], "el": [], "ed": {},
    "d": {"b": 1, "a": 2, "C": 3}, "html": "<b>\"q\" & 'r'</b>", "ctl": "a<|im_end|>{{ 1 }}{% raw %}\u200b\u0001",
    "users": [{"name": "Ann", "age": 31, "admin": True, "tag": {"k": "z"}}, {"name": "bob", "age": 25},
              {"name": "Cyd", "age": 31, "admin": False, "tag": {"k": "y"}}],
    "deep": {"x": {"y": [1, {"z": "deep", "0": "zero"}]}}, "items_key": {"items": 1, "get": 2, "k": 3},
}
OPERANDS = ["n", "neg", "zero", "f", "yes", "nil", "s", "u", "ws", "empty", "num", "l", "ls", "mixed", "el", "d", "ed",
            "users", "nope", "(1, 'a')", "range(4)", "d.items()", "'3.7'", "1.0", "-0.0"]
FILTERS = ["abs", "attr('name')", "batch(2)|list", "batch(2, 'x')|list", "capitalize", "center(9)", "count", "d('x')",
           "default('x')", "default('x', true)", "default", "dictsort", "dictsort(true)", "dictsort(false, 'value')",
           "dictsort(reverse=true)", "e", "escape", "first", "float", "float('d')", "format(1)", "indent", "indent(2, true)",
           "indent('> ', blank=true)", "int", "int(-1)", "int(base=16)", "items|list", "join", "join(', ')", "join(1)",
           "last", "length", "list", "lower", "map('upper')|list", "map('string')|join('|')", "map(attribute='name')|list",
           "map(attribute='age', default=0)|list", "max", "min", "reject|list", "reject('none')|list",
           "rejectattr('admin')|list", "replace('l', 'L')", "replace('l', 'L', 1)", "replace('', '-')", "reverse|list",
           "reverse|join", "round", "round(1)", "round(1, 'floor')", "round(0, 'ceil')", "round(-1)", "safe", "select|list",
           "select('string')|list", "select('gt', 1)|list", "selectattr('admin')|map(attribute='name')|list",
           "selectattr('age', 'eq', 31)|list", "selectattr('tag.k', 'defined')|list", "slice(2)|list", "slice(3, 'z')|list",
           "sort", "sort(reverse=true)", "sort(case_sensitive=true)", "sort(attribute='age')", "sort(attribute='age,name')",
           "string", "sum", "sum(attribute='age')", "sum(start=1)", "title", "trim", "trim('d Hl')", "truncate(5)",
           "truncate(8, true)", "truncate(6, false, '~', 0)", "unique|list", "unique(true)|list",
           "unique(attribute='age')|list", "upper", "wordcount", "tojson", "tojson(indent=2)", "tojson(sort_keys=true)",
           "tojson(ensure_ascii=true)", "tojson(separators=(',', ':'))", "nofilter"]
TESTS = ["boolean", "callable", "defined", "divisibleby 3", "divisibleby(2)", "eq 7", "equalto 's'", "escaped", "even",
         "false", "filter", "float", "ge 3", "gt 0", "greaterthan 2", "in [7, 'a', none]", "in 'Hello World'", "integer",
         "iterable", "le 3", "lessthan 3", "lower", "lt 3", "mapping", "ne 7", "none", "number", "odd", "sameas none",
         "sameas(true)", "sequence", "string", "test", "true", "undefined", "upper", "not none", "not defined", "notest",
         "== 7", "!= 7"]
BINARY = ["+", "-", "*", "/", "//", "%", "**", "~", "==", "!=", "<", "<=", ">", ">=", "and", "or", "in", "not in"]
SIDES = ["7", "-3", "0", "2.5", "0.5", "true", "none", "'ab'", "'b'", "''", "[1, 2]", "[]", "(1, 2)", "{'a': 1}", "nope", "3"]
TEXTS = ["s", "u", "ws", "empty", "lines", "html", "'%s|%5d|%-5s|%.2f'", "'{} {0}'", "'a,b,,c'", "'-7'"]
METHODS = ["capitalize()", "center(15, '*')", "count('l')", "count('')", "endswith('d')", "endswith(('x', 'd'))", "find('o')",
           "find('zz')", "find('o', 5)", "find('l', 2, -2)", "format(1, 2)", "index('zz')", "isalnum()", "isalpha()",
           "isascii()", "isdigit()", "islower()", "isspace()", "istitle()", "isupper()", "join(ls)", "join('xyz')",
           "join(l)", "ljust(14)", "lower()", "lstrip()", "lstrip('He ')", "partition(' ')", "partition('zz')",
           "removeprefix('He')", "removesuffix('ld')", "replace('o', '0')", "replace('o', '0', 1)", "rfind('o')", "rjust(14, '.')",
           "rpartition('o')", "rsplit()", "rsplit(None, 1)", "rsplit('o', 1)", "rstrip()", "rstrip('dl')", "split()",
           "split(',')", "split('')", "split(None, 1)", "split('o', 1)", "split(' ')[-1]", "splitlines()", "splitlines(true)",
           "startswith('He')", "startswith('W', 6)", "strip()", "strip('Hd')", "swapcase()", "title()", "upper()",
           "zfill(14)", "nomethod()", "nomethod", "__class__", "encode"]
DICTS = ["d.items()|list", "d.keys()|list", "d.values()|list", "d.items()", "d.keys()", "d.get('a')", "d.get('q')",
         "d.get('q', 5)", "d['a']", "d['q']", "d.q", "d.q.r", "d.C", "d.update({'z': 1})", "d.pop('a')", "d.clear", "'a' in d",
         "'q' in d", "d|length", "d == {'a': 2, 'b': 1, 'C': 3}", "d.items()|first", "d.items()|last", "items_key.items",
         "items_key['items']", "items_key.k", "items_key['get']", "dict(d, x=1)", "dict(a=1, b='2')", "dict([('k', 1), ('l', 2)])",
         "dict([1])", "{1: 'a', true: 'b', 1.0: 'c'}", "{'a': {'b': [1, {}]}}", "{[1]: 2}", "{(1, 2): 3}", "{none: 1}|tojson",
         "{(1, 2): 3}|tojson", "d[['a']]", "deep.x.y[1].z", "deep['x']['y'].1['z']", "deep.x.y[1]['0']", "deep.x.y[-1]",
         "deep.x.y[5]", "deep.x.y[5].z", "deep.x.y['z']", "l.append(4)", "l.index(2)", "l.index(9)", "l.count(1)", "l.sort()",
         "l.copy()", "l[0]", "l[-1]", "l[3]", "l['x']", "l[1.0]", "l[true]", "s[0]", "s[-1]", "s[99]", "u[3]", "u[-2]",
         "s['upper']()", "nil.x", "nil.x.y", "nope.x", "nope['x']", "nope()", "n()", "(1.5).is_integer()",
         "range(3)", "range(1, 9, 3)", "range(5, 0, -2)|list", "range(0)|list", "range(200000)", "range(1, 2, 0)", "range('a')",
         "range(10)[2]", "range(10)[-1]", "range(10)[2:5]", "range(10)[::3]|list", "range(3) == range(0, 3)", "2 in range(3)",
         "namespace(a=1).a", "namespace({'x': 2}).x", "namespace(a=1)['a']", "namespace().b", "namespace(a=[1])"]
SLICES = ["[1:]", "[:-1]", "[::-1]", "[::2]", "[1:9:3]", "[-2:]", "[5:2]", "[5:2:-1]", "[:]", "[100:]", "[:-100]", "[-100:2]",
          "[::0]", "['a':]", "[none:2]", "[n:]", "[true:]", "[-1:0:-2]"]
# jinja2 takes a constant with a wrong slice for undefined, when it optimises; a variable fails.
LITERALS = ["1", "1_000", "0x1F", "0b101", "0o17", "012", "1.5", "1e3", "1.5e-7", "1e16", "1e22", "123456789.123456789", "0.1 + 0.2",
            "1/3", "1e400", "-1e400", "-0.0", "9223372036854775807", "'a' 'b'", "'a\\nb'", "'\\x41\\u00e9\\t\\\\'", "'\\é\\q'",
            "\"it's\"", "'it\\'s'", "['it\\'s', \"q\\\"\", 'b\\\\', 'n\\n', '\\x00\\x7f', 'é', '\\u200b', '\\xa0']", "()", "(1,)",
            "(1)", "1, 2", "[1, 2,]", "[]", "{}", "{'a': 1,}", "True", "None", "true == True", "[true, none, 1.0, 'a', (1,)]",
            "[nope]", "[[], {}, ()]", "1 if yes", "1 if no", "(1 if no) is defined", "1 if no else 2 if no else 3",
            "(1 if yes else 2) + 1", "1 if yes if no else 4", "not yes", "not not n", "not n == 7", "-n", "+neg", "- -n", "-n ** 2", "2 ** 3 ** 2",
            "2 ** -1", "-7 // 2", "-7 % 3", "7 % -3", "-7.5 // 2", "-7.5 % 2", "7.5 % -2", "1 < 2 < 3", "1 < 3 < 2", "1 == 1.0 == true",
            "'a' < 'b' < 'c'", "1 < 'a'", "[1, 2] < [1, 3]", "(1, 'a') < (1, 'b')", "none < 1", "nope < 1", "nope == nope", "nope == none",
            "n|string + 1|string", "n + '1'", "'1' + n", "'a' * 3", "3 * 'ab'", "'a' * -1", "[1] * 2", "'a' * 1.0", "1 ~ 2.0 ~ none ~ nope",
            "1 + 2 ~ 3 + 4", "n is odd and neg is odd", "n is not even", "'%s is %d' % ('x', 3)", "'%s' % n", "'%s%s' % (1,)",
            "'%s' % (1, 2)", "'%(a)s-%(b)s' % {'a': 1, 'b': 2}", "'%5.1f|%-6s|%06d|%+d|%x|%X|%o|%e|%g' % (3.14159, 'ab', -42, 5, 255, 255, 8, 12345.678, 0.0001)",
            "'%%' % ()", "'%d' % 3.9", "'%d' % 'a'", "'%c%c' % ('a', 66)", "'%r' % 'a\\'b'", "'%.2s' % 'abc'", "'%s' % [1, 2]",
            "'{:>6}|{:<6}|{:^6}|{:*^7}'.format('a', 'b', 'c', 'd')", "'{:05d}|{:,}|{:x}|{:#x}|{:b}|{:+}'.format(42, 1234567, 255, 255, 5, 3)",
            "'{:.2f}|{:10.3e}|{:%}|{:g}|{:.3}'.format(3.14159, 12345.6789, 0.25, 1e-5, 'abcdef')", "'{a[x][y]} {b.name} {c!r}'.format(a=deep, b=users[0], c='q')",
            "'{0}{1}{0}'.format('a', 'b')", "'{} {}'.format(1)", "'{'.format()", "'{{}}'.format()", "'{:d}'.format('a')", "'{:{w}}|'.format('a', w=5)",
            "'%s'|format('a')", "'%(x)s'|format(x=1)", "'<b>'|safe + '<i>'", "'<b>'|escape ~ '<i>'", "('<b>'|safe)|upper", "'<' ~ ('<'|e)", "('<b>'|safe) is escaped",
            "'-'.join(['<'|safe, '<'])", "('-'|safe).join(['<', '<'|safe])", "('%s'|safe) % '<'", "('<b>'|safe)[0] + '<'", "['<'|e]", "('a<'|e).replace('a', '<')",
            "strftime_now('%d %b %Y %H:%M:%S %A %j %y %I %p %B %m %%')", "strftime_now('%-d %e %F %T %U %W %V %G %u %w %q')", "strftime_now('')",
            "raise_exception('no')", "loop", "loop.index", "self", "caller", "varargs", "super", "n.5", "s.0", "l.0", "users.0.name", "a.b.c", "n|", "n |upper", "n|upper()",
            "s|replace", "s|replace('a')", "s|upper(1)", "s is", "s is defined is defined", "l[1:2, 3]", "l[]", "l[1,]", "f(", "(1", "[1", "{1", "1 2", "s s", "@", "$x", "a!b", "'abc",
            "\"\\N{DASH}\"", "'\\ud800'", "'\\x4'", "n if", "for", "if", "in", "not", "and", "1 +", "* 2", "n..m", "n.", ".n", "~n", "n~", "f(a=1, 2)", "f(*l, 1)", "f(**d, a=1)", "d(**d)",
            "range(*[1, 3])|list", "dict(**d)", "dict(**{'a': 1}, **{'b': 2})", "dict(a=1, **{'a': 2})", "'{a}'.format(**{'a': 1})", "n|default(nope)", "nope|default(nope) is undefined",
            "nope|list", "nope|length", "nope ~ 1", "nope in l", "l in nope", "1 in nope", "1 in 'a'", "'a' in 1", "[1] in [[1]]", "1.0 in [1]", "true in [1]", "'' in 'a'", "none in [none]"]
STATEMENTS = [
    "{% if n %}a{% elif s %}b{% else %}c{% endif %}", "{% if no %}a{% elif s %}b{% else %}c{% endif %}", "{% if no %}a{% endif %}",
    "{% if no %}a{% elif no %}b{% elif yes %}c{% elif yes %}d{% endif %}", "{% if 1, 0 %}t{% endif %}",
    "{% for x in l %}{{ x }},{% endfor %}", "{% for x in el %}{{ x }}{% else %}none{% endfor %}", "{% for x in nope %}{{ x }}{% else %}none{% endfor %}",
    "{% for x in n %}{{ x }}{% endfor %}", "{% for c in u %}[{{ c }}]{% endfor %}", "{% for k in d %}{{ k }}{% endfor %}",
    "{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}", "{% for k, v in d|dictsort %}{{ k }}={{ v }};{% endfor %}",
    "{% for a, b in [(1, 2), (3, 4)] %}{{ a + b }} {% endfor %}", "{% for a, b in [1] %}{{ a }}{% endfor %}", "{% for a, (b, c) in [(1, (2, 3))] %}{{ a ~ b ~ c }}{% endfor %}",
    "{% for a, in [[1]] %}{{ a }}{% endfor %}", "{% for (a, b) in ['xy'] %}{{ a }}-{{ b }}{% endfor %}", "{% for a, b in [(1, 2, 3)] %}{% endfor %}",
    "{% for x in l if x > 1 %}{{ loop.index }}/{{ loop.length }}:{{ x }} {% endfor %}", "{% for x in l if x > 9 %}a{% else %}b{% endfor %}",
    "{% for x in l if loop.first %}{{ x }}{% endfor %}", "{% for x in l %}{% for y in ls if y != loop.index %}{{ y }}{% endfor %}{% endfor %}",
    "{% for x in ls %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.depth }}{{ loop.depth0 }} {% endfor %}",
    "{% for x in ls %}{{ loop.previtem }}<{{ x }}>{{ loop.nextitem }} {% endfor %}", "{% for x in ls %}{{ loop.cycle('o', 'e') }}{% endfor %}", "{% for x in l %}{{ loop.cycle() }}{% endfor %}",
    "{% for x in [1, 1, 2, 2, 1] %}{{ loop.changed(x) }} {% endfor %}", "{% for x in l %}{{ loop.nothing }}{% endfor %}", "{% for x in l %}{{ loop.previtem.x }}{% endfor %}",
    "{% for x in l %}{% for y in l %}{{ loop.index }}{% endfor %}{{ loop.index }};{% endfor %}", "{% for x in l %}{% for y in l recursive %}{{ loop.depth }}{% endfor %}{% endfor %}",
    "{% for x in [1, [2, [3, 4]], 5] recursive %}{% if x is iterable %}({{ loop(x) }}){% else %}{{ loop.depth }}:{{ x }} {% endif %}{% endfor %}",
    "{% for x in l %}{{ loop(x) }}{% endfor %}", "{% for x in l %}{% if x == 1 %}{% continue %}{% endif %}{{ x }}{% endfor %}", "{% for x in l %}{% if x == 1 %}{% break %}{% endif %}{{ x }}{% endfor %}",
    "{% for x in l %}{% continue %}{% else %}E{% endfor %}", "{% for x in l %}{% break %}{% else %}E{% endfor %}", "{% for x in l %}{{ x }}{% if loop.last %}{% break %}{% endif %}{% else %}E{% endfor %}",
    "{% break %}", "{% if yes %}{% continue %}{% endif %}", "{% for x in l %}{% generation %}{% break %}{% endgeneration %}{% endfor %}", "{% for x in l %}{% set y %}a{% break %}{% endset %}{% endfor %}{{ y }}",
    "{% for x in l %}{% macro m() %}{% break %}{% endmacro %}{% endfor %}", "{% for x in range(3) %}{{ x }}{% endfor %}{{ x }}", "{% for n in l %}{{ n }}{% endfor %}{{ n }}",
    "{% for x in l|map('string') %}{{ x }}{{ loop.length }}{{ loop.last }} {% endfor %}", "{% for x in l %}{% set loop = 1 %}{% endfor %}", "{% for loop in l %}{% endfor %}",
    "{% set x = 1 %}{{ x }}", "{% set x, y = 1, 2 %}{{ x + y }}", "{% set x = 1, 2 %}{{ x }}", "{% set (x, y) = l %}", "{% set x, y = 'ab' %}{{ y }}{{ x }}", "{% set n = n + 1 %}{{ n }}",
    "{% set x %}a{{ n }}b{% endset %}{{ x|upper }}", "{% set x | upper | replace('A', 'z') %}a{{ n }}b{% endset %}{{ x }}", "{% set x %}{% set y = 2 %}{{ y }}{% endset %}{{ x }}{{ y }}",
    "{% set d.a = 1 %}", "{% set nope.a = 1 %}", "{% set 1 = 2 %}", "{% set true = 2 %}", "{% set x[0] = 1 %}", "{% set x = %}", "{% set x 1 %}",
    "{% set ns = namespace(a=1) %}{% for x in l %}{% set ns.a = ns.a + x %}{% endfor %}{{ ns.a }}", "{% set ns = namespace() %}{% set ns.a, ns.b = 1, 2 %}{{ ns.a ~ ns.b }}", "{% set ns = namespace(x=0) %}{{ ns }}{% set ns.x = ns.x %}{{ ns }}",
    "{% set ns = namespace() %}{% set ns.me = [ns] %}{{ ns.me[0] == ns }}", "{% set ns = namespace(f=0) %}{% for x in range(6) if ns.f < 2 %}{% set ns.f = ns.f + 1 %}{{ x }}{% endfor %}",
    "{% set ns = namespace(f=0) %}{% for x in range(6) if ns.f < 2 %}{% set ns.f = ns.f + 1 %}{{ x }}{{ loop.length }}{% endfor %}", "{% set ns = namespace(f=0) %}{% for x in range(6) if ns.f < 2 %}{% set ns.f = ns.f + 1 %}{{ x }}{{ loop.last }}{% endfor %}",
    "{% set x = 1 %}{% for y in l %}{{ x }}{% set x = y %}{{ x }} {% endfor %}{{ x }}", "{% for y in l %}{{ n }}{% set n = y %}{{ n }} {% endfor %}{{ n }}", "{% for y in l %}{% if y == 3 %}{% set z = y %}{% endif %}[{{ z }}]{% endfor %}",
    "{% if no %}{% set n = 1 %}{% endif %}{{ n }}", "{% if yes %}{% set x = 1 %}{% endif %}{{ x }}", "{% if no %}{% set q = 1 %}{% endif %}{{ q }}", "{% set x = 1 %}{% if yes %}{% set x = 2 %}{% endif %}{{ x }}",
    "{% macro m() %}{{ n }}{% endmacro %}{{ m() }}{% set n = 1 %}{{ m() }}", "{% macro m() %}{{ n }}{% endmacro %}{{ m() }}{% if yes %}{% set n = 1 %}{% endif %}{{ m() }}", "{{ n }}{% set n = 1 %}{{ n }}",
    "{% set n = n if n is defined else 9 %}{{ n }}", "{% if n is not defined %}{% set n = 2 %}{% endif %}{{ n }}", "{% if qq is not defined %}{% set qq = 2 %}{% endif %}{{ qq }}", "{% for x in l %}{% if qq is not defined %}{% set qq = x %}{% endif %}{{ qq }}{% endfor %}{{ qq }}",
    "{% with %}{{ n }}{% endwith %}", "{% with x = 1, y = x %}{{ x }}[{{ y }}]{% endwith %}{{ x }}", "{% with n = 1 %}{{ n }}{% set n = 2 %}{{ n }}{% endwith %}{{ n }}", "{% with a, b = (1, 2) %}{{ a ~ b }}{% endwith %}",
    "{% macro m(a, b=2, c=a) %}{{ a }}{{ b }}{{ c }}{% endmacro %}{{ m(1) }} {{ m(1, c=3) }} {{ m(b=1, a=0) }}", "{% macro m(a) %}[{{ a }}]{% endmacro %}{{ m() }}", "{% macro m(a) %}{{ a.x }}{% endmacro %}{{ m() }}", "{% macro m(a) %}{% endmacro %}{{ m(1, 2) }}", "{% macro m(a) %}{% endmacro %}{{ m(b=2) }}",
    "{% macro m(a) %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, 3, x=4) }}", "{% macro m(a, b) %}{{ a }}{{ b }}{% endmacro %}{{ m(1, a=2) }}", "{% macro m(a=1, b) %}{% endmacro %}", "{% macro m(x=y, y=1) %}{{ x }}{{ y }}{% endmacro %}{{ m() }}", "{% macro m() %}{{ m.name }}{% endmacro %}{{ m() }}",
    "{% macro m(a) %}{% set a = a ~ '!' %}{{ a }}{% endmacro %}{{ m(1) }}", "{% macro f(k) %}{% if k > 0 %}{{ k }}{{ f(k - 1) }}{% endif %}{% endmacro %}{{ f(4) }}", "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "{% macro m() %}x{% endmacro %}{{ m() ~ m()|upper }}{{ m()|length }}", "{% macro m(caller) %}{{ caller() }}{% endmacro %}{{ m(1) }}",
    "{% macro w() %}<{{ caller() }}>{% endmacro %}{% call w() %}in{{ n }}{% endcall %}", "{% macro w(l) %}{% for x in l %}{{ caller(x, x * 2) }}{% endfor %}{% endmacro %}{% call(a, b=0) w(l) %}{{ a }}-{{ b }} {% endcall %}", "{% macro w() %}x{% endmacro %}{% call w() %}{% endcall %}", "{% macro w() %}{{ caller is defined }}{% endmacro %}{{ w() }}{% call w() %}{% endcall %}",
    "{% macro w() %}{{ caller() }}{% endmacro %}{{ w() }}", "{% call n() %}{% endcall %}", "{% call n %}{% endcall %}", "{% macro outer() %}{% macro inner() %}i{{ n }}{% endmacro %}{{ inner() }}{% endmacro %}{{ outer() }}", "{% for x in l %}{% macro m() %}{{ x }}{% endmacro %}{{ m() }}{% endfor %}",
    "{% set ns = namespace() %}{% macro m() %}{{ n }}{% endmacro %}{% set ns.m = m %}{{ ns.m() }}", "{% filter upper %}a{{ s }}{% endfilter %}", "{% filter replace('o', '0') | upper %}{{ s }}{% endfilter %}", "{% filter nofilter %}{% endfilter %}", "{% filter trim %}{% set z = 1 %} {{ z }} {% endfilter %}{{ z }}",
    "{% print n, s %}", "{% print %}", "{% generation %}{{ n }}{% set z = 1 %}{% endgeneration %}{{ z }}", "{% do n %}", "{% include 'x' %}", "{% extends 'x' %}", "{% import 'x' as y %}", "{% from 'x' import y %}", "{% nope %}", "{% %}", "{% 1 %}", "{%", "{{", "{#", "{% raw %}", "{% endif %}", "{% if %}{% endif %}",
    "{% if n %}", "{% for x in l %}", "{% if n %}{% endfor %}", "{% for x l %}{% endfor %}", "{% for in l %}{% endfor %}", "{% macro %}{% endmacro %}", "{% else %}", "{{ }}", "{{ n }", "{{ n %}", "{% if n }}", "{{ n }}}", "{{{ n }}}", "{{ {'a': 1} }}", "{{ {'a': {'b': 1}}['a'] }}", "{{ '}}' }}", "{{ '%}' }}", "{% if '%}' %}x{% endif %}",
    "{# {{ n }} #}a", "{# a #}\nb", "a {# x\ny #} b", "{#- a -#} b", " {#+ a +#}\n b", "{% raw %}{{ n }}{% if %}{% endraw %}", "{% raw %}\n a {% endraw %}\n b", " {%- raw -%} a {%- endraw -%} b", "{% raw %}a{% endraw +%}\nb", "{% raw +%}a{% endraw %}", "{%raw%}x{%endraw%}", "{% raw %}{% endraw",
    "{% if nope is nofilter %}{% endif %}", "{% if no %}{{ n|nofilter }}{% endif %}ok", "{{ n|nofilter if no else 1 }}", "{% for x in el %}{{ x|nofilter }}{% endfor %}", "{% if no %}{% for x in l %}{{ x|nofilter }}{% endfor %}{% endif %}", "{% if 'upper' is filter %}y{% endif %}{% if 'odd' is test %}y{% endif %}{{ 'nofilter' is filter }}",
    "{{ users|map(attribute='tag.k')|list }}", "{{ users|map(attribute='tag.k', default='-')|list }}", "{{ users|selectattr('tag')|list|length }}", "{{ users|map('attr', 'name')|list }}", "{{ l|map('nofilter')|list }}", "{{ l|select('notest')|list }}", "{{ l|map()|list }}", "{{ ls|map('replace', 'a', 'z')|join }}",
    "{% set g = l|map('string') %}{{ g|list }}{{ g|list }}", "{% set g = l|select('odd') %}{{ g|first }}{{ g|first }}{{ g|list }}", "{{ (l|map('string'))|length }}", "{{ (l|map('string'))[0] is defined }}", "{{ (l|map('string')) is sequence }}{{ (l|map('string')) is iterable }}", "{{ d.items() is sequence }}{{ d.items() is iterable }}{{ d.items()[0] is defined }}", "{{ 'x' if l|select('gt', 9) else 'y' }}",
    "{{ [1, 2, 3]|sum / 2 }}", "{{ ['a', 1]|sort }}", "{{ [[2, 1], [1, 9]]|sort }}", "{{ [nope, nope]|unique|list }}", "{{ [1, 1.0, true, '1']|unique|list }}", "{{ [[1], [1]]|unique|list }}", "{{ ['B', 'a', 'C']|sort|join }}{{ ['B', 'a', 'C']|min }}{{ ['B', 'a', 'C']|max }}", "{{ 2.675|round(2) }} {{ 0.5|round }} {{ 1.5|round }} {{ -2.5|round }} {{ 1234.5|round(-2) }} {{ 25|round(-1) }} {{ 2.5|round(1, 'ceil') }} {{ 7|round(0, 'floor') }}",
    "{{ '1_000'|int }} {{ '0x1f'|int(base=16) }} {{ '1e3'|int }} {{ 'z'|int(base=36) }} {{ '12.7'|int }} {{ 'inf'|int }} {{ ''|int }} {{ ' +5 '|int }} {{ '0b11'|int(0, 2) }} {{ '٣'|int('d') if false else 1 }}", "{{ '1_0.5'|float }} {{ 'nan'|float }} {{ '-inf'|float }} {{ '1e5'|float }} {{ '.5'|float }} {{ '5.'|float }} {{ '1__0'|float }} {{ 'x'|float }}", "{{ 1e400|int }}", "{{ 'nan'|float|int }}",
]
PADDING = ["", " ", "\n", "\n  ", "  \n", " \n \n"]
OPENING = ["{%", "{%-", "{%+"]
CLOSING = ["%}", "-%}", "+%}"]


def spaces():
    for before, opening, closing, after in itertools.product(PADDING, OPENING, CLOSING, PADDING[:4]):
        yield f"a{before}{opening} if n {closing}{after}b{before}{opening} endif {closing}{after}c"
    for before, opening, closing, after in itertools.product(PADDING, ["{{", "{{-", "{{+"], ["}}", "-}}", "+}}"], PADDING):
        yield f"a{before}{opening} n {closing}{after}b"
    for before, opening, closing, after in itertools.product(PADDING, ["{#", "{#-", "{#+"], ["#}", "-#}", "+#}"], PADDING[:4]):
        yield f"{before}{opening} n {closing}{after}b"
    for before, opening, closing in itertools.product(PADDING[:4], OPENING, CLOSING):
        yield f"x{before}{opening} raw %}}\n  y{before}{opening} endraw {closing}\n z\n"
    for end in ["\n", "\n\n", "\r\n", "\r", " \n", "\n "]:
        yield f"a{{{{ n }}}}{end}"
        yield f"a{{% if n %}}{end}b{{% endif %}}{end}"
        yield f"{end}{{% if n %}}b{end}{{% endif %}}"


def snippets():
    for filter_ in FILTERS:
        for operand in OPERANDS:
            yield "{{ " + operand + "|" + filter_ + " }}"
    for test in TESTS:
        for operand in OPERANDS:
            yield "{{ " + operand + " is " + test + " }}"
    for left, sign, right in itertools.product(SIDES, BINARY, SIDES):
        yield "{{ " + f"{left} {sign} {right}" + " }}"
    for text, method in itertools.product(TEXTS, METHODS):
        yield "{{ " + f"({text}).{method}" + " }}"
    for expression in DICTS + LITERALS:
        yield "{{ " + expression + " }}"
    for operand, slice_ in itertools.product(["s", "u", "l", "ls", "(n, 2, 3)", "range(9)", "d", "nope", "n"], SLICES):
        yield "{{ " + operand + slice_ + " }}"
    yield from STATEMENTS
    yield from spaces()
