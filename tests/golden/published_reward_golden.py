"""Generates tests/golden/published_reward: small random checkpoints in the layouts of published reward models, and what
the code that comes with such models makes of conversations: after each message the probability that it is right.

    python3 -m venv venv && venv/bin/pip install torch==2.11 transformers==5.24 trl==1.12 datasets==5.2
    venv/bin/python tests/golden/published_reward_golden.py
"""

import json
import pathlib
import shutil

import torch
from datasets import Dataset
from safetensors.torch import save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (LlamaConfig, LlamaForCausalLM, LlamaForSequenceClassification, PreTrainedTokenizerFast,
                          Qwen2Config, Qwen2ForCausalLM, Qwen2ForTokenClassification, Qwen2Model)
from trl.experimental.prm import PRMConfig, PRMTrainer

OUT = pathlib.Path(__file__).parent / "published_reward"
CONVERSATIONS = [
    ("Ben has 3 beads. Mia has 4 more than Ben. How many have they together?",
     ["Given: Ben has 3 beads; Mia has 4 more.", "Plan: first Mia, then the sum.",
      "Mia: 3 + 4 = 7 beads.\nTogether: 3 + 7 = 10 beads.", "The sum is right. The answer is \\boxed{10}."]),
    ("What is $\\frac{1}{2} + \\frac{1}{3}$?", ["It is $\\frac{5}{6}$.", "So: 5/6"]),
    ("Is 91 a prime?", ["91 = 7 * 13, so no."]),
]
CORPUS = [text for question, steps in CONVERSATIONS for text in [question, *steps]] * 4 + [
    "\u043a\u0438"] * 9 + ["Step 1: so many, Step 2: and + or - of them"] * 3
SYSTEM = "Please reason step by step, and put your final answer within \\boxed{}."
CHATML = ("{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>'"
          " + '\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}")
HEADERS = ("{{ bos_token }}{% for message in messages %}{{ '<|start_header_id|>' + message['role'] + "
           "'<|end_header_id|>\\n\\n' + message['content'] | trim + '<|eot_id|>' }}{% endfor %}"
           "{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{% endif %}")


