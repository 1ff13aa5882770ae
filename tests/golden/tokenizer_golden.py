"""Generates tests/golden/torch/tokenizers/{lacking,unknown,fused} and lacking.json: vocabularies without tokens for some
single bytes, as published ones are, and what the tokenizers package makes of texts that need them.

    python3 -m venv venv && venv/bin/pip install tokenizers==0.23.3
    venv/bin/python tests/golden/tokenizer_golden.py
"""

import json
import pathlib

from tokenizers import Tokenizer

OUT = pathlib.Path(__file__).parent / "torch" / "tokenizers"
# Some of the bytes that are taken out stand in these texts.
TEXTS = ["plain words", "Zoe has 7 jars!", "!!", "a!!b!?!", "caf\u00e9 \u00e9\u00e9!", "tab\there\x04\x05end", "\x04", "ZZZ Z",
         "emoji \U0001F34B and \u4e2d\u6587", "", " !", "x" * 40 + "!" + "y" * 40]


def byte_spelling(byte):
    """The character by which byte-level tokenizers spell a byte in their files."""
    shown = list(range(0x21, 0x7F)) + list(range(0xA1, 0xAD)) + list(range(0xAE, 0x100))
    if byte in shown:
        return chr(byte)
    return chr(0x100 + [b for b in range(256) if b not in shown].index(byte))


def lacking(removed, unknown, fuse):
    description = json.loads((OUT / "digits" / "tokenizer.json").read_text())
    gone = {byte_spelling(byte) for byte in removed}
    model = description["model"]
    merges = [m if isinstance(m, list) else m.split(" ") for m in model["merges"]]
    model["merges"] = [m for m in merges if not gone & set("".join(m))]
    kept = [t for t in model["vocab"] if not gone & set(t)]
    specials = [t["content"] for t in description["added_tokens"]]
    if unknown:
        kept.append("<unk>")
    model["vocab"] = {t: i for i, t in enumerate(kept)}
    for token in description["added_tokens"]:
        token["id"] = model["vocab"].setdefault(token["content"], len(model["vocab"]))
    model["unk_token"] = "<unk>" if unknown else None
    model["fuse_unk"] = fuse
    return json.dumps(description, ensure_ascii=False, indent=1), specials


def main():
    removed = [0x04, 0x05, 0x06, 0xC0, 0xC1, *range(0xF5, 0x100), ord("!"), ord("Z"), 0xA9, 0xF0, 0x9F]
    expected = []
    for name, unknown, fuse in [("lacking", False, False), ("unknown", True, False), ("fused", True, True)]:
        text, _ = lacking(removed, unknown, fuse)
        (OUT / name).mkdir(exist_ok=True)
        (OUT / name / "tokenizer.json").write_text(text)
        tokenizer = Tokenizer.from_str(text)
        for sample in TEXTS:
            ids = tokenizer.encode(sample, add_special_tokens=False).ids
            expected.append({"tokenizer": name, "text": sample, "ids": ids,
                             "decoded": tokenizer.decode(ids, skip_special_tokens=True),
                             "halves": tokenizer.decode(ids[:len(ids) // 2], skip_special_tokens=True)})
    (OUT / "lacking.json").write_text(json.dumps(expected, ensure_ascii=False, indent=0))


if __name__ == "__main__":
    main()
