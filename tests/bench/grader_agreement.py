#!/usr/bin/env python3
"""Holds Espalier's graders against Math-Verify and a comparison by SymPy, on the same pairs, and times all three.

    pip install math-verify            # brings sympy and latex2sympy2-extended
    python3 tests/bench/grader_agreement.py [--espalier build/bin/espalier] [--data ../shared/data] [--list FILE]

Pairs: gold answers of MATH-500 in other spellings (all equal), wrong answers that look like them (none equal), sampled
solutions to MATH and to GSM8K with the verdicts of who published them. What SymPy judges is the last box of a text:
equal as texts, or their difference simplifies to 0. Seconds are CPU time of one core, user and system, start of the
program left out for Math-Verify and SymPy and counted for Espalier. --list writes every pair that not all judge alike.
"""
import argparse
import json
import pathlib
import re
import resource
import signal
import subprocess
import time

import sympy
from latex2sympy2_extended import latex2sympy
from math_verify import parse, verify

ESPALIER_REPEATS = 20  # so that the start of the program does not count
SYMPY_SECONDS = 5

FRACTION = re.compile(r"(-?)\\[dt]?frac\{(\d+)\}\{(\d+)\}")
THOUSANDS = re.compile(r"\d,(\\!)? ?\d{3}")


def spellings(gold):
    """Other ways to write a gold answer."""
    yield f"\\boxed{{{gold}}}"
    yield f"The final answer is ${gold}$."
    yield f"It is \\( \\boxed{{ {gold} }} \\), as was to be shown."
    if "frac" in gold:
        for command in ("dfrac", "tfrac", "frac"):
            yield "\\boxed{" + re.sub(r"\\[dt]?frac", "\\\\" + command, gold) + "}"
    if whole := FRACTION.fullmatch(gold):
        sign, top, bottom = whole.groups()
        yield f"\\boxed{{{sign}{top}/{bottom}}}"
        if 10**12 % int(bottom) == 0:
            yield f"\\boxed{{{sign}{int(top) / int(bottom)!r}}}"
    if re.fullmatch(r"-?\d+(, ?-?\d+)+", gold) and not THOUSANDS.search(gold):
        yield "\\boxed{" + ",".join(reversed(gold.split(","))) + "}"


def near_misses(gold):
    """Wrong answers that look like a gold one."""
    for number in re.finditer(r"\d+", gold):
        digits = number[0]
        others = {digits[:-1] + str((int(digits[-1]) + k) % 10) for k in (1, 5)}
        others |= {str(1 + int(digits[0]) % 9) + digits[1:], "1" + digits}
        for other in sorted(others - {digits}):
            if THOUSANDS.search(gold) and len(other) != len(digits) or other.strip("0") == digits.strip("0"):
                continue
            yield f"\\boxed{{{gold[:number.start()]}{other}{gold[number.end():]}}}"
    if re.match(r"\\[dt]?frac|\\sqrt|[\d.]", gold) and gold != "0" and not re.search(r"pm|_|,|\\text", gold):
        yield f"\\boxed{{-{gold}}}"
    if whole := FRACTION.fullmatch(gold):
        yield f"\\boxed{{{whole[1]}\\frac{{{whole[3]}}}{{{whole[2]}}}}}"
    if pair := re.fullmatch(r"(?:\\left)?\(([^,]*),([^,]*?)(?:\\right)?\)", gold.replace(" ", "")):
        yield f"\\boxed{{({pair[2]},{pair[1]})}}"
        yield f"\\boxed{{[{pair[1]},{pair[2]}]}}"


def read(file):
    return [json.loads(line) for line in file.read_text().splitlines()]


def pairs(data):
    """(set, prediction, gold, what it is known to be) for all sets."""
    for gold in dict.fromkeys(problem["answer"] for problem in read(data / "math500/test-first-250.jsonl")):
        yield from (("spellings", text, gold, True) for text in dict.fromkeys(spellings(gold)))
        yield from (("near misses", text, gold, False) for text in dict.fromkeys(near_misses(gold)))
    for problem in read(data / "samples/math_cot_50.jsonl"):
        for text, score in zip(problem["code"], problem["score"]):
            yield "MATH samples", text, problem["answer"], score
    for problem in read(data / "samples/gsm8k-model-solutions-first-660.jsonl"):
        gold = problem["ground_truth"].rsplit("A: ", 1)[1]
        for solution in problem.values():
            if isinstance(solution, dict) and "is_correct" in solution:
                yield "GSM8K samples", solution["solution"], gold, solution["is_correct"]


