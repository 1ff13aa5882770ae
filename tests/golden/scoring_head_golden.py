"""Generates tests/golden/torch/scoring_heads: adapters, outputs, losses and gradients that PEFT and torch compute.

    python3 -m venv venv && venv/bin/pip install torch==2.11.0 transformers==4.57.6 peft==0.21.2
    venv/bin/python tests/golden/scoring_head_golden.py

Builds on the models that torch_golden.py wrote. The folders scoring_heads/ours_* are written by
`ESPALIER_REWRITE_GOLDEN=1 models_tests`; run this script before and after that. The tests themselves need no Python.
"""

import json
import pathlib

import torch
import torch.nn.functional as F
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM

OUT = pathlib.Path(__file__).parent / "torch" / "scoring_heads"
MODELS = pathlib.Path(__file__).parent / "torch" / "models"
OWN_TOKENS = [7, 390]
CASES = {  # folder: base model, target modules, own tokens
    "llama": ("llama", ["q_proj", "v_proj", "gate_proj", "down_proj"], None),
    "qwen2": ("qwen2", ["k_proj", "o_proj", "up_proj"], None),
    "qwen3": ("qwen3", ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"], OWN_TOKENS),
}
ROWS = [0, 7, 15, 16, 39]  # of the first input
GRADIENTS_OF_COPIES = ["model.embed_tokens.weight", "model.norm.weight", "model.layers.0.self_attn.q_proj.weight",
                       "model.layers.1.self_attn.v_proj.weight", "model.layers.1.mlp.up_proj.weight",
                       "model.layers.0.self_attn.k_norm.weight", "model.layers.0.input_layernorm.weight"]


def inputs():
    tokens = torch.randint(0, 400, (65,), generator=torch.Generator().manual_seed(11))
    first, second = tokens[:40].clone(), tokens[40:].clone()
    first[7], first[15], second[3] = 7, 390, 7  # some of them own tokens
    return [(first, [5, 15, 22, 39]), (second, [3, 9, 24])]


def huber(error, delta):
    size = error.abs()
    return torch.where(size <= delta, 0.5 * error**2, delta * (size - 0.5 * delta))


# Outputs are [positions, 4]: log-probability, two of the state, one of the embedding. The value is the sum of the first
# state output and the one of the embedding.
TARGETS = torch.tensor([0.9, -0.4, 0.1, 1.0, -1.0, 0.3, -0.8])
LOSSES = {
    "huber_of_tanh": lambda o: huber(torch.tanh(o[:, 1] + o[:, 3]) - TARGETS, 0.5).mean(),
    "huber_of_logit": lambda o: huber(o[:, 1] + o[:, 3] - TARGETS, 0.5).mean(),
    "mean_square": lambda o: ((o[:, 1] + o[:, 3] - TARGETS) ** 2).mean(),
    "bradley_terry": lambda o: -F.logsigmoid((o[3, 1] + o[3, 3]) - (o[6, 1] + o[6, 3])),
    "cross_entropy": lambda o: F.binary_cross_entropy_with_logits(o[:, 2], (TARGETS + 1) / 2),
    "language": lambda o: -o[:, 0].mean(),
}


def heads():
    generator = torch.Generator().manual_seed(12)
    draw = lambda *shape: torch.nn.Parameter(0.3 * torch.randn(*shape, generator=generator))
    return {"state.weight": draw(2, 32), "state.bias": draw(2), "embedding.weight": draw(1, 32), "embedding.bias": draw(1)}


def outputs(model, table, head):
    columns = []
    for tokens, at in inputs():
        out = model(tokens[None], output_hidden_states=True)
        logprobs = out.logits[0].log_softmax(-1)[:-1].gather(1, tokens[1:, None])[:, 0]
        logprobs = torch.cat([torch.zeros(1), logprobs])[at]
        states = F.linear(out.hidden_states[-1][0, at], head["state.weight"], head["state.bias"])
        rows = table(tokens[at])
        unit = rows / rows.square().mean(-1, keepdim=True).sqrt()
        embedded = F.linear(unit, head["embedding.weight"], head["embedding.bias"])
        columns.append(torch.cat([logprobs[:, None], states, embedded], 1))
    return torch.cat(columns)


def gradients(model, table, head, wanted, losses):
    """Loss, and the gradients of the head and of the parameters `wanted` (name in the file: parameter), by loss."""
    tensors, values = {}, {}
    for name in losses:
        for parameter in [*wanted.values(), *head.values()]:
            parameter.grad = None
        loss = LOSSES[name](outputs(model, table, head))
        loss.backward()
        values[name] = loss.item()
        for key, parameter in {**wanted, **head}.items():
            if parameter.grad is not None:
                tensors[f"{name}.{key}"] = parameter.grad.clone()
    return values, tensors


def base(name):
    return AutoModelForCausalLM.from_pretrained(MODELS / name, dtype=torch.float32, attn_implementation="eager").eval()


def seen(model):
    """Hidden states and logits at some rows of the first input."""
    with torch.no_grad():
        out = model(inputs()[0][0][None], output_hidden_states=True)
    return {"hidden": out.hidden_states[-1][0, ROWS].contiguous(), "logits": out.logits[0, ROWS].contiguous()}


def adapter(folder, name, modules, own_tokens):
    torch.manual_seed(21)
    config = LoraConfig(r=3, lora_alpha=5, target_modules=modules, trainable_token_indices=own_tokens, task_type="CAUSAL_LM")
    model = get_peft_model(base(name), config).eval()
    trained = {key: parameter for key, parameter in model.named_parameters() if parameter.requires_grad}
    for parameter in trained.values():
        parameter.data += 0.1 * torch.randn_like(parameter)
    model.save_pretrained(folder)
    (folder / "README.md").unlink()
    settings = json.loads((folder / "adapter_config.json").read_text())
    settings["base_model_name_or_path"] = None
    (folder / "adapter_config.json").write_text(json.dumps(settings, indent=1, sort_keys=True) + "\n")
    head = heads()
    save_file({key: value.data for key, value in head.items()}, folder / "head.safetensors")
    tensors = seen(model)
    wanted = {key.replace(".default", "").replace("base_model.model.", ""): value for key, value in trained.items()}
    losses = LOSSES if name == "qwen3" else ["huber_of_tanh"]
    values, found = gradients(model, model.get_input_embeddings(), head, wanted, losses)
    save_file({**tensors, **found}, folder / "expected.safetensors")
    return values


def copy(folder):
    """Gradients where all weights of the model are learned."""
    folder.mkdir(exist_ok=True)
    model = base("qwen3")
    named = dict(model.named_parameters())
    values, found = gradients(model, model.get_input_embeddings(), heads(), {key: named[key] for key in GRADIENTS_OF_COPIES},
                              ["huber_of_tanh", "bradley_terry"])
    save_file(found, folder / "expected.safetensors")
    return values


def ours(folder):
    model = PeftModel.from_pretrained(base("qwen3"), folder).eval()
    save_file(seen(model), folder / "expected.safetensors")


if __name__ == "__main__":
    OUT.mkdir(exist_ok=True)
    expected = {"rows": ROWS, "targets": TARGETS.tolist(), "own_tokens": OWN_TOKENS,
                "inputs": [{"tokens": tokens.tolist(), "at": at} for tokens, at in inputs()]}
    expected["losses"] = {folder: adapter(OUT / folder, *case) for folder, case in CASES.items()}
    expected["losses"]["copy"] = copy(OUT / "copy")
    (OUT / "expected.json").write_text(json.dumps(expected) + "\n")
    for name in ["ours_lora", "ours_tokens"]:
        if (OUT / name / "adapter_config.json").exists():
            ours(OUT / name)
