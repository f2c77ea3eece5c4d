"""Temperature by scipy's bounded search in float64, and conformal p-values and thresholds by counting."""

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

from layout import decimals


def temperature(name, logits, labels):
    logits, labels = decimals(logits), np.asarray(labels)
    wide = logits.astype(np.float64)

    def loss(log_t):
        return -np.mean(log_softmax(wide / np.exp(log_t), axis=1)[np.arange(len(labels)), labels])

    scale = np.log(wide.std())
    # A grid first, so that the search cannot start beside the minimum.
    grid = scale + np.linspace(-7, 7, 281)
    start = grid[np.argmin([loss(x) for x in grid])]
    found = minimize_scalar(loss, bounds=(start - 0.1, start + 0.1), method="bounded", options={"xatol": 1e-12})
    return {
        "name": name,
        "rows": logits.shape[0],
        "classes": logits.shape[1],
        "logits": logits,
        "labels": labels,
        "temperature": np.float64(np.exp(found.x)),
        "loss": np.float64(found.fun),
    }


def temperature_cases():
    rng = np.random.default_rng(11)
    cases = []
    for name, rows, classes, scale in [
        ("ordinary", 60, 5, 3), ("after LogitNorm: small logits", 60, 5, 0.02), ("overconfident", 60, 5, 80),
        ("two classes", 40, 2, 1), ("many classes", 60, 20, 4),
    ]:
        logits = rng.standard_normal((rows, classes))
        # The right class stands out, not always: so that a best temperature exists.
        labels = np.array([rng.choice(classes, p=np.exp(2 * row) / np.exp(2 * row).sum()) for row in logits])
        cases.append(temperature(name, scale * logits, labels))
    shifted = cases[0]["logits"].reshape(60, 5) + np.arange(60)[:, None] * 10
    cases.append(temperature("a constant added to each row", shifted, cases[0]["labels"]))
    return cases


def conformal(name, scores, probes, alphas):
    scores, probes = decimals(scores), decimals(probes)
    p = np.array([(1 + np.sum(scores >= probe)) / (len(scores) + 1) for probe in probes], dtype=np.float64)
    return {
        "name": name,
        "scores": scores,
        "probes": probes,
        "pValues": p,
        # 1 where the row is rejected, alpha by alpha.
        "alphas": np.array(alphas, dtype=np.float64),
        "rejected": np.array([[int(value <= alpha + 1e-12) for value in p] for alpha in alphas]),
    }


def conformal_cases():
    rng = np.random.default_rng(12)
    alphas = [0.01, 0.05, 0.1, 0.29]
    return [
        conformal("99 rows", rng.standard_normal(99), rng.standard_normal(40) * 2, alphas),
        conformal("ties", rng.integers(0, 6, 50), np.arange(-1, 7, 0.5), alphas),
        conformal("too few rows for 1 %", rng.standard_normal(30), rng.standard_normal(20) * 3, alphas),
        conformal("one row", [0.5], [0, 0.5, 1], alphas),
    ]


def document():
    return {"temperatures": temperature_cases(), "conformal": conformal_cases()}
