"""OOD scores from logits (and, for gradNorm, the features before the last layer). Higher = more out-of-distribution.

Values are pytorch-ood's where it defines the same score. Where it differs, `reference` says how, the value is ours in
float64, and the script checks the two against each other as far as the difference allows.
"""

import numpy as np
import torch
from pytorch_ood.detector import GEN, EnergyBased, Entropy, GradNorm, MaxLogit, MaxSoftmax
from scipy.special import logsumexp

from layout import decimals

FEATURES = 5


def log_probabilities(logits):
    return logits - logsumexp(logits, axis=1, keepdims=True)


def msp(logits, features, temperature):
    return MaxSoftmax.score(torch.tensor(logits), t=temperature).numpy()


def max_logit(logits, features):
    return MaxLogit.score(torch.tensor(logits)).numpy()


def energy(logits, features, temperature):
    return EnergyBased.score(torch.tensor(logits), t=temperature).numpy()


def entropy(logits, features):
    log_p = log_probabilities(logits)
    value = -(np.exp(log_p) * log_p).sum(axis=1)  # log p is finite, so 0 log 0 comes out as 0
    clipped = Entropy.score(torch.tensor(logits)).numpy()
    assert np.allclose(value, clipped, rtol=0, atol=1.7e-6 * logits.shape[1])  # 1e-7 |log 1e-7| = 1.6e-6 per class
    return value


def gen(logits, features, gamma, m):
    log_p = np.sort(log_probabilities(logits), axis=1)[:, ::-1]
    # 1 - p as the sum of the other probabilities: the power makes much of small numbers, (1e-20)^0.1 = 0.01, and
    # subtracting from one loses everything below 1e-16.
    log_rest = logsumexp(log_p[:, None, :], b=1 - np.eye(log_p.shape[1]), axis=2)
    terms = np.exp(gamma * (log_p + log_rest))[:, :m]
    value = terms.sum(axis=1)
    unclipped = (log_p.min(axis=1) > np.log(1e-7)) & (log_rest.min(axis=1) > np.log(1e-7))
    theirs = GEN.score(torch.tensor(logits), gamma=gamma, M=m).numpy() * terms.shape[1]
    assert np.allclose(value[unclipped], theirs[unclipped], rtol=1e-12)
    return value


def max_cosine(logits, features):
    norm = np.linalg.norm(logits, axis=1)
    return -np.divide(logits.max(axis=1), norm, out=np.zeros_like(norm), where=norm > 0)


def grad_norm(logits, features):
    scores = []
    for f, z in zip(logits, features):
        # The gradient of the weights is (p - 1/K) z^T whatever the weights are, so zero weights with the logits as
        # bias give any logits with any features.
        head = torch.nn.Linear(FEATURES, len(f), dtype=torch.float64)
        with torch.no_grad():
            head.weight.zero_()
            head.bias.copy_(torch.tensor(f))
        detector = GradNorm(head, param_filter=lambda name: name == "weight")
        scores.append(detector.predict(torch.tensor(z)[None]).item())
    p = np.exp(log_probabilities(logits))
    closed = -np.abs(p - 1 / logits.shape[1]).sum(axis=1) * np.abs(features).sum(axis=1)
    assert np.allclose(scores, closed, rtol=1e-12, atol=1e-13)
    return np.array(scores)


TEMPERATURES = [{"temperature": t} for t in (0.1, 1, 10)]
GEN_OPTIONS = [{"gamma": gamma, "m": m} for gamma in (0.1, 0.5) for m in (2, 100)]
SCORERS = [
    ("msp", msp, TEMPERATURES, "pytorch_ood.detector.MaxSoftmax"),
    ("maxLogit", max_logit, [{}], "pytorch_ood.detector.MaxLogit"),
    ("energy", energy, TEMPERATURES, "pytorch_ood.detector.EnergyBased"),
    ("entropy", entropy, [{}], "float64; pytorch_ood.detector.Entropy clips p to [1e-7, 1]"),
    ("gen", gen, GEN_OPTIONS,
     "float64; pytorch_ood.detector.GEN takes the mean, we the sum, and clips p to [1e-7, 1 - 1e-7]"),
    ("maxCosine", max_cosine, [{}], "float64; not in pytorch-ood"),
    ("gradNorm", grad_norm, [{}], "pytorch_ood.detector.GradNorm, the weight of the last layer only"),
]

# Scores of the logits [2, 1, 0] that are known from elsewhere.
KNOWN_LOGITS = [[2, 1, 0]]
KNOWN = {
    ("msp", 1): -0.6652409558,
    ("energy", 1): -2.4076059645,
    ("energy", 0.1): -2.0000045401,
    ("maxCosine",): -0.8944271910,
    ("entropy",): 0.8323955818,
    ("gen", 0.1, 100): 2.4838428874,
}


def case(name, logits, rng):
    features = decimals(rng.standard_normal((len(logits), FEATURES)))
    scores = [
        {
            "scorer": {"name": scorer, **options},
            "reference": reference,
            "expected": function(logits.astype(np.float64), features.astype(np.float64), **options),
        }
        for scorer, function, variants, reference in SCORERS
        for options in variants
    ]
    return {
        "name": name,
        "rows": logits.shape[0],
        "classes": logits.shape[1],
        "features": FEATURES,
        "logits": logits,
        "penultimate": features,
        "scores": scores,
    }


def known(rng):
    made = case("known", decimals(KNOWN_LOGITS), rng)
    found = {tuple(entry["scorer"].values()): entry["expected"][0] for entry in made["scores"]}
    for key, value in KNOWN.items():
        assert abs(found[key] - value) < 1e-10, (key, found[key])
    return made


def document():
    rng = np.random.default_rng(3)
    cases = [known(rng)]
    for rows, classes in ((3, 1), (3, 2), (3, 3), (5, 10), (3, 150)):
        cases.append(case(f"random {rows}x{classes}", decimals(rng.standard_normal((rows, classes)) * 3), rng))
    edges = {
        "ties": [[1, 1, 1, 1], [2, 2, 0, -1], [-3, -3, -3, -4]],
        "zero row": [[0, 0, 0, 0], [1, 0, 0, 0]],
        "negative": [[-1, -2, -3.5, -0.25], [-20, -30, -21, -20.5]],
        "tiny": [[0.001, -0.002, 0.0005, 0], [1e-7, 2e-7, -1e-7, 3e-7]],
        "huge": [[1e4, -1e4, 0, 5e3], [-1e4, -1e4, -1e4, -9999], [1e4, 1e4, -1e4, 1e4]],
        # p is close to one here, and 1 - p far below float32's resolution, and below float64's in the second row.
        "confident": [[20, 0, 1, -2], [60, 0, -5, 3]],
    }
    cases += [case(name, np.array(rows, dtype=np.float32), rng) for name, rows in edges.items()]
    return {"cases": cases}
