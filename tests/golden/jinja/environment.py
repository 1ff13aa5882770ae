"""jinja2 as transformers sets it up for chat templates."""

import copy
import datetime
import json
import warnings

import jinja2
import jinja2.ext
from jinja2.sandbox import ImmutableSandboxedEnvironment

warnings.simplefilter("ignore")


class Generation(jinja2.ext.Extension):
    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return jinja2.nodes.CallBlock(self.call_method("_body"), [], [], body).set_lineno(line)

    def _body(self, caller):
        return caller()


class Refusal(jinja2.exceptions.TemplateError):
    pass


def raise_exception(message):
    raise Refusal(message)


def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


ENVIRONMENT = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True,
                                            extensions=[Generation, jinja2.ext.loopcontrols])
ENVIRONMENT.filters["tojson"] = tojson
ENVIRONMENT.globals["raise_exception"] = raise_exception
ENVIRONMENT.globals["strftime_now"] = datetime.datetime(2024, 7, 4, 9, 5, 7).strftime


def failure_or_text(template, variables):
    """The text, or what fails, and what the template said when it refused the conversation.

    The variables are copied because jinja2 can change them after all: `list|indent` appends a line end to the list.
    """
    try:
        text = ENVIRONMENT.from_string(template).render(**copy.deepcopy(variables))
        text.encode()
        return text, None, None
    except Refusal as refusal:
        return None, "refused", refusal.message
    except Exception as error:
        return None, type(error).__name__, None
