"""OOD scores of trained heads on sentence embeddings, by the scorers that look at training rows, ODIN and GEN.

Here are the rows and the training; `fitted_reference.py` holds the scorers and their checks against pytorch-ood. Each
head is trained by full batches in the stored order, from the seeded initialisation. `sensitivity` is how far a score
moves when every weight and bias moves by up to `SHAKE`: what float32 training can cost.
"""

import copy
import json
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open

import fitted_reference as reference
from layout import decimals
from losses import per_row
from trajectories import CROSS_ENTROPY, LOGIT_NORM, adamw, build_head, build_optimizer, round_up, sgd

EMBEDDINGS = Path(__file__).parents[2] / "www/public/clinc150.safetensors"
INTENTS = range(6, 150, 13)
FEATURES, CLASSES, STEPS = 48, len(INTENTS), 40

# More than the distance between the weights of the same training in float32 and in float64, which `case` asserts.
SHAKE = 1e-5

LINEAR, HIDDEN = [], [24]
# Seed (the first from 200 on with which `clear_choices` passes), hidden layers, loss, optimizer.
CASES = {
    "linear, crossEntropy, sgd momentum": (200, LINEAR, CROSS_ENTROPY, sgd(2, momentum=0.9)),
    "linear, logitNorm, adamw": (232, LINEAR, LOGIT_NORM, adamw(0)),
    "hidden 24, crossEntropy, adamw": (201, HIDDEN, CROSS_ENTROPY, {**adamw(0), "learningRate": 0.03}),
    "hidden 24, logitNorm, adamw": (533, HIDDEN, LOGIT_NORM, {**adamw(0), "learningRate": 0.02}),
}


def embeddings():
    rng = np.random.default_rng(6)
    with safe_open(EMBEDDINGS, "numpy") as file:
        names = json.loads(file.metadata()["classes"])

        def split(name):
            features = file.get_tensor(f"{name}.features")[:, :FEATURES].astype(np.float64)
            return features * file.get_tensor(f"{name}.scale")[:, None], file.get_tensor(f"{name}.labels")

        (train, train_labels), (test, test_labels), (unknown, _) = split("train"), split("test"), split("oos_test")

    # 12 to 23 rows of an intent: a mean over classes is not a mean over rows.
    chosen = [(row, label) for label, intent in enumerate(INTENTS)
              for row in rng.choice(np.flatnonzero(train_labels == intent), 12 + 5 * label % 12, replace=False)]
    rows, labels = np.array(chosen)[rng.permutation(len(chosen))].T
    known = rng.choice(np.flatnonzero(np.isin(test_labels, INTENTS)), 16, replace=False)
    others = rng.choice(len(unknown), 16, replace=False)
    return {
        "source": "CLINC150 (Larson et al., EMNLP 2019, CC BY 3.0): embeddings by all-MiniLM-L6-v2, first coordinates",
        "intents": [names[intent] for intent in INTENTS],
        "features": FEATURES,
        "classes": CLASSES,
        "train": decimals(train[rows]),
        "labels": labels,
        # 16 sentences of these intents, then 16 of none.
        "queries": decimals(np.concatenate([test[known], unknown[others]])),
    }


def train(model, loss_options, optimizer_options, features, labels):
    optimizer = build_optimizer(optimizer_options, model.parameters())
    dtype = next(model.parameters()).dtype
    x, y = torch.tensor(features, dtype=dtype), torch.tensor(labels)
    for _ in range(STEPS):
        optimizer.zero_grad()
        per_row(*loss_options.values(), model(x), y).mean().backward()
        optimizer.step()
    return model


def clear_choices(head):
    """Asserts that weights which are off by `SHAKE` lead to the same discrete choices."""

    def clear(what, gaps, room):
        assert np.min(gaps) > room, (what, np.min(gaps), room)

    # Not all right, or `she` could leave its condition out.
    assert 0.9 < np.mean(head.bank_predicted == head.labels) < 1
    for logits in (head.bank_logits, head.logits):
        second, first = np.sort(logits, axis=1)[:, -2:].T
        clear("argmax", first - second, 1e-3)
    mean = head.bank.mean(axis=0)
    contributions = head.weight * mean
    for percentile in (90, 30):
        gaps = np.abs(contributions - np.percentile(contributions, percentile))
        clear("dice", gaps, 5 * SHAKE * np.abs(mean).max())
    for temperature in (1, 1000):
        gradient, probability = reference.odin_gradient(head, temperature)
        # W^T (p - e) / T, for a linear head: W's error counts |p - e|_1 / T = 2 (1 - p_y^) / T times.
        clear("odin", np.abs(gradient) * temperature / (2 * (1 - probability[:, None])), 10 * SHAKE)
    for dimensions in (10, head.width // 2):
        eigenvalues = reference.second_moment(head)[1]
        inner, outer = eigenvalues[-dimensions], eigenvalues[-dimensions - 1]
        clear("vim", 1 - outer / inner, 0.01)
    if len(head.model) == 1:
        return
    clear("relu", np.abs(head.model[0](torch.tensor(head.x)).detach().numpy()), 10 * SHAKE)
    # Units are used or dead: one that few rows use makes a distance enormous, and its digits few.
    used = np.sum(head.bank > 0, axis=0)
    assert np.all((used >= 20) | ((used == 0) & (head.z == 0).all(axis=0)))
    for percentile in (65, 90):
        smallest_kept = -round(head.width * (1 - percentile / 100))
        ordered = np.sort(head.z, axis=1)
        clear("ash", ordered[:, smallest_kept] - ordered[:, smallest_kept - 1], 10 * SHAKE)
        clear("ash", ordered[:, smallest_kept], 10 * SHAKE)


def shaken(model, rng):
    model = copy.deepcopy(model)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter += torch.tensor(rng.uniform(-SHAKE, SHAKE, parameter.shape))
    return model


def case(name, data, seed, hidden, loss, optimizer):
    rows = data["train"], data["labels"], data["queries"]
    widths = [FEATURES, *hidden, CLASSES]
    model, single = (
        train(build_head(widths, seed, dtype), loss, optimizer, *rows[:2]) for dtype in (torch.float64, torch.float32)
    )
    for exact, rounded in zip(model.parameters(), single.parameters()):
        assert (exact - rounded).abs().max() < SHAKE / 3, name
    head = reference.Trained(model, *rows)
    clear_choices(head)
    rng = np.random.default_rng(seed)
    others = [reference.Trained(shaken(model, rng), *rows) for _ in range(3)]
    scores = []
    with reference.double_precision():
        for scorer, function, variants, origin in reference.SCORERS + (reference.RECTIFIED_SCORERS if hidden else []):
            for options in variants:
                expected = function(head, **options)
                moved = max(np.abs(function(other, **options) - expected).max() for other in others)
                assert moved < 1e-3 * np.ptp(expected), (name, scorer, options)
                scores.append({
                    "scorer": {"name": scorer, **options},
                    "reference": origin,
                    "expected": expected,
                    "sensitivity": round_up(moved) if moved else 0,
                })
    return {
        "name": name,
        "seed": seed,
        "hidden": np.array(hidden, dtype=int),
        "loss": loss,
        "optimizer": optimizer,
        "steps": STEPS,
        "logits": head.logits,
        "scores": scores,
    }


def document():
    data = embeddings()
    return {"data": data, "cases": [case(name, data, *parts) for name, parts in CASES.items()]}
