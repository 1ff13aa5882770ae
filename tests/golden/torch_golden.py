"""Generates tests/golden/torch: what the libtorch ring must agree with, computed by transformers, tokenizers and torch.

    python3 -m venv venv && venv/bin/pip install torch==2.11.0 transformers==4.57.6 peft
    venv/bin/python tests/golden/torch_golden.py            # rewrites the folder beside this script

The tests themselves need no Python.
"""

import json
import pathlib
import shutil

import torch
from safetensors.torch import save_file
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import (LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM, Qwen3Config,
                          Qwen3ForCausalLM)

OUT = pathlib.Path(__file__).parent / "torch"

CORPUS = [
    "Ben has 11 beads . Mia owns 2 times as many beads as Ben ; Mia drops 4 . How many beads does Mia have ?",
    "The quick brown fox jumps over the lazy dog. It's 1234567 times, isn't it? We've, they'll, I'd, I'm.",
    "def f(x):\n    return x ** 2 + 3.14159  # comment\n\n\nclass A:\n\tpass\n",
    "Größe, naïve café, coöperate; Ελληνικά, русский язык, 日本語のテキスト, 한국어, العربية, עברית",
    "Emoji: 😀 👍🏽 👩‍👩‍👧 🇩🇪 and symbols ∑ ∫ ≤ ≠ → “quotes” — dash…",
    "   leading and trailing spaces   \n\n  \t tabs\r\nwindows lines \u00a0non-breaking\u3000wide ",
]
CHECKS = CORPUS + [
    "", " ", "\n", "a", "  a", "abc123def4567", "1800 cats, 42 dogs; 7 + 35 = 42", "HELLO WORLD'S", "x" * 300,
    "e\u0301 a\u0308\u0323 \u1e69 \u0073\u0323\u0307 \u1100\u1161\u11a8 \uac00\u11a8 \u212b \u0958 q\u0307\u0323",
    "<|im_start|>user\nhi<|im_end|>", "half <|im_start| token", "\u0000control\u0007", "zero\u200bwidth", "١٢٣ ४५६ ½ Ⅷ",
    "don'T won'T 'S 'ſ", "tail \n\n\n", "\n\n  x\n y",
]
SPECIALS = ["<|im_start|>", "<|im_end|>", "<|endoftext|>"]
SPLIT = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
SPLIT_QWEN = SPLIT.replace(r"\p{N}{1,3}", r"\p{N}")


