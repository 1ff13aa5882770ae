"""Generates tests/golden/gguf: files as llama.cpp writes them, and what the gguf package and llama.cpp read in them.

    python3 -m venv venv && venv/bin/pip install gguf==0.19.0 numpy safetensors llama-cpp-python
    venv/bin/python tests/golden/gguf_golden.py
"""

import json
import pathlib
import tempfile

import gguf
import numpy
from gguf import GGMLQuantizationType as Type
from llama_cpp import Llama
from safetensors.numpy import load_file

HERE = pathlib.Path(__file__).parent
OUT = HERE / "gguf"
# Where in a block its 16-bit floats lie; all other bytes may be anything.
HALVES = {Type.F16: [0], Type.Q4_0: [0], Type.Q4_1: [0, 2], Type.Q5_0: [0], Type.Q5_1: [0, 2], Type.Q8_0: [0],
          Type.Q2_K: [80, 82], Type.Q3_K: [108], Type.Q4_K: [0, 2], Type.Q5_K: [0, 2], Type.Q6_K: [208]}
TEXTS = ["plain words", "a beZad, maZny hZe dZoZwn, TheCo MiA \u00e9aS", "1234567 12 3x4",
         "Zoe has 7 jars!", "!!", "a!!b!?!", "caf\u00e9 \u00e9\u00e9!", "tab\there\x04\x05end", "a \x04 b",
         "  two  spaces ", "12345 apples, 3.50 kg", "\n\n a\r\n\tb", "don't DON'T we'LL", "CamelCase XMLHttp \u00e9c\u00f4l\u00c9",
         "10 \u00f7 2 \u2192 5", "\u4e2d\u6587\u3002 \u65e5\u672c", "emoji \U0001F34B", "<|end|> <unk>", "", "a\u00a0b\u2007 c",
         "====--", "x" * 40]
BYTE_LEVEL = ["default", "llama-bpe", "dbrx", "qwen2", "gpt-2", "smollm", "tekken", "gpt-4o", "deepseek-coder"]


def numbers(random):
    """A tensor of random valid blocks for every type, and the numbers in them."""
    writer = gguf.GGUFWriter(OUT / "numbers.gguf", "llama")
    expected = []
    for kind in [Type.F32, Type.F16, Type.BF16, Type.Q4_0, Type.Q4_1, Type.Q5_0, Type.Q5_1, Type.Q8_0, Type.Q2_K,
                 Type.Q3_K, Type.Q4_K, Type.Q5_K, Type.Q6_K]:
        block, size = gguf.GGML_QUANT_SIZES[kind]
        rows, blocks = 2, 2 if block > 1 else 64
        data = random.integers(0, 256, (rows * blocks, size), dtype=numpy.uint8)
        for at in HALVES.get(kind, []):
            halves = random.normal(size=rows * blocks).astype(numpy.float16)
            halves[0] = 6e-7  # a subnormal one
            data[:, at:at + 2] = halves.view(numpy.uint8).reshape(-1, 2)
        if kind == Type.F32:
            data = random.normal(size=rows * blocks).astype(numpy.float32).view(numpy.uint8)
        if kind == Type.BF16:
            data[:, 1] &= 0xBF  # finite
        data = data.reshape(rows, -1)
        expected.append(gguf.dequantize(data, kind).reshape(-1).astype("<f4"))
        writer.add_tensor(kind.name, data, raw_dtype=kind)
    write(writer)
    numpy.concatenate(expected).tofile(OUT / "numbers.f32")


def write(writer):
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def vocabulary_file(path, model, pre, tokens, types, merges=None, scores=None, **extra):
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_block_count(1)
    writer.add_context_length(64)
    writer.add_embedding_length(8)
    writer.add_feed_forward_length(8)
    writer.add_head_count(1)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_tokenizer_model(model)
    if pre:
        writer.add_tokenizer_pre(pre)
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    if merges:
        writer.add_token_merges(merges)
    if scores:
        writer.add_token_scores(scores)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    for key, value in extra.items():
        writer.add_bool("tokenizer.ggml." + key, value)
    write(writer)


def ids(path):
    model = Llama(str(path), vocab_only=True, verbose=False)
    return [model.tokenize(text.encode(), add_bos=False, special=False) for text in TEXTS]


def byte_level(folder):
    description = json.loads((HERE / "torch" / "tokenizers" / "lacking" / "tokenizer.json").read_text())
    by_id = {i: t for t, i in description["model"]["vocab"].items()}
    special = {t["id"] for t in description["added_tokens"]}
    by_id.update({t["id"]: t["content"] for t in description["added_tokens"]})
    tokens = [by_id[i] for i in range(len(by_id))]
    types = [3 if i in special else 1 for i in range(len(tokens))]
    merges = [m if isinstance(m, str) else " ".join(m) for m in description["model"]["merges"]]
    expected = {}
    for pre in BYTE_LEVEL:
        vocabulary_file(folder / "v.gguf", "gpt2", pre, tokens, types, merges)
        expected[pre] = ids(folder / "v.gguf")
    return {"tokens": tokens, "types": types, "merges": merges, "texts": TEXTS, "ids": expected}


