"""Loss values and gradients: LogitNorm by pytorch-ood, cross-entropy by torch, both differentiated in float64."""

import math

import numpy as np
import torch
from pytorch_ood.loss.logitnorm import logit_norm_loss
from torch.nn.functional import cross_entropy

from layout import decimals

# Reference values that are known from elsewhere (derived by hand, checked by finite differences, epsilon 1e-7):
# logits, label, tau, loss, gradient.
KNOWN = [
    ([2, 1, 0], 0, 1, 0.7169853151, [-0.101617969, 0.203235924, 0.089266280]),
    ([2, 1, 0], 0, 0.1, 0.01148714516, [-0.030416137, 0.060832271, 0.000576871]),
    ([2, 1, 0], 2, 0.1, 8.955758655, [0.864011174, -1.728021951, -4.471558884]),
    ([3, -1, 0.5, 2], 1, 0.04, 26.49197551, [1.038739391, -4.764286243, -0.929187257, -3.707955043]),
    ([1, 1], 0, 0.04, 0.6931471806, [-8.83883414, 8.83883414]),
]

SHAPES = {
    "ordinary": lambda rng, size: decimals(rng.standard_normal(size) * 3),
    "negative": lambda rng, size: decimals(-1 - np.abs(rng.standard_normal(size)) * 3),
    "tiny": lambda rng, size: decimals(rng.standard_normal(size) * 1e-3, 7),
    # |f| is close to LogitNorm's epsilon here, so it matters where epsilon stands in the formula.
    "near-epsilon": lambda rng, size: decimals(rng.standard_normal(size) * 1e-7, 11),
    "huge": lambda rng, size: decimals(rng.standard_normal(size) * 1e4, 1),
    # Few levels: almost every row has its maximum more than once.
    "ties": lambda rng, size: decimals(rng.integers(-1, 2, size)),
}


def per_row(kind, option, logits, labels):
    if kind == "logitNorm":
        return logit_norm_loss(logits, labels, t=option, reduction="none")
    return cross_entropy(logits, labels, label_smoothing=option, reduction="none")


def case(name, kind, option, logits, labels):
    logits, labels = np.asarray(logits, dtype=np.float32), np.asarray(labels)
    f = torch.tensor(logits, dtype=torch.float64, requires_grad=True)
    rows_loss = per_row(kind, option, f, torch.tensor(labels))
    rows_loss.mean().backward()
    return {
        "name": f"{kind} {name}",
        "kind": kind,
        "tau" if kind == "logitNorm" else "labelSmoothing": option,
        "rows": logits.shape[0],
        "classes": logits.shape[1],
        "logits": logits,
        "labels": labels,
        "lossPerRow": rows_loss.detach().numpy(),
        "loss": np.float64(rows_loss.mean().item()),
        "gradient": f.grad.numpy(),
        # numpy's argmax takes the first of equal maxima, as the head does.
        "correct": int((logits.argmax(axis=1) == labels).sum()),
    }


def known(index, logits, label, tau, loss, gradient):
    made = case(f"known {index}", "logitNorm", tau, [logits], [label])
    assert math.isclose(made["loss"], loss, rel_tol=1e-9), (logits, made["loss"])
    assert np.allclose(made["gradient"], [gradient], rtol=0, atol=1e-9), (logits, made["gradient"])
    return made


def zero_row():
    """A zero row has no direction, so no gradient is meaningful, and we define it as zero.

    torch takes zero for the derivative of |f| at 0 and so returns e / (tau 1e-7): finite, but some 2e8 at tau 0.04,
    and a single such step destroys a head. The loss, log k, is torch's too.
    """
    classes = 4
    made = case("zero-row", "logitNorm", 0.04, [[1, -2, 0.5, 3], [0] * classes, [0.25, 0.75, -1, 0.5]], [3, 1, 0])
    assert math.isclose(made["lossPerRow"][1], math.log(classes))
    assert np.abs(made["gradient"][1]).max() > 1e7
    made["gradient"][1] = 0
    return made


def document():
    rng = np.random.default_rng(2)
    cases = [known(index, *values) for index, values in enumerate(KNOWN, start=1)] + [zero_row()]

    def add(kind, option, shape, rows, classes):
        logits = SHAPES[shape](rng, (rows, classes))
        name = f"{shape}, {'tau' if kind == 'logitNorm' else 'smoothing'} {option}, {rows}x{classes}"
        cases.append(case(name, kind, option, logits, rng.integers(0, classes, rows)))

    options = [("logitNorm", tau) for tau in (0.01, 0.04, 0.1, 1)] + [("crossEntropy", share) for share in (0, 0.1)]
    for kind, option in options:
        for rows, classes in ((1, 1), (3, 1), (4, 2), (5, 3), (8, 10), (2, 150)):
            add(kind, option, "ordinary", rows, classes)
        for shape in SHAPES:
            if shape != "ordinary":
                add(kind, option, shape, 4, 6)
    return {"cases": cases}