def tokenizer_of(specials, template, bos, eos):
    raw = Tokenizer(models.BPE())
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = decoders.ByteLevel()
    raw.train_from_iterator(CORPUS, trainers.BpeTrainer(
        vocab_size=350, show_progress=False, special_tokens=specials,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=raw, bos_token=bos, eos_token=eos, pad_token=eos)
    tokenizer.chat_template = template
    return tokenizer


def ids_of(tokenizer, text):
    return tokenizer.encode(text, add_special_tokens=False)


def shape(tokenizer, **more):
    return dict(vocab_size=len(tokenizer), hidden_size=32, num_hidden_layers=2, num_attention_heads=4,
                num_key_value_heads=2, intermediate_size=48, max_position_embeddings=1024, initializer_range=0.25,
                bos_token_id=None, eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.eos_token_id, **more)


def rounded(module):
    """Numbers that bfloat16 holds, so that half the bytes say the same."""
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(parameter.to(torch.bfloat16).float())
    return module.eval()


def save(name, config, architecture, tokenizer, tensors):
    folder = OUT / name
    folder.mkdir(parents=True)
    config.architectures = [architecture]
    config.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    save_file({key: value.detach().to(torch.bfloat16).clone() for key, value in tensors.items()},
              folder / "model.safetensors", {"format": "pt"})


def logits_of(run, ids):
    with torch.no_grad():
        return run(torch.tensor([ids]))[0].double()


def prm_trainer():
    """What TRL's trainer makes of its own rows, after a step of learning."""
    tokenizer = tokenizer_of(["<|endoftext|>"], None, "<|endoftext|>", "<|endoftext|>")
    model = Qwen2ForTokenClassification(Qwen2Config(**shape(tokenizer), num_labels=2))
    rows = [{"prompt": question, "completions": steps, "labels": [True] * len(steps)}
            for question, steps in CONVERSATIONS]
    config = PRMConfig(output_dir="/tmp/prm_trainer", max_steps=1, per_device_train_batch_size=3, report_to=[],
                       save_strategy="no", use_cpu=True, learning_rate=1e-2, bf16=False)
    trainer = PRMTrainer(model=model, args=config, processing_class=tokenizer, train_dataset=Dataset.from_list(rows))
    trainer.train()
    rounded(model)
    save("prm_trainer", model.config, "Qwen2ForTokenClassification", tokenizer, model.state_dict())
    found = []
    for row in rows:
        laid = PRMTrainer.tokenize_row(row, tokenizer, "\n", None, None, False, False)
        chances = logits_of(lambda ids: model(ids).logits, laid["input_ids"]).softmax(-1)[:, 1]
        found.append([chances[at].item() for at, label in enumerate(laid["labels"]) if label != -100])
    return found


def qwen_math_prm():
    tokenizer = tokenizer_of(["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<extra_0>"], CHATML, None, "<|im_end|>")
    config = Qwen2Config(**shape(tokenizer))
    body = rounded(Qwen2Model(config))
    score = rounded(torch.nn.Sequential(torch.nn.Linear(32, 32), torch.nn.ReLU(), torch.nn.Linear(32, 2)))
    save("qwen_math_prm", config, "Qwen2ForProcessRewardModel", tokenizer,
         {**{"model." + key: value for key, value in body.state_dict().items()},
          **{"score." + key: value for key, value in score.state_dict().items()}})
    found = []
    for question, steps in CONVERSATIONS:
        text = tokenizer.apply_chat_template(
            [{"role": "system", "content": SYSTEM}, {"role": "user", "content": question},
             {"role": "assistant", "content": "<extra_0>".join(steps) + "<extra_0>"}], tokenize=False)
        ids = ids_of(tokenizer, text)
        chances = logits_of(lambda given: score(body(given).last_hidden_state), ids).softmax(-1)[:, 1]
        found.append([chances[at].item() for at, token in enumerate(ids) if token == ids_of(tokenizer, "<extra_0>")[0]])
    return found


def math_shepherd():
    tokenizer = tokenizer_of(["<s>", "</s>"], None, "<s>", "</s>")
    model = rounded(LlamaForCausalLM(LlamaConfig(**shape(tokenizer), tie_word_embeddings=True)))
    save("math_shepherd", model.config, "LlamaForCausalLM", tokenizer,
         {key: value for key, value in model.state_dict().items() if key != "lm_head.weight"})
    choices = [ids_of(tokenizer, "+")[-1], ids_of(tokenizer, "-")[-1]]
    tag = ids_of(tokenizer, "\u043a\u0438")[-1]
    found = []
    for question, steps in CONVERSATIONS:
        text = question + " " + "\n".join(f"Step {i + 1}: {step} \u043a\u0438" for i, step in enumerate(steps))
        ids = [tokenizer.bos_token_id] + ids_of(tokenizer, text)
        chances = logits_of(lambda given: model(given).logits, ids)[:, choices].softmax(-1)[:, 0]
        found.append([chances[at].item() for at, token in enumerate(ids) if token == tag])
    return found


def rlhflow():
    tokenizer = tokenizer_of(["<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"], HEADERS,
                             "<|begin_of_text|>", "<|eot_id|>")
    model = rounded(LlamaForCausalLM(LlamaConfig(**shape(tokenizer), tie_word_embeddings=True)))
    save("rlhflow", model.config, "LlamaForCausalLM", tokenizer,
         {key: value for key, value in model.state_dict().items() if key != "lm_head.weight"})
    choices = [ids_of(tokenizer, "+")[-1], ids_of(tokenizer, "-")[-1]]
    found = []
    for question, steps in CONVERSATIONS:
        conversation, chances = [], []
        for step in steps:
            conversation.append({"role": "user", "content": step if conversation else question + " " + step})
            conversation.append({"role": "assistant", "content": "+"})
            ids = ids_of(tokenizer, tokenizer.apply_chat_template(conversation, tokenize=False))
            assert ids[-2] == choices[0]
            chances.append(logits_of(lambda given: model(given).logits, ids)[-3, choices].softmax(-1)[0].item())
        found.append(chances)
    return found


def skywork_prm():
    tokenizer = tokenizer_of(["<|endoftext|>", "<|im_start|>", "<|im_end|>"], CHATML, "<|endoftext|>", "<|im_end|>")
    model = rounded(Qwen2ForCausalLM(Qwen2Config(**shape(tokenizer), tie_word_embeddings=True)))
    v_head = rounded(torch.nn.Linear(32, 1))
    save("skywork_prm", model.config, "Qwen2ForPrmModel", tokenizer,
         {**{key: value for key, value in model.state_dict().items() if key != "lm_head.weight"},
          **{"v_head.summary." + key: value for key, value in v_head.state_dict().items()}})
    newline = ids_of(tokenizer, "\n")[-1]
    found = []
    for question, steps in CONVERSATIONS:
        ids = ids_of(tokenizer, tokenizer.bos_token + question + "\n")
        ends = []
        for step in steps:
            for line in step.split("\n"):
                ids += ids_of(tokenizer, line) + [newline]
            ends.append(len(ids) - 1)
        chances = logits_of(lambda given: v_head(model.model(given).last_hidden_state), ids)[:, 0].sigmoid()
        found.append([chances[at].item() for at in ends])
    return found


def sequence_classification():
    tokenizer = tokenizer_of(["<|endoftext|>", "<|im_start|>", "<|im_end|>"], CHATML, None, "<|im_end|>")
    model = rounded(LlamaForSequenceClassification(LlamaConfig(**shape(tokenizer), num_labels=1)))
    save("sequence_classification", model.config, "LlamaForSequenceClassification", tokenizer, model.state_dict())
    found = []
    for question, steps in CONVERSATIONS:
        chances = []
        for end in range(1, len(steps) + 1):
            text = tokenizer.apply_chat_template(
                [{"role": "user", "content": question}, {"role": "assistant", "content": "\n\n".join(steps[:end])}],
                tokenize=False)
            with torch.no_grad():
                logit = model(torch.tensor([ids_of(tokenizer, text)])).logits[0, 0]
            chances.append(logit.double().sigmoid().item())
        found.append(chances)
    return found


if __name__ == "__main__":
    shutil.rmtree(OUT, ignore_errors=True)
    expected = {"conversations": [{"question": question, "messages": steps} for question, steps in CONVERSATIONS]}
    layouts = [prm_trainer, qwen_math_prm, math_shepherd, rlhflow, skywork_prm, sequence_classification]
    expected["probabilities"] = {}
    for seed, layout in enumerate(layouts):
        torch.manual_seed(seed)
        expected["probabilities"][layout.__name__] = layout()
    (OUT / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