def sentence_piece(folder, random):
    """A vocabulary of words' beginnings and ends with scores by rank, as SentencePiece makes them."""
    space = "\u2581"
    words = (space + space.join("plain words Zoe has jars two spaces apples don't we'll end tab here Camel Case b a".split()))
    pieces = set(words) | set("0123456789,.!?=-\u00e9") | {space, space * 2, space * 4, "==", "====", "--"}
    for start in range(len(words)):
        for length in (2, 3, 4):
            piece = words[start:start + length]
            if space not in piece[1:]:
                pieces.add(piece)
    normal = sorted(pieces, key=lambda p: (-len(p), p))
    order = random.permutation(len(normal))
    tokens = ["<unk>", "<s>", "</s>"] + [f"<0x{b:02X}>" for b in range(256)] + [normal[i] for i in order] + ["<|end|>"]
    types = [2, 3, 3] + [6] * 256 + [1] * len(normal) + [4]
    scores = [0.0] * 259 + [-float(rank) for rank in range(len(normal))] + [-1000.0]
    expected = {}
    for prefix in (True, False):
        vocabulary_file(folder / "v.gguf", "llama", None, tokens, types, scores=scores, add_space_prefix=prefix)
        expected["prefix" if prefix else "plain"] = ids(folder / "v.gguf")
    return {"tokens": tokens, "types": types, "scores": scores, "texts": TEXTS, "ids": expected}


def model(name, permuted):
    """A checkpoint of tests/golden/torch/models as llama.cpp's converter writes it."""
    folder = HERE / "torch" / "models" / name
    config = json.loads((folder / "config.json").read_text())
    tensors = {}
    for shard in sorted(folder.glob("model*.safetensors")):
        tensors.update(load_file(shard))
    rope = config.get("rope_parameters") or config.get("rope_scaling") or {}
    writer = gguf.GGUFWriter(OUT / f"{name}.gguf", name)
    heads, kv_heads = config["num_attention_heads"], config["num_key_value_heads"]
    head_dim = config.get("head_dim") or config["hidden_size"] // heads
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(heads)
    writer.add_head_count_kv(kv_heads)
    writer.add_key_length(head_dim)
    writer.add_value_length(head_dim)
    writer.add_rope_dimension_count(head_dim)
    writer.add_rope_freq_base(rope.get("rope_theta", config.get("rope_theta", 10000.0)))
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    ends = config["eos_token_id"]
    writer.add_eos_token_id(ends[0] if isinstance(ends, list) else ends)
    names = gguf.get_tensor_name_map({"llama": gguf.MODEL_ARCH.LLAMA, "qwen2": gguf.MODEL_ARCH.QWEN2,
                                      "qwen3": gguf.MODEL_ARCH.QWEN3}[name], config["num_hidden_layers"])
    for key, tensor in tensors.items():
        stem, end = key.rsplit(".", 1)
        for part, count in (("q_proj", heads), ("k_proj", kv_heads)):
            if permuted and part in key:
                tensor = tensor.reshape(count, 2, head_dim // 2, *tensor.shape[1:]).swapaxes(1, 2).reshape(tensor.shape)
        if config.get("tie_word_embeddings") and stem == "lm_head":
            continue
        writer.add_tensor(names.get_name(stem) + "." + end, numpy.ascontiguousarray(tensor.astype(numpy.float32)))
    if rope.get("rope_type", rope.get("type")) == "llama3":
        writer.add_tensor("rope_freqs.weight", llama3_factors(rope, head_dim, config))
    write(writer)


def llama3_factors(rope, head_dim, config):
    theta = rope.get("rope_theta", config.get("rope_theta", 10000.0))
    factors = []
    for i in range(0, head_dim, 2):
        wavelength = 2 * numpy.pi * theta ** (i / head_dim)
        original, low, high = (rope["original_max_position_embeddings"], rope["low_freq_factor"], rope["high_freq_factor"])
        if wavelength < original / high:
            factors.append(1)
        elif wavelength > original / low:
            factors.append(rope["factor"])
        else:
            smooth = (original / wavelength - low) / (high - low)
            factors.append(1 / ((1 - smooth) / rope["factor"] + smooth))
    return numpy.array(factors, dtype=numpy.float32)


def main():
    OUT.mkdir(exist_ok=True)
    random = numpy.random.default_rng(15)
    numbers(random)
    with tempfile.TemporaryDirectory() as folder:
        vocabularies = {"byte_level": byte_level(pathlib.Path(folder)),
                        "sentence_piece": sentence_piece(pathlib.Path(folder), random)}
    (OUT / "vocabularies.json").write_text(json.dumps(vocabularies, ensure_ascii=False, separators=(",", ":")) + "\n")
    model("llama", permuted=True)
    model("qwen3", permuted=False)


if __name__ == "__main__":
    main()