def by_espalier(espalier, grader, some):
    lines = "".join(json.dumps({"prediction": text, "reference": gold}) + "\n" for _, text, gold, _ in some)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    out = subprocess.run([espalier, "grade", "--grader", grader, "-"], input=lines * ESPALIER_REPEATS, text=True,
                         capture_output=True, check=True).stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return [json.loads(line)["equal"] for line in out.splitlines()[: len(some)]], seconds / ESPALIER_REPEATS


def one_by_one(judge, some):
    begin = time.process_time()
    verdicts = [judge(text, gold) for _, text, gold, _ in some]
    return verdicts, time.process_time() - begin


def by_math_verify(text, gold):
    return verify(parse(f"${gold}$"), parse(text))


def last_box(text):
    begin = text.rfind("\\boxed{")
    if begin < 0:
        dollars = re.findall(r"\$([^$]+)\$", text)
        numbers = re.findall(r"-?\d[\d,]*(?:\.\d+)?", text)
        return dollars[-1] if dollars else numbers[-1].replace(",", "") if numbers else text
    depth, at = 0, begin + len("\\boxed")
    for end in range(at, len(text)):
        depth += {"{": 1, "}": -1}.get(text[end], 0)
        if depth == 0:
            return text[at + 1 : end].strip()
    return text[at + 1 :]


def by_sympy(text, gold):
    answer = last_box(text)
    if answer.replace(" ", "") == gold.replace(" ", ""):
        return True
    signal.alarm(SYMPY_SECONDS)
    try:
        return sympy.simplify(latex2sympy(answer) - latex2sympy(gold)) == 0
    except Exception:  # not parsed, not subtracted, or too slow: not judged equal
        return False
    finally:
        signal.alarm(0)


def too_slow(*_):
    raise TimeoutError


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--espalier", default="build/bin/espalier")
    arguments.add_argument("--data", type=pathlib.Path, default=pathlib.Path("../shared/data"))
    arguments.add_argument("--list", type=pathlib.Path)
    options = arguments.parse_args()
    signal.signal(signal.SIGALRM, too_slow)
    every = list(pairs(options.data))
    listed = []
    print(f"{'pairs':14} {'judge':12} {'n':>5} {'as known':>9} {'accepts wrong':>14} {'refuses right':>14}"
          f" {'as Espalier':>12} {'verdicts/s':>11}")
    for name in dict.fromkeys(each[0] for each in every):
        some = [each for each in every if each[0] == name]
        grader = "number" if name.startswith("GSM8K") else "math"
        judged = {"Espalier": by_espalier(options.espalier, grader, some),
                  "Math-Verify": one_by_one(by_math_verify, some),
                  "SymPy": one_by_one(by_sympy, some)}
        ours = judged["Espalier"][0]
        for who, (verdicts, seconds) in judged.items():
            wrong = sum(verdict and not each[3] for verdict, each in zip(verdicts, some))
            right = sum(each[3] and not verdict for verdict, each in zip(verdicts, some))
            alike = sum(a == b for a, b in zip(verdicts, ours))
            print(f"{name:14} {who:12} {len(some):5} {1 - (wrong + right) / len(some):9.2%} {wrong:14} {right:14}"
                  f" {alike / len(some):12.2%} {len(some) / seconds:11,.0f}", flush=True)
        for each, *verdicts in zip(some, *(verdicts for verdicts, _ in judged.values())):
            if len({*verdicts, each[3]}) > 1:
                listed.append({"set": name, "prediction": each[1][-300:], "gold": each[2], "known": each[3],
                               **dict(zip(judged, map(bool, verdicts)))})
    if options.list:
        options.list.write_text("".join(json.dumps(each) + "\n" for each in listed))


main()
