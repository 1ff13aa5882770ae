"""Generates tests/golden/torch/serialisation.json: transcripts as MASPRM's value models are trained on them, token for token.

    python3 -m venv venv && venv/bin/pip install tokenizers==0.22.1
    venv/bin/python tests/golden/serialisation_golden.py

The question, of which so many tokens at its end are kept, then for each message its tokens and the separator; nothing in
between. The tests themselves need no Python.
"""

import json
import pathlib

from tokenizers import Tokenizer

TORCH = pathlib.Path(__file__).parent / "torch"
QUESTION = "Ben has 11 beads . Mia owns 2 times as many beads as Ben ; Mia drops 4 . How many beads does Mia have ?"
CASES = [  # question, messages, tokens kept of the question
    (QUESTION, ["Ben has 11 beads ."], 0),
    (QUESTION, ["Ben has 11 beads .", "2 * 11 = 22 ; 22 - 4 = 18", "Answer: 18", "CORRECT. Answer: 18"], 0),
    (QUESTION, ["2 * 11 = 22", "18"], 5),
    (QUESTION, ["2 * 11 = 22", "18"], 768),
    ("How many?", ["", " a space before, and after ", "\n\nlines\n"], 0),
    ("Größe, naïve, 数学 ", ["≈ 3.14159 😀", "x² + y² = z²"], 3),
]


def laid_out(tokenizer, question, messages, kept):
    encode = lambda text: tokenizer.encode(text, add_special_tokens=False).ids
    separator = tokenizer.token_to_id("</step>")
    tokens = encode(question)
    tokens = tokens[-kept:] if kept > 0 else tokens
    separators = []
    for message in messages:
        tokens = tokens + encode(message) + [separator]
        separators.append(len(tokens) - 1)
    return {"question": question, "messages": messages, "question_tokens": kept, "tokens": tokens,
            "separators": separators}


def main():
    tokenizer = Tokenizer.from_file(str(TORCH / "learned" / "words" / "tokenizer.json"))
    lines = [json.dumps(laid_out(tokenizer, *case), ensure_ascii=False) for case in CASES]
    (TORCH / "serialisation.json").write_text("[\n" + ",\n".join(lines) + "\n]\n")


if __name__ == "__main__":
    main()
