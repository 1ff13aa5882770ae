"""Generates tests/golden/trl: files of stepwise supervision and preferences as TRL's own functions and the datasets package
write them. With a folder that a fit wrote (points.jsonl, pairs.jsonl), trains TRL's trainers on them for a step instead.

    python3 -m venv venv && venv/bin/pip install torch==2.11 transformers==5.24 trl==1.12 datasets==5.2
    venv/bin/python tests/golden/trl_golden.py [runs/my/fit]
"""

import pathlib
import sys
import tempfile

from datasets import Dataset, load_dataset
from transformers import (PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM, Qwen2ForSequenceClassification,
                          Qwen2ForTokenClassification)
from trl import DPOConfig, DPOTrainer, RewardConfig, RewardTrainer
from trl.data_utils import maybe_extract_prompt
from trl.experimental.prm import PRMConfig, PRMTrainer

HERE = pathlib.Path(__file__).parent
OUT = HERE / "trl"
QUESTION = "Ben has 3 beads. Mia has 4 more. How many have they together?"
ONCE = dict(max_steps=1, per_device_train_batch_size=2, report_to=[], save_strategy="no", use_cpu=True, bf16=False)


def chat(*texts):
    roles = ["user", "assistant"]
    return [{"role": roles[i % 2], "content": text} for i, text in enumerate(texts)]


def write():
    OUT.mkdir(exist_ok=True)
    Dataset.from_list([
        {"prompt": QUESTION, "completions": ["Mia has 7 beads.", "Together 10."], "labels": [True, True]},
        {"prompt": QUESTION, "completions": ["Mia has 7 beads.", "Together 7."], "labels": [True, False]},
    ]).to_json(OUT / "stepwise.jsonl")
    preferences = Dataset.from_list([{"chosen": chat(QUESTION, "Together 10."), "rejected": chat(QUESTION, "Together 7.")}])
    preferences.to_json(OUT / "implicit_prompts.jsonl")
    preferences.map(maybe_extract_prompt).to_json(OUT / "chats.jsonl")
    Dataset.from_list([{"prompt": QUESTION, "chosen": "Together 10.", "rejected": "Together 7."}]).to_json(
        OUT / "preferences.jsonl")


def train(folder):
    tokenizer = PreTrainedTokenizerFast.from_pretrained(HERE / "published_reward" / "qwen_math_prm")
    tokenizer.pad_token = tokenizer.eos_token
    shape = dict(vocab_size=len(tokenizer), hidden_size=32, num_hidden_layers=1, num_attention_heads=2,
                 num_key_value_heads=2, intermediate_size=48, pad_token_id=tokenizer.pad_token_id)
    points = load_dataset("json", data_files=str(folder / "points.jsonl"), split="train")
    print(points.features)
    with tempfile.TemporaryDirectory() as scratch:
        trainer = PRMTrainer(model=Qwen2ForTokenClassification(Qwen2Config(**shape, num_labels=2)),
                             args=PRMConfig(output_dir=scratch, **ONCE), processing_class=tokenizer, train_dataset=points)
        print("PRMTrainer: loss", trainer.train().training_loss)
        pairs = load_dataset("json", data_files=str(folder / "pairs.jsonl"), split="train")
        print(pairs.features)
        trainer = RewardTrainer(model=Qwen2ForSequenceClassification(Qwen2Config(**shape, num_labels=1)),
                                args=RewardConfig(output_dir=scratch, **ONCE), processing_class=tokenizer,
                                train_dataset=pairs)
        print("RewardTrainer: loss", trainer.train().training_loss)
        policy = pathlib.Path(scratch) / "policy"  # which is read once more as what it is held against
        Qwen2ForCausalLM(Qwen2Config(**shape)).save_pretrained(policy)
        trainer = DPOTrainer(model=str(policy), args=DPOConfig(output_dir=scratch, **ONCE),
                             processing_class=tokenizer, train_dataset=pairs)
        print("DPOTrainer: loss", trainer.train().training_loss)


if __name__ == "__main__":
    train(pathlib.Path(sys.argv[1])) if len(sys.argv) > 1 else write()
