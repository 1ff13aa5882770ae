"""Generates tests/golden/jinja/*.json: what jinja2 renders chat templates and small templates to.

    python3 -m venv venv && venv/bin/pip install jinja2==3.1.6
    venv/bin/python tests/golden/jinja_golden.py

compares the interpreter with jinja2 on templates that a grammar makes up, and prints what differs:

    venv/bin/python tests/golden/jinja_golden.py --random 5000 --seed 1 --program build/tests/framework/models/jinja/jinja_render

The tests themselves need no Python. Templates in jinja/templates are written for this test, in the manner of those that
checkpoints are published with.
"""

import argparse
import json
import pathlib
import subprocess
import sys

from jinja.conversations import CONVERSATIONS, EXTRA, TOOLS
from jinja.environment import failure_or_text
from jinja.random_templates import Maker
from jinja.snippets import VARIABLES, snippets

HERE = pathlib.Path(__file__).parent / "jinja"
TOKENS = {"bos_token": "<s>", "eos_token": "</s>"}
# What is not compared: what jinja2 prints of an object names its place in memory, and complex numbers are left out.
PLACES = (
    "object at 0x",
    "<built-in",
    "<bound method",
    "<function",
    "<generator",
    "<Macro",
    "<class",
    "<LoopContext",
    "<TemplateReference",
    "j)",
)


def chats():
    cases = []
    for file in sorted((HERE / "templates").glob("*.jinja")):
        template = file.read_text()
        for name, messages in CONVERSATIONS.items():
            for prompt in (True, False):
                variables = {"messages": messages, "tools": None, "documents": None, "add_generation_prompt": prompt}
                cases.append(case(file.stem, name, template, variables | TOKENS, prompt, {}))
        for extra in EXTRA.get(file.stem, []):
            for name in ("turns", "system"):
                variables = {
                    "messages": CONVERSATIONS[name],
                    "tools": None,
                    "documents": None,
                    "add_generation_prompt": True,
                }
                cases.append(case(file.stem, name, template, variables | TOKENS | extra, True, extra))
    return cases


def case(template_name, conversation, template, variables, prompt, extra):
    text, failure, refusal = failure_or_text(template, variables)
    result = {"template": template_name, "conversation": conversation, "add_generation_prompt": prompt}
    if extra:
        result["extra"] = extra
    if refusal is not None:
        result["refusal"] = refusal
    elif failure is not None:
        result["failure"] = failure
    else:
        result["text"] = text
    return result


def small():
    results = []
    seen = set()
    for template in snippets():
        if template in seen:
            continue
        seen.add(template)
        text, failure, _ = failure_or_text(template, VARIABLES)
        if text is not None and any(place in text for place in PLACES):
            continue
        results.append([template, text] if failure is None else [template, None])
    return results


def write(name, value):
    lines = ",\n".join(json.dumps(one, ensure_ascii=False) for one in value)
    (HERE / name).write_text("[\n" + lines + "\n]\n")


def compare(count, seed, program):
    """Renders made-up templates both ways."""
    process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    differing = failing = skipped = 0
    for i in range(count):
        template = Maker(seed * 1_000_003 + i).template()
        text, failure, _ = failure_or_text(template, VARIABLES)
        if text is not None and any(place in text for place in PLACES):
            skipped += 1
            continue
        process.stdin.write(json.dumps({"template": template, "variables": VARIABLES}) + "\n")
        process.stdin.flush()
        answer = json.loads(process.stdout.readline())
        error = answer.get("error")
        failing += failure is not None
        # jinja2 takes a constant with a wrong slice for undefined, because its optimiser evaluates it; a variable fails.
        if error and ("64 bits" in error or "limit" in error or "slice" in error):
            skipped += 1
        elif answer.get("text") != text:
            differing += 1
            print(f"--- {seed * 1_000_003 + i}\n{template}")
            print(f">>> jinja2: {failure or text!r}\n>>> ours:   {error or answer['text']!r}")
    print(f"{count} templates: {differing} differ, {failing} fail in jinja2, {skipped} skipped")
    return differing == 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--random", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--program")
    arguments = parser.parse_args()
    if arguments.random:
        sys.exit(not compare(arguments.random, arguments.seed, arguments.program))
    (HERE / "conversations.json").write_text(json.dumps(CONVERSATIONS, ensure_ascii=False, indent=1) + "\n")
    (HERE / "variables.json").write_text(json.dumps(VARIABLES, ensure_ascii=False, indent=1) + "\n")
    write("chats.json", chats())
    write("snippets.json", small())


if __name__ == "__main__":
    main()
