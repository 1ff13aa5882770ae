#!/usr/bin/env python3
"""Turns a folder of fuzzing inputs into one text file and back.

    corpus.py pack FOLDER FILE      one line per input: printable ASCII as it is, \\\\ for a backslash, \\xNN for the rest
    corpus.py unpack FILE FOLDER    one file per line
"""
import pathlib
import re
import sys


def escaped(data: bytes) -> str:
    return "".join("\\\\" if b == 0x5C else chr(b) if 0x20 <= b < 0x7F else f"\\x{b:02x}" for b in data)


def plain(line: str) -> bytes:
    parts = re.sub(r"\\(\\|x[0-9a-f]{2})", lambda m: "\\" if m[1] == "\\" else chr(int(m[1][1:], 16)), line)
    return parts.encode("latin-1")


def main() -> None:
    verb, source, target = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    if verb == "pack":
        lines = sorted({escaped(file.read_bytes()) for file in source.iterdir()}, key=lambda line: (len(line), line))
        target.write_text("".join(line + "\n" for line in lines), encoding="ascii")
    else:
        target.mkdir(parents=True, exist_ok=True)
        for number, line in enumerate(source.read_text(encoding="ascii").splitlines()):
            (target / f"{number:05}").write_bytes(plain(line))


main()