def byte_tokenizer(pre, normalizer=None, specials=SPECIALS, size=640, ignore_merges=False):
    tokenizer = Tokenizer(models.BPE(ignore_merges=ignore_merges))
    tokenizer.pre_tokenizer = pre
    tokenizer.decoder = decoders.ByteLevel()
    if normalizer:
        tokenizer.normalizer = normalizer
    trainer = trainers.BpeTrainer(vocab_size=size, special_tokens=specials, show_progress=False,
                                  initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    tokenizer.train_from_iterator(CORPUS * 2, trainer)
    return tokenizer


def split_and_bytes(pattern):
    return pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(pattern), behavior="isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ])


def tokenizers():
    made = {
        "gpt2": byte_tokenizer(pre_tokenizers.ByteLevel(add_prefix_space=False)),
        "prefix": byte_tokenizer(pre_tokenizers.ByteLevel(add_prefix_space=True)),
        "llama3": byte_tokenizer(split_and_bytes(SPLIT), ignore_merges=True),
        "qwen": byte_tokenizer(split_and_bytes(SPLIT_QWEN), normalizer=normalizers.NFC()),
        "digits": byte_tokenizer(pre_tokenizers.Sequence([
            pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)])),
    }
    made["qwen"].add_tokens(["<think>", "</think>"])
    expected = []
    for name, tokenizer in made.items():
        folder = OUT / "tokenizers" / name
        folder.mkdir(parents=True)
        data = json.loads(tokenizer.to_str())
        if name == "gpt2":  # the older spelling of merges
            data["model"]["merges"] = [" ".join(pair) for pair in data["model"]["merges"]]
        (folder / "tokenizer.json").write_text(json.dumps(data, ensure_ascii=False))
        for text in CHECKS + (["<think>so</think> it"] if name == "qwen" else []):
            ids = tokenizer.encode(text).ids
            expected.append({"tokenizer": name, "text": text, "ids": ids,
                             "decoded": tokenizer.decode(ids, skip_special_tokens=True),
                             "halves": tokenizer.decode(ids[: len(ids) // 2], skip_special_tokens=True)})
    (OUT / "tokenizers" / "expected.json").write_text(json.dumps(expected, ensure_ascii=False, indent=0))


def model_folders():
    common = dict(vocab_size=400, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4,
                  num_key_value_heads=2, max_position_embeddings=256, bos_token_id=0, eos_token_id=1)
    torch.manual_seed(0)
    scaling = dict(rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=64)
    made = {
        "llama": LlamaForCausalLM(LlamaConfig(**common, rope_theta=5000.0, rope_scaling=scaling, tie_word_embeddings=False,
                                              attention_bias=True, mlp_bias=True)),
        "qwen2": Qwen2ForCausalLM(Qwen2Config(**common, rope_theta=1e6, tie_word_embeddings=True)).to(torch.bfloat16),
        "qwen3": Qwen3ForCausalLM(Qwen3Config(**common, head_dim=16, tie_word_embeddings=True)),
    }
    for name, model in made.items():
        for parameter in model.parameters():  # the default initialisation is too tame to notice mistakes
            parameter.data += 0.2 * torch.randn_like(parameter)
        folder = OUT / "models" / name
        model.save_pretrained(folder, max_shard_size="60KB" if name == "llama" else "5GB")
        expectations(folder, type(model).from_pretrained(folder, dtype=torch.float32).eval())


def expectations(folder, model):
    """What a float32 model makes of 70 random tokens, and the gradients of a loss on some of them."""
    generator = torch.Generator().manual_seed(1)
    tokens = torch.randint(0, model.config.vocab_size, (1, 70), generator=generator)
    tensors = {}
    with torch.no_grad():
        output = model(tokens, output_hidden_states=True)
        tensors["logits"] = output.logits[0, [0, 1, 15, 16, 40, 69]].contiguous()
        tensors["last_hidden"] = output.hidden_states[-1][0, -1].contiguous()
        logprobs = output.logits[0].log_softmax(-1)
        tensors["logprobs"] = torch.cat([torch.zeros(1), logprobs[:-1].gather(1, tokens[0, 1:, None])[:, 0]])
        greedy = model.generate(tokens[:, :20], max_new_tokens=24, do_sample=False, eos_token_id=None, pad_token_id=1)
    # A loss over positions 10..39 of one sequence and 5..19 of another, as one mean.
    first, second = tokens[0, :40], tokens[0, 45:65]
    a = model(first[None]).logits[0].log_softmax(-1)[9:39].gather(1, first[10:40, None])
    b = model(second[None]).logits[0].log_softmax(-1)[4:19].gather(1, second[5:20, None])
    loss = -torch.cat([a, b]).mean()
    loss.backward()
    named = dict(model.named_parameters())
    for key in ["model.embed_tokens.weight", "model.norm.weight", "model.layers.0.self_attn.q_proj.weight",
                "model.layers.0.self_attn.v_proj.weight", "model.layers.1.self_attn.o_proj.weight",
                "model.layers.0.mlp.gate_proj.weight", "model.layers.1.mlp.down_proj.weight",
                "model.layers.0.input_layernorm.weight", "model.layers.0.self_attn.k_proj.bias",
                "model.layers.0.self_attn.k_norm.weight", "model.layers.1.mlp.up_proj.bias",
                "model.layers.0.self_attn.qkv_proj.weight", "model.layers.1.mlp.gate_up_proj.weight"]:
        if key in named:
            tensors["gradient." + key] = named[key].grad.contiguous()
    save_file(tensors, folder / "expected.safetensors")
    (folder / "expected.json").write_text(json.dumps({"tokens": tokens[0].tolist(), "rows": [0, 1, 15, 16, 40, 69],
                                                      "greedy": greedy[0, 20:].tolist(), "loss": loss.item(),
                                                      "parameters": sum(p.numel() for p in model.parameters())}))


def optimisers():
    """Three steps of AdamW and of Muon on one matrix with fixed gradients."""
    torch.manual_seed(3)
    start, gradients = torch.randn(24, 40), torch.randn(3, 24, 40)
    tensors = {"start": start, "gradients": gradients}
    tall = torch.randn(40, 24)
    tensors["tall"] = tall
    for name, shape_start, make in [
        ("adamw", start, lambda p: torch.optim.AdamW([p], lr=1e-2, betas=(0.9, 0.95), eps=1e-8, weight_decay=0.1)),
    ]:
        parameter = torch.nn.Parameter(shape_start.clone())
        optimiser = make(parameter)
        for gradient in gradients:
            parameter.grad = gradient.clone()
            optimiser.step()
        tensors[name] = parameter.data.clone()
    for name, begin, grads in [("muon", start, gradients), ("muon_tall", tall, gradients.transpose(1, 2))]:
        weight, momentum = begin.clone(), torch.zeros_like(begin)
        for gradient in grads:
            momentum.lerp_(gradient, 1 - 0.95)
            update = gradient.lerp(momentum, 0.95)
            x = update if update.shape[0] <= update.shape[1] else update.T
            x = x / (x.norm() + 1e-7)
            for _ in range(5):
                square = x @ x.T
                x = 3.4445 * x + (-4.7750 * square + 2.0315 * square @ square) @ x
            update = x if update.shape[0] <= update.shape[1] else x.T
            weight -= 0.02 * max(1, weight.shape[0] / weight.shape[1]) ** 0.5 * update
        tensors[name] = weight.contiguous()
    save_file({k: v.contiguous() for k, v in tensors.items()}, OUT / "optimisers.safetensors")


CHATML_DEFAULT = (
    "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}"
    "{{ '<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n' }}{% endif %}"
    "{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}").replace("\n", "\\n")
CHATML = (
    "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}").replace("\n", "\\n")
LLAMA3 = (
    "{% set loop_messages = messages %}{% for message in loop_messages %}{% set content = '<|start_header_id|>' + "
    "message['role'] + '<|end_header_id|>\n\n'+ message['content'] | trim + '<|eot_id|>' %}{% if loop.index0 == 0 %}"
    "{% set content = bos_token + content %}{% endif %}{{ content }}{% endfor %}{% if add_generation_prompt %}"
    "{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}").replace("\n", "\\n")
CHATS = [
    [("user", "How many beads ?")],
    [("system", "Answer briefly."), ("user", "1 + 1 = ?"), ("assistant", "2"), ("user", " \n and 2 + 2 ? \n")],
    [("system", " padded \n"), ("user", "\n\nGrüße 😀")],
]


def chats():
    cases = {"chatml": (CHATML, SPECIALS, None), "chatml_default": (CHATML_DEFAULT, SPECIALS, None),
             "llama3": (LLAMA3, ["<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"], "<|begin_of_text|>")}
    expected = []
    for name, (template, specials, start) in cases.items():
        tokenizer = byte_tokenizer(split_and_bytes(SPLIT), specials=specials, size=400)
        fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token=start, eos_token=specials[-1])
        fast.chat_template = template
        folder = OUT / "chats" / name
        fast.save_pretrained(folder, save_jinja_files=name == "chatml")
        for chat in CHATS:
            messages = [{"role": role, "content": text} for role, text in chat]
            expected.append({"folder": name, "messages": chat,
                             "ids": fast.apply_chat_template(messages, add_generation_prompt=True)})
    (OUT / "chats" / "expected.json").write_text(json.dumps(expected, ensure_ascii=False, indent=0))


def learned():
    """What transformers makes of the vocabulary that this project learns from the corpus.

    The folder learned/words is written by `ESPALIER_REWRITE_GOLDEN=1 models_tests`; run this script before and after that.
    """
    folder = OUT / "learned" / "words"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "corpus.json").write_text(json.dumps(CORPUS, ensure_ascii=False, indent=0))
    if (folder / "tokenizer.json").exists():
        fast = PreTrainedTokenizerFast.from_pretrained(folder)
        chat_ids = [fast.apply_chat_template([{"role": r, "content": t} for r, t in chat], add_generation_prompt=True)
                    for chat in CHATS]
        (folder / "expected.json").write_text(json.dumps({
            "chats": CHATS, "chat_ids": chat_ids,
            "texts": [{"text": t, "ids": fast.encode(t)} for t in CHECKS if "<|" not in t]}, ensure_ascii=False, indent=0))


if __name__ == "__main__":
    for part in ["tokenizers", "models", "chats"]:
        shutil.rmtree(OUT / part, ignore_errors=True)
    OUT.mkdir(exist_ok=True)
    tokenizers()
    model_folders()
    optimisers()
    chats()
    learned()
