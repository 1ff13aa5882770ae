"""Generates tests/golden/torch/tokenizers/layouts/*.json and layouts.json: small tokenizers in every layout that published
checkpoints use, and what the tokenizers package makes of texts that are hard on each.

    python3 -m venv venv && venv/bin/pip install tokenizers==0.23.3
    venv/bin/python tests/golden/tokenizer_layouts_golden.py
    venv/bin/python tests/golden/tokenizer_layouts_golden.py --compare "build/bin/espalier" FILE.jsonl...

The second form compares all ids that `espalier tokenize` gives over whole files of texts.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

OUT = pathlib.Path(__file__).parent / "torch" / "tokenizers"
CORPUS = ["The quick brown fox jumps over the lazy dog 12345 times.", "She sells 7 sea shells, doesn't she?  They'll see!",
          "Natalia sold clips to 48 of her friends in April, and then half as many in May.", "def f(x):\n    return x + 1\n\n",
          "caf\u00e9 na\u00efve r\u00e9sum\u00e9 \u4e2d\u6587\u5b57\u7b26 \u0440\u0443\u0441\u0441\u043a\u0438\u0439 \u044f\u0437\u044b\u043a",
          "How many clips did Natalia sell altogether in April and May? 48 / 2 = 24, 48 + 24 = 72. #### 72"] * 4
LLAMA3 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|"
          r"\s+(?!\S)|\s+")
QWEN = LLAMA3.replace(r"\p{N}{1,3}", r"\p{N}")
TEKKEN = (r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|"
          r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}|"
          r" ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")
DEEPSEEK = (r"""[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|"""
            r"\s*[\r\n]+|\s+(?!\S)|\s+")
DEEPSEEK_LLM = ["[\r\n]", "\\s?[A-Za-z\u00b5\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u01ba\u0400-\u0481]+",
                "\\s?[!-/:-~\uff01-\uff0f\uff1a-\uff5e\u2018-\u201f\u3000-\u3002]+", "\\s+$", "[\u4e00-\u9fa5\u0800-\u4e00\uac00-\ud7ff]+"]
BYTES = [f"<0x{byte:02X}>" for byte in range(256)]

TEXTS = [
    "", " ", "  ", "\n", "\n\n\n", "\t\t x", "a", " a", "a ", "  a  b   c    ", "Hello, world!", "hello\u2581world \u2581\u2581x",
    "doesn't DOESN'T I'LL we've they\u2019re 'S", "1 12 123 1234 12345 3.14 1,000,000 \u0663\u0664 \u00bd \u2167 \u00b2", "x=1;y<=2&&z!=3||w",
    "def f(x):\r\n\treturn x\r\n\r\n", "caf\u00e9 cafe\u0301 \u212b \ufb01 \uff21\uff22\uff11 \u0130I\u0131i \u00df \u1e9e", "\u1100\u1161\u11a8 \uac01",
    "\u4e2d\u6587\u3002\u3042\u30a2 \ud55c\uad6d\uc5b4 \u0440\u0443\u0441\u0441\u043a\u0438\u0439 \u0627\u0644\u0639\u0631\u0628\u064a\u0629 \u05e2\u05d1\u05e8\u05d9\u05ea \u0939\u093f\u0928\u094d\u0926\u0940 \u0e44\u0e17\u0e22",
    "\U0001F600\U0001F468\u200d\U0001F469\u200d\U0001F467 \U0001F1E9\U0001F1EA \u2764\ufe0f \U0001D54F\U00020000", "a\u00a0b\u2003c\u3000d\u202fe\u180ef\u200bg\ufeffh\u2028i\u2029j\u0085k",
    "\x00\x01\x1b[0m\x7f\u0080", "\ufffd \uffff \U0010ffff \ue000", "'ll'll 's", "a\u0300\u0301\u0302\u0316b", "<0x41> <0x0A> <0xZZ>",
    "<s>x</s> <unk> <s", "<|user|> hi <|end|>\n<|assistant|>  yes", "<|im_start|>user\nhi<|im_end|>", "x<think>\ny</think> z<tool_call>",
    "<\uff5cUser\uff5c>2+2?<\uff5cAssistant\uff5c>", "<a> <aa> <aaa> <aaaa>", "loneWORD WORDs WORD, (WORD) WORD1 _WORD \u00e9WORD",
    "left  <L>right  <R>  both  <B>  <B> x<L><R> y", "\u1e9bnorm NORM n\u014fRM Norm", "\n\n\n\n x\n\n", "word" * 30, " " * 40 + "x", "\u0640" * 20,
    "Natalia sold 48 / 2 = 24 clips in May.\nAltogether 48 + 24 = 72.\n#### 72", "The answer is \\boxed{\\frac{14}{3}}.",
]


def added(content, **flags):
    flags.setdefault("normalized", False)
    return AddedToken(content, **flags)


def byte_level(pre, normalizer=None, tokens=(), ignore_merges=False, size=520):
    tokenizer = Tokenizer(models.BPE(ignore_merges=ignore_merges))
    tokenizer.pre_tokenizer = pre
    tokenizer.decoder = decoders.ByteLevel()
    if normalizer:
        tokenizer.normalizer = normalizer
    tokenizer.train_from_iterator(CORPUS, trainers.BpeTrainer(
        vocab_size=size, show_progress=False, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    finish(tokenizer, tokens)
    return tokenizer


def finish(tokenizer, tokens):
    tokenizer.add_special_tokens([t for t in tokens if t.special])
    tokenizer.add_tokens([t for t in tokens if not t.special])


def splits(*patterns, behavior="isolated"):
    return pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(p), behavior) for p in patterns] +
                                   [pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])


def sentence_piece(normalizer, pre, decoder, tokens=(), lacking=(), fuse=True):
    """A BPE of characters with the 256 bytes behind them; `lacking` bytes are taken out of the vocabulary."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=fuse, byte_fallback=True))
    if normalizer:
        tokenizer.normalizer = normalizer
    if pre:
        tokenizer.pre_tokenizer = pre
    else:  # merges over several words are none of SentencePiece's
        tokenizer.pre_tokenizer = pre_tokenizers.Split("\u2581", "merged_with_next")
    tokenizer.decoder = decoder
    first = ["<unk>", "<s>", "</s>"] + [b for b in BYTES if b not in lacking]
    tokenizer.train_from_iterator(CORPUS, trainers.BpeTrainer(vocab_size=len(first) + 200, special_tokens=first,
                                                              limit_alphabet=90, show_progress=False))
    description = json.loads(tokenizer.to_str())
    description["added_tokens"] = [t for t in description["added_tokens"] if t["content"] in ["<unk>", "<s>", "</s>"]]
    if not pre:
        description["pre_tokenizer"] = None
    tokenizer = Tokenizer.from_str(json.dumps(description))
    finish(tokenizer, tokens)
    return tokenizer


def sentence_piece_decoder(strip=True):
    steps = [decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse()]
    return decoders.Sequence(steps + ([decoders.Strip(" ", 1, 0)] if strip else []))


def layouts():
    prepend = normalizers.Sequence([normalizers.Prepend("\u2581"), normalizers.Replace(" ", "\u2581")])
    chatml = [added("<|im_start|>", special=True), added("<|im_end|>", special=True)]
    phi = [added(t, special=True, rstrip=True) for t in ["<|user|>", "<|assistant|>", "<|end|>"]]
    digits = pre_tokenizers.Digits(individual_digits=True)
    flags = [added("<L>", lstrip=True), added("<R>", rstrip=True), added("<B>", lstrip=True, rstrip=True),
             added("WORD", single_word=True), added("<a>"), added("<aa>"), added("<aaa>", special=True),
             added("Norm", normalized=True), added("\u1e9b", normalized=True), added("\n\n"), added("\n\n\n")]
    return {
        "llama2": sentence_piece(prepend, None, sentence_piece_decoder()),
        "llama2_lacking": sentence_piece(prepend, None, sentence_piece_decoder(), lacking=BYTES[0xE0:0xF0], fuse=False),
        "phi3": sentence_piece(prepend, None, sentence_piece_decoder(), phi + [added("</s>", special=True, rstrip=True)]),
        "mistral": sentence_piece(None, pre_tokenizers.Metaspace(prepend_scheme="first", split=False), sentence_piece_decoder(),
                                  [added("[INST]", special=True)]),
        "metaspace": sentence_piece(normalizers.Sequence([normalizers.NFKC(), normalizers.Strip()]),
                                    pre_tokenizers.Metaspace(prepend_scheme="always"), decoders.Metaspace(), flags),
        "metaspace_never": sentence_piece(None, pre_tokenizers.Metaspace(prepend_scheme="never"),
                                          decoders.Metaspace(prepend_scheme="never"), flags),
        "gemma": sentence_piece(normalizers.Replace(" ", "\u2581"), pre_tokenizers.Split(" ", "merged_with_previous"),
                                sentence_piece_decoder(strip=False), [added("\n" * n) for n in range(2, 6)]),
        "llama3": byte_level(splits(LLAMA3), ignore_merges=True, tokens=chatml),
        "tekken": byte_level(splits(TEKKEN), ignore_merges=True, tokens=[added("[INST]", special=True)]),
        "qwen": byte_level(splits(QWEN), normalizers.NFC(), chatml + [added("<think>"), added("</think>"), added("<tool_call>")]),
        "smollm": byte_level(pre_tokenizers.Sequence([digits, pre_tokenizers.ByteLevel(add_prefix_space=False)]), tokens=chatml),
        "deepseek": byte_level(splits(r"\p{N}{1,3}", "[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+", DEEPSEEK), tokens=[
            added("<\uff5cUser\uff5c>"), added("<\uff5cAssistant\uff5c>"), added("<think>")]),
        "deepseek_llm": byte_level(pre_tokenizers.Sequence(
            [pre_tokenizers.Split(Regex(p), "isolated") for p in DEEPSEEK_LLM] +
            [digits, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])),
        "flags": byte_level(pre_tokenizers.ByteLevel(add_prefix_space=True), normalizers.Sequence(
            [normalizers.NFD(), normalizers.StripAccents(), normalizers.Lowercase()]), flags),
        "removed": byte_level(pre_tokenizers.Sequence(
            [pre_tokenizers.Whitespace(), pre_tokenizers.Punctuation("contiguous"), pre_tokenizers.Digits(),
             pre_tokenizers.Split(Regex("[aeiou]"), "merged_with_previous"),
             pre_tokenizers.Split("l", "merged_with_next"),
             pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])),
        "inverted": byte_level(pre_tokenizers.Sequence(
            [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Split(Regex(r"\w+"), "contiguous", invert=True),
             pre_tokenizers.CharDelimiterSplit("o"), pre_tokenizers.Split(Regex("(?=[A-Z])"), "isolated"),
             pre_tokenizers.ByteLevel(add_prefix_space=False)])),
    }


def write():
    folder = OUT / "layouts"
    folder.mkdir(exist_ok=True)
    expected = []
    for name, tokenizer in layouts().items():
        description = json.loads(tokenizer.to_str())
        description["model"]["merges"] = [" ".join(m) for m in description["model"]["merges"]]
        text = json.dumps(description, ensure_ascii=False, separators=(",", ":"))
        (folder / f"{name}.json").write_text(text)
        tokenizer = Tokenizer.from_str(text)
        for sample in TEXTS:
            ids = tokenizer.encode(sample, add_special_tokens=False).ids
            decoded = [tokenizer.decode(part, skip_special_tokens=True) for part in
                       (ids, ids[:len(ids) // 2], ids[len(ids) // 2:])]
            whole = tokenizer.decode(ids, skip_special_tokens=False)
            expected.append([name, sample, ids, *decoded, whole])
    (OUT / "layouts.json").write_text(json.dumps(expected, ensure_ascii=True, separators=(",", ":")).replace('],["', '],\n["'))


def texts_of(file):
    def strings(value):
        if isinstance(value, str):
            yield value
        elif isinstance(value, (dict, list)):
            for one in value.values() if isinstance(value, dict) else value:
                yield from strings(one)
    for line in pathlib.Path(file).read_text().splitlines():
        yield from strings(json.loads(line))


def compare(program, files, folders=()):
    texts = [text for file in files for text in texts_of(file)] + TEXTS
    named = [(path.stem, path) for path in sorted((OUT / "layouts").glob("*.json"))]
    named += [(folder, pathlib.Path(folder) / "tokenizer.json") for folder in folders]
    for name, path in named:
        tokenizer = Tokenizer.from_file(str(path))
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "tokenizer.json").write_text(path.read_text())
            lines = "".join(json.dumps(text) + "\n" for text in texts)
            out = subprocess.run([program, "tokenize", folder, "--lines", "--specials"], input=lines, capture_output=True,
                                 text=True, check=True).stdout.splitlines()
        different = 0
        tokens = 0
        for text, line in zip(texts, out, strict=True):
            wanted = tokenizer.encode(text, add_special_tokens=False).ids
            tokens += len(wanted)
            if json.loads(line)["ids"] != wanted:
                different += 1
        print(f"{name}: {len(texts)} texts, {tokens} ids, {different} texts differ")


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1] == "--compare":
        compare(sys.argv[2], sys.argv[3:])
    else:
        write()
