"""Detection metrics by scikit-learn, and the expected calibration error by numpy. Scores: higher = more OOD."""

from fractions import Fraction

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score, roc_curve

from layout import decimals

# Known from elsewhere, as confidences (higher = more in-distribution), so negated here; and their metrics.
KNOWN_ID = -np.array([0.9, 0.8, 0.8, 0.7, 0.6, 0.55, 0.5, 0.4, 0.3, 0.2])
KNOWN_OOD = -np.array([0.75, 0.5, 0.35, 0.1])
KNOWN = {"auroc": 0.6875, "auprOut": 0.573052, "auprIn": 0.858748, "fpr95": 0.75}


def fpr_at_tpr(id_scores, ood_scores, tpr):
    """Share of OOD accepted at the smallest ID score t such that at least `tpr` of the ID scores are <= t."""
    labels = np.r_[np.ones(len(id_scores)), np.zeros(len(ood_scores))]
    # drop_intermediate would remove collinear points, and with them the first that reaches `tpr`.
    false_positive, true_positive, _ = roc_curve(labels, -np.r_[id_scores, ood_scores], drop_intermediate=False)
    value = false_positive[np.argmax(true_positive >= tpr)]
    threshold = next(t for t in np.sort(id_scores) if np.mean(id_scores <= t) >= tpr)
    assert value == np.mean(ood_scores <= threshold)
    return value


def detection(name, id_scores, ood_scores):
    id_scores, ood_scores = decimals(id_scores), decimals(ood_scores)
    scores = np.r_[id_scores, ood_scores]
    is_ood = np.r_[np.zeros(len(id_scores)), np.ones(len(ood_scores))]
    return {
        "name": name,
        "id": id_scores,
        "ood": ood_scores,
        "auroc": np.float64(roc_auc_score(is_ood, scores)),
        "auprOut": np.float64(average_precision_score(is_ood, scores)),
        "auprIn": np.float64(average_precision_score(1 - is_ood, -scores)),
        "fpr95": np.float64(fpr_at_tpr(id_scores, ood_scores, 0.95)),
        "fpr80": np.float64(fpr_at_tpr(id_scores, ood_scores, 0.8)),
    }


def detection_cases():
    rng = np.random.default_rng(4)
    known = detection("known", KNOWN_ID, KNOWN_OOD)
    for key, value in KNOWN.items():
        assert abs(known[key] - value) < 1e-6, (key, known[key])
    normal = rng.standard_normal
    return [
        known,
        detection("separated", [1, 2, 3, 4], [5, 6, 7]),
        detection("reversed", [5, 6, 7], [1, 2, 3, 4]),
        detection("all tied", [1] * 5, [1] * 5),
        detection("one each, separated", [0], [1]),
        detection("one each, tied", [1], [1]),
        detection("one each, reversed", [1], [0]),
        detection("one ID, many OOD", [0.5], [0.25, 0.5, 0.75, 1]),
        detection("many ID, one OOD", [0.25, 0.5, 0.75, 1], [0.5]),
        detection("pairs tied, 20 groups", np.arange(20), np.arange(20)),
        detection("few levels", rng.integers(0, 4, 37), rng.integers(1, 5, 23)),
        # Shares of exactly 0.95 and 0.8 must count as reached, although tpr * rows may round upwards.
        *[detection(f"exact share, {rows} ID", np.arange(rows), np.arange(rows) + 0.5) for rows in (20, 40, 60, 100)],
        detection("random, 500", normal(300), normal(200) + 1),
    ]


def ece(name, bins, probabilities, labels):
    """Sum over bins of |accuracy - confidence| times the bin's share of rows; bins (lo, hi], equal widths."""
    probabilities, labels = np.asarray(probabilities, dtype=np.float32), np.asarray(labels)
    confidence = probabilities.max(axis=1).astype(np.float64)
    correct = probabilities.argmax(axis=1) == labels
    # Exact arithmetic: a float32 value is taken as it is, so float32(0.6) = 0.60000002 lies above the edge 3/5.
    upper = np.array([-(-Fraction(value) * bins // 1) for value in confidence])
    value = sum(
        abs(correct[upper == index].mean() - confidence[upper == index].mean()) * np.mean(upper == index)
        for index in np.unique(upper)
    )
    return {
        "name": name,
        "bins": bins,
        "rows": probabilities.shape[0],
        "classes": probabilities.shape[1],
        "probabilities": probabilities,
        "labels": labels,
        "ece": np.float64(value),
    }


def ece_cases():
    rng = np.random.default_rng(5)
    probabilities = rng.dirichlet(np.full(4, 0.4), 60).astype(np.float32)
    # About as often right as the confidence says, so that every bin holds both outcomes.
    labels = np.array([rng.choice(4, p=row / row.sum()) for row in probabilities.astype(np.float64)])
    edges = [[0.5, 0.25, 0.25], [0.75, 0.125, 0.125], [0.625, 0.25, 0.125], [0.375, 0.375, 0.25], [1, 0, 0]]
    decimal_edges = [[0.6, 0.4], [0.55, 0.45], [0.7, 0.3], [0.8, 0.2], [0.9, 0.1]]
    return [
        *[ece(f"random, {bins} bins", bins, probabilities, labels) for bins in (5, 15)],
        ece("on the edges, 4 bins", 4, edges, [0, 1, 0, 0, 0]),
        ece("just above decimal edges, 5 bins", 5, decimal_edges, [0, 1, 0, 1, 0]),
        *[ece(f"certain, {bins} bins", bins, [[1, 0], [1, 0], [0, 1], [1, 0]], [0, 1, 1, 0]) for bins in (5, 15)],
        ece("uniform, first maximum wins, 15 bins", 15, [[0.25] * 4] * 4, [0, 1, 2, 3]),
        ece("one class, 15 bins", 15, [[1], [1]], [0, 0]),
        ece("one row, 15 bins", 15, [[0.3, 0.7]], [0]),
    ]


def document():
    return {"cases": detection_cases(), "ece": ece_cases()}
