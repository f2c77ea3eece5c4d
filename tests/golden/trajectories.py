"""Twenty training steps in PyTorch, from the seeded initialisation, in float64 (expected) and float32 (for scale).

`float32Deviation` is how far PyTorch's own float32 run ends up from its float64 run. An implementation in float32
sums in another order and can be expected to stay within a small multiple of it.
"""

import math

import numpy as np
import torch
from torch import nn

import initialisation
from layout import decimals
from losses import per_row

ROWS, STEPS, PROBE_ROWS = 6, 20, 4

LOGIT_NORM = {"kind": "logitNorm", "tau": 0.04}
CROSS_ENTROPY = {"kind": "crossEntropy", "labelSmoothing": 0}
SMOOTHED = {"kind": "crossEntropy", "labelSmoothing": 0.1}


def sgd(rate, momentum=0, nesterov=False, decay=0):
    return {"kind": "sgd", "learningRate": rate, "momentum": momentum, "nesterov": nesterov, "weightDecay": decay}


def adamw(decay):
    return {"kind": "adamw", "learningRate": 0.01, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weightDecay": decay}


NESTEROV = sgd(0.05, momentum=0.9, nesterov=True, decay=1e-3)
MOMENTUM = sgd(0.05, momentum=0.9)
PLAIN = sgd(0.1)
ADAMW = adamw(0)
ADAMW_DECAY = adamw(0.05)

LINEAR = {"features": 12, "hidden": [], "classes": 7}
MLP = {"features": 10, "hidden": [8], "classes": 5}
DEEP = {"features": 10, "hidden": [9, 6], "classes": 5}

# Every optimiser and every loss on the linear head; the deeper heads test the backward pass between layers.
CASES = {
    "linear, logitNorm, sgd": (LINEAR, LOGIT_NORM, PLAIN),
    "linear, logitNorm, sgd momentum": (LINEAR, LOGIT_NORM, MOMENTUM),
    "linear, logitNorm, sgd nesterov decay": (LINEAR, LOGIT_NORM, NESTEROV),
    "linear, logitNorm, adamw": (LINEAR, LOGIT_NORM, ADAMW),
    "linear, logitNorm, adamw decay": (LINEAR, LOGIT_NORM, ADAMW_DECAY),
    "linear, crossEntropy, sgd": (LINEAR, CROSS_ENTROPY, PLAIN),
    "linear, crossEntropy, sgd nesterov decay": (LINEAR, CROSS_ENTROPY, NESTEROV),
    "linear, crossEntropy, adamw": (LINEAR, CROSS_ENTROPY, ADAMW),
    "linear, smoothed crossEntropy, adamw decay": (LINEAR, SMOOTHED, ADAMW_DECAY),
    "hidden 8, logitNorm, sgd nesterov decay": (MLP, LOGIT_NORM, NESTEROV),
    "hidden 8, logitNorm, adamw decay": (MLP, LOGIT_NORM, ADAMW_DECAY),
    "hidden 8, crossEntropy, sgd momentum": (MLP, CROSS_ENTROPY, MOMENTUM),
    "hidden 8, crossEntropy, adamw": (MLP, CROSS_ENTROPY, ADAMW),
    "hidden 8, smoothed crossEntropy, sgd": (MLP, SMOOTHED, PLAIN),
    "hidden 9 6, logitNorm, sgd": (DEEP, LOGIT_NORM, PLAIN),
    "hidden 9 6, logitNorm, adamw": (DEEP, LOGIT_NORM, ADAMW),
    "hidden 9 6, crossEntropy, sgd nesterov decay": (DEEP, CROSS_ENTROPY, NESTEROV),
}


def build_head(widths, seed, dtype):
    layers = []
    for fan_in, fan_out in zip(widths, widths[1:]):
        layers += [nn.Linear(fan_in, fan_out, dtype=dtype), nn.ReLU()]
    head = nn.Sequential(*layers[:-1])
    start = torch.tensor(initialisation.parameters(seed, widths), dtype=dtype)
    nn.utils.vector_to_parameters(start, head.parameters())
    return head


def build_optimizer(options, parameters):
    rate, decay = options["learningRate"], options["weightDecay"]
    if options["kind"] == "sgd":
        return torch.optim.SGD(
            parameters, lr=rate, momentum=options["momentum"], nesterov=options["nesterov"], weight_decay=decay
        )
    betas = (options["beta1"], options["beta2"])
    return torch.optim.AdamW(parameters, lr=rate, betas=betas, eps=options["epsilon"], weight_decay=decay)


def train(widths, seed, loss_options, optimizer_options, features, labels, probe, dtype):
    head = build_head(widths, seed, dtype)
    optimizer = build_optimizer(optimizer_options, head.parameters())
    kind, option = loss_options.values()
    losses, accuracies = [], []
    for x, y in zip(torch.tensor(features, dtype=dtype), torch.tensor(labels)):
        optimizer.zero_grad()
        logits = head(x)
        loss = per_row(kind, option, logits, y).mean()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        accuracies.append((logits.argmax(dim=1) == y).double().mean().item())
    with torch.no_grad():
        probe_logits = head(torch.tensor(probe, dtype=dtype))
    parameters = nn.utils.parameters_to_vector(head.parameters()).detach()
    return {
        "losses": np.array(losses),
        "accuracies": np.array(accuracies),
        "probeLogits": probe_logits.double().numpy(),
        "finalParameters": parameters.double().numpy(),
    }


def round_up(value):
    """To one significant digit: a bound is what is wanted, and float32's last digits vary between processors."""
    unit = 10.0 ** math.floor(math.log10(value))
    return float(f"{math.ceil(value / unit) * unit:.0e}")


def case(name, seed, head, loss, optimizer):
    rng = np.random.default_rng(seed)
    features = decimals(rng.standard_normal((STEPS, ROWS, head["features"])), places=3)
    labels = rng.integers(0, head["classes"], (STEPS, ROWS))
    probe = decimals(rng.standard_normal((PROBE_ROWS, head["features"])), places=3)
    widths = [head["features"], *head["hidden"], head["classes"]]
    data = (widths, seed, loss, optimizer, features, labels, probe)
    exact, single = train(*data, torch.float64), train(*data, torch.float32)
    # An argmax that rounding can flip would make the accuracies untestable.
    assert np.array_equal(exact["accuracies"], single["accuracies"]), name
    deviation = {
        key: round_up(np.abs(exact[key] - single[key]).max()) for key in ("losses", "probeLogits", "finalParameters")
    }
    return {
        "name": name,
        "seed": seed,
        "features": head["features"],
        "hidden": np.array(head["hidden"], dtype=int),
        "classes": head["classes"],
        "loss": loss,
        "optimizer": optimizer,
        "rows": ROWS,
        "steps": STEPS,
        "batches": {"features": features, "labels": labels},
        "probeRows": PROBE_ROWS,
        "probeFeatures": probe,
        **exact,
        "float32Deviation": deviation,
    }


def document():
    return {"cases": [case(name, seed, *parts) for seed, (name, parts) in enumerate(CASES.items(), start=100)]}
