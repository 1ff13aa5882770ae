"""Generates tests/golden/torch/families: one small random checkpoint per family and way of attending or rotating, and
what transformers makes of it.

    python3 -m venv venv && venv/bin/pip install torch==2.11.0 transformers==5.24.0 tokenizers
    venv/bin/python tests/golden/families_golden.py            # rewrites the folder

The tests themselves need no Python.
"""

import json
import shutil

import torch
from transformers import AutoModelForCausalLM, LlamaConfig, MistralConfig, Phi3Config, Qwen2Config, Qwen3Config

from torch_golden import OUT, expectations

COMMON = dict(vocab_size=160, hidden_size=32, intermediate_size=40, num_hidden_layers=2, num_attention_heads=4,
              num_key_value_heads=2, max_position_embeddings=256, bos_token_id=0, eos_token_id=1, pad_token_id=None)
LONG = dict(rope_type="longrope", short_factor=[1.0, 1.25, 1.5], long_factor=[2.0, 3.0, 5.0])


def llama(**more):
    return LlamaConfig(**COMMON, tie_word_embeddings=True, **more)


def phi3(**more):
    return Phi3Config(**{**COMMON, **more})


def yarn(**more):
    return dict(rope_type="yarn", rope_theta=10000.0, factor=4.0, original_max_position_embeddings=16, **more)


# Windows are shorter than the text of 70 tokens, contexts that scalings start from as well.
CONFIGS = {
    "mistral": MistralConfig(**COMMON, head_dim=16, sliding_window=19),
    "mistral_unbounded": MistralConfig(**COMMON, sliding_window=None),
    "phi3": phi3(sliding_window=21, tie_word_embeddings=False),
    "phi3_partial": phi3(tie_word_embeddings=True, rope_parameters=dict(rope_theta=10000.0, rope_type="default",
                                                                        partial_rotary_factor=0.75)),
    "phi3_longrope": phi3(tie_word_embeddings=True, max_position_embeddings=512, original_max_position_embeddings=128,
                          rope_parameters=dict(rope_theta=10000.0, partial_rotary_factor=0.75, **LONG)),
    "qwen2_windows": Qwen2Config(**COMMON, tie_word_embeddings=True, use_sliding_window=True, sliding_window=16,
                                 max_window_layers=1),
    "qwen3_windows": Qwen3Config(**COMMON, head_dim=16, tie_word_embeddings=True, use_sliding_window=True,
                                 sliding_window=33, layer_types=["sliding_attention", "full_attention"]),
    "llama_linear": llama(rope_parameters=dict(rope_type="linear", rope_theta=10000.0, factor=4.0)),
    "llama_yarn": llama(rope_parameters=yarn()),
    "qwen3_yarn": Qwen3Config(**COMMON, head_dim=24, tie_word_embeddings=True,
                              rope_parameters=yarn(beta_fast=8.0, beta_slow=0.5, mscale=1.5, mscale_all_dim=0.5,
                                                   truncate=False)),
    "llama_yarn_factor": llama(rope_parameters=yarn(attention_factor=1.25)),
}
# Their config.json is laid out as transformers wrote it before version 5.
OLD_LAYOUT = ["mistral", "phi3_partial", "phi3_longrope", "llama_linear", "qwen3_yarn"]


def to_old_layout(path):
    config = json.loads(path.read_text())
    rope = config.pop("rope_parameters")
    config["rope_theta"] = rope.pop("rope_theta")
    partial = rope.pop("partial_rotary_factor", 1.0)
    if partial != 1.0:
        config["partial_rotary_factor"] = partial
    kind = rope.pop("rope_type")
    if kind == "longrope":
        rope.pop("original_max_position_embeddings")
    config["rope_scaling"] = None if kind == "default" else dict(type=kind, **rope)
    path.write_text(json.dumps(config, indent=2))


if __name__ == "__main__":
    shutil.rmtree(OUT / "families", ignore_errors=True)
    torch.manual_seed(5)
    for name, config in CONFIGS.items():
        model = AutoModelForCausalLM.from_config(config).to(torch.bfloat16)
        for parameter in model.parameters():  # the default initialisation is too tame to notice mistakes
            parameter.data += 0.2 * torch.randn_like(parameter)
        folder = OUT / "families" / name
        model.save_pretrained(folder)
        if name in OLD_LAYOUT:
            to_old_layout(folder / "config.json")
        expectations(folder, AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval())
        (folder / "generation_config.json").unlink()
