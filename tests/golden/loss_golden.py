"""Generates tests/golden/reward/losses.json: the losses of learned rewards and their gradients, as torch computes them.

    python3 -m venv venv && venv/bin/pip install torch==2.11.0
    venv/bin/python tests/golden/loss_golden.py

Everything is in float64. The tests themselves need no Python.
"""

import json
import pathlib

import torch
import torch.nn.functional as F

OUT = pathlib.Path(__file__).parent / "reward"
LOGITS = [-6.0, -1.3, -0.45, -0.02, 0.0, 0.31, 0.9, 2.2, 7.5]
LABELS = [(-1.0, 7, 0), (-0.97, 40, 1), (-0.4, 10, 3), (0.0, 2, 1), (0.25, 8, 5), (0.9, 20, 19), (1.0, 3, 3)]  # value, visits, successes
BINS = 7
BETA = 0.1


def target_logit(value):
    return torch.atanh(value.clamp(-0.95, 0.95))


POINTWISE = {
    "huber": lambda z, y, n, s: F.smooth_l1_loss(torch.tanh(z), y, beta=BETA),
    "huber_logit": lambda z, y, n, s: F.smooth_l1_loss(z, target_logit(y), beta=BETA),
    "mse_logit": lambda z, y, n, s: F.mse_loss(z, target_logit(y)),
    "bce": lambda z, y, n, s: F.binary_cross_entropy_with_logits(2 * z, (y + 1) / 2),
    "counts": lambda z, y, n, s: -(s * F.logsigmoid(2 * z) + (n - s) * F.logsigmoid(-2 * z)) / n,
}


def number(value):
    return torch.tensor(value, dtype=torch.float64)


def slope(loss, *arguments):
    """The loss and its gradient by the first argument."""
    at = arguments[0].clone().requires_grad_()
    value = loss(at, *arguments[1:])
    value.backward()
    return {"loss": value.item(), "gradient": at.grad.tolist()}


def pointwise():
    cases = []
    for name, loss in POINTWISE.items():
        for logit in LOGITS:
            for value, visits, successes in LABELS:
                numbers = [number(float(x)) for x in (logit, value, visits, successes)]
                cases.append({"loss_name": name, "logit": logit, "value": value, "visits": visits,
                              "successes": successes, **slope(loss, *numbers)})
    return cases


def preferences():
    return [{"difference": d, **slope(lambda z: -F.logsigmoid(z), number(d))} for d in LOGITS]


def two_bins(value):
    """The label as chances of the bins on either side of it; bin i of m stands for (2 i + 1) / m - 1."""
    centres = (2 * torch.arange(BINS, dtype=torch.float64) + 1) / BINS - 1
    inside = min(max(value, centres[0].item()), centres[-1].item())
    chances = torch.clamp(1 - (centres - inside).abs() * BINS / 2, min=0)
    return centres, chances / chances.sum()


def distributions():
    cases = []
    generator = torch.Generator().manual_seed(3)
    for value, _, _ in LABELS:
        logits = 2 * torch.randn(BINS, generator=generator, dtype=torch.float64)
        centres, wanted = two_bins(value)
        chances = torch.softmax(logits, 0)
        mean = (chances * centres).sum()
        cases.append({"logits": logits.tolist(), "value": value, "mean": mean.item(),
                      "deviation": ((chances * (centres - mean) ** 2).sum()).sqrt().item(),
                      **slope(lambda z: F.cross_entropy(z, wanted), logits)})
    return cases


def main():
    OUT.mkdir(exist_ok=True)
    golden = {"pointwise": pointwise(), "preferences": preferences(), "distributions": distributions()}
    lines = [f'"{name}": [\n' + ",\n".join("  " + json.dumps(case) for case in cases) + "\n]"
             for name, cases in golden.items()]
    (OUT / "losses.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
