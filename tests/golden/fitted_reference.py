"""Scorers of a trained head and its training rows, written down from their definitions in float64 numpy.

z is the last layer's input and f = W z + b its output; p = softmax(f); y^ = argmax f; u = z / |z|; "the bank" is the
training rows. Higher = more out-of-distribution. Every function checks its own value against pytorch-ood's detector.
"""

import contextlib
from unittest import mock

import numpy as np
import torch
from pytorch_ood import detector
from scipy.spatial.distance import cdist
from scipy.special import logsumexp, rel_entr, softmax
from torch import nn

import scores


class Trained:
    """A head, its training rows ("bank") and the rows to score; everything float64."""

    def __init__(self, model, bank, labels, queries):
        self.model, self.last, self.labels, self.x = model, model[-1], labels, queries.astype(np.float64)
        with torch.no_grad():
            self.bank = model[:-1](torch.tensor(bank, dtype=torch.float64)).numpy()
            self.z = model[:-1](torch.tensor(self.x)).numpy()
        self.weight, self.bias = self.last.weight.detach().numpy(), self.last.bias.detach().numpy()
        self.width = self.weight.shape[1]
        self.bank_logits, self.logits = self.classify(self.bank), self.classify(self.z)
        self.bank_predicted, self.predicted = self.bank_logits.argmax(axis=1), self.logits.argmax(axis=1)

    def classify(self, z):
        return z @ self.weight.T + self.bias


@contextlib.contextmanager
def double_precision():
    """Some of pytorch-ood's detectors cast to float32. In here the cast is to float64, so that all digits can agree."""
    torch.set_default_dtype(torch.float64)
    try:
        with mock.patch.object(torch.Tensor, "float", torch.Tensor.double):
            yield
    finally:
        torch.set_default_dtype(torch.float32)


def agree(value, theirs):
    np.testing.assert_allclose(value, np.asarray(theirs), rtol=1e-9)
    return value


def by_features(theirs, head, normalize=False):
    bank, z = (unit(head.bank), unit(head.z)) if normalize else (head.bank, head.z)
    theirs.fit_features(torch.tensor(bank), torch.tensor(head.labels))
    return theirs.predict_features(torch.tensor(z)).numpy()


def by_maps(theirs, head):
    bank, z = (torch.tensor(rows)[:, :, None, None] for rows in (head.bank, head.z))
    if theirs.requires_fit:
        theirs.fit_feature_maps(bank, torch.tensor(head.labels))
    return theirs.predict_feature_maps(z).numpy()


def on_maps(head):
    return nn.Sequential(nn.Flatten(), head.last)


def unit(z):
    return z / np.linalg.norm(z, axis=1, keepdims=True)


def energy(logits):
    return -logsumexp(logits, axis=1)


def odin_gradient(head, temperature):
    """Of the cross-entropy with the predicted class, with respect to the features; and that class's probability."""
    x = torch.tensor(head.x, requires_grad=True)
    log_p = torch.log_softmax(head.model(x) / temperature, dim=1).max(dim=1).values
    (gradient,) = torch.autograd.grad(-log_p.sum(), x)
    return gradient.numpy(), log_p.detach().exp().numpy()


def odin(head, temperature=1000, epsilon=0.0014):
    moved = head.x - epsilon * np.sign(odin_gradient(head, temperature)[0])
    logits = head.model(torch.tensor(moved)).detach().numpy()
    theirs = detector.ODIN(head.model, eps=epsilon, temperature=temperature).predict(torch.tensor(head.x))
    return agree(-softmax(logits / temperature, axis=1).max(axis=1), theirs)


def kl_matching(head):
    p, bank = softmax(head.logits, axis=1), softmax(head.bank_logits, axis=1)
    typical = [bank[head.bank_predicted == k].mean(axis=0) for k in np.unique(head.bank_predicted)]
    value = np.min([rel_entr(p, d).sum(axis=1) for d in typical], axis=0)
    theirs = detector.KLMatching(None).fit_logits(torch.tensor(head.bank_logits))
    return agree(value, theirs.predict_logits(torch.tensor(head.logits)))


def knn(head, k=None):
    k = k or min(50, len(head.bank))
    value = np.sort(cdist(unit(head.z), unit(head.bank)), axis=1)[:, k - 1]
    return agree(value, by_features(detector.KNN(None, k=k), head))


def gaussian(z, bank, means, ridge):
    """(z - mu)^T S^-1 (z - mu) for each different mu; `means` holds one for each row of the bank."""
    scatter = (bank - means).T @ (bank - means) / len(bank)
    width = len(scatter)
    inverse = np.linalg.inv(scatter + ridge * np.trace(scatter) / width * np.eye(width))
    return np.stack([np.sum((z - mu) @ inverse * (z - mu), axis=1) for mu in np.unique(means, axis=0)], axis=1)


def distances(head, ridge, normalize):
    """Squared Mahalanobis distances to the nearest class and to the mean of all rows; ridge None: pytorch-ood's.

    It adds 1e-6 I to n S, so the ridges with which our S is theirs divided by n are 1e-6 / (n tr(S) / d).
    """
    bank, z = (unit(head.bank), unit(head.z)) if normalize else (head.bank, head.z)
    by_class = np.stack([bank[head.labels == label].mean(axis=0) for label in head.labels])
    overall = np.tile(bank.mean(axis=0), (len(bank), 1))
    ridges = [1e-6 * head.width / np.sum((bank - m) ** 2) if ridge is None else ridge for m in (by_class, overall)]
    return gaussian(z, bank, by_class, ridges[0]).min(axis=1), gaussian(z, bank, overall, ridges[1])[:, 0]


def mahalanobis(head, ridge=1e-6, normalize=False):
    theirs = by_features(detector.Mahalanobis(None), head, normalize)
    agree(distances(head, None, normalize)[0], 2 * len(head.bank) * theirs)
    return distances(head, ridge, normalize)[0]


def rmd(head, ridge=1e-6, normalize=False):
    theirs = by_features(detector.RMD(None), head, normalize)
    agree(np.subtract(*distances(head, None, normalize)), len(head.bank) * theirs)
    return np.subtract(*distances(head, ridge, normalize))


def second_moment(head):
    """The origin o, and the eigenvalues (ascending) and eigenvectors of the mean of (z_i - o)(z_i - o)^T."""
    origin = -np.linalg.pinv(head.weight) @ head.bias
    centred = head.bank - origin
    return origin, *np.linalg.eigh(centred.T @ centred / len(centred))


def residual_norms(head, dimensions):
    """|R^T (z - o)| of the bank and of the rows to score."""
    origin, _, vectors = second_moment(head)
    rest = vectors[:, :head.width - dimensions]
    return [np.linalg.norm((z - origin) @ rest, axis=1) for z in (head.bank, head.z)]


def vim(head, dimensions=None):
    dimensions = dimensions or head.width // 2
    bank, norms = residual_norms(head, dimensions)
    alpha = head.bank_logits.max(axis=1).mean() / bank.mean()
    value = alpha * norms + energy(head.logits)
    return agree(value, by_features(detector.ViM(None, dimensions, head.last.weight, head.last.bias), head))


def residual(head, dimensions=None):
    dimensions = dimensions or head.width // 2
    theirs = detector.ViM(None, dimensions, head.last.weight, head.last.bias)
    virtual_logits = by_features(theirs, head) - energy(head.logits)
    return agree(residual_norms(head, dimensions)[1], virtual_logits / theirs.alpha)


def she(head):
    hit = head.bank_predicted == head.labels
    patterns = np.stack([head.bank[hit & (head.labels == k)].mean(axis=0) for k in range(head.logits.shape[1])])
    value = -np.sum(head.z * patterns[head.predicted], axis=1)
    return agree(value, by_features(detector.SHE(None, head.last), head))


def nn_guide(head, k=10):
    bank = unit(head.bank) * -energy(head.bank_logits)[:, None]
    guidance = np.sort(unit(head.z) @ bank.T, axis=1)[:, -k:].mean(axis=1)
    return agree(guidance * energy(head.logits), by_features(detector.NNGuide(None, head.last, k=k), head))


def fdbd(head):
    value = []
    for z, f, best in zip(head.z, head.logits, head.predicted):
        others = [c for c in range(len(f)) if c != best]
        boundaries = [abs(f[best] - f[c]) / np.linalg.norm(head.weight[best] - head.weight[c]) for c in others]
        value.append(-np.mean(boundaries) / max(np.linalg.norm(z - head.bank.mean(axis=0)), 1e-8))
    return agree(np.array(value), by_features(detector.fDBD(None, head.last), head))


def nci(head, alpha=0):
    aligned = np.sum(head.weight[head.predicted] * unit(head.z - head.bank.mean(axis=0)), axis=1)
    value = -(aligned + alpha * np.abs(head.z).sum(axis=1))
    return agree(value, by_features(detector.NCI(None, head.last, alpha=alpha), head))


def react(head, percentile=90):
    value = energy(head.classify(np.minimum(head.z, np.percentile(head.bank, percentile))))
    return agree(value, by_maps(detector.ReAct(None, on_maps(head), percentile=percentile / 100), head))


def dice(head, percentile=90):
    contributions = head.weight * head.bank.mean(axis=0)
    weight = np.where(contributions > np.percentile(contributions, percentile), head.weight, 0)
    theirs = detector.DICE(None, head.last.weight, head.last.bias, p=percentile / 100)
    return agree(energy(head.z @ weight.T + head.bias), by_features(theirs, head))


def kept(z, percentile):
    """1 at the largest entries of each row, 0 at the others."""
    count = z.shape[1] - round(z.shape[1] * percentile / 100)
    mask = np.zeros_like(z)
    np.put_along_axis(mask, np.argsort(-z, axis=1)[:, :count], 1, axis=1)
    return mask


def ash(head, percentile=65, variant="s"):
    z, mask = head.z, kept(head.z, percentile)
    total, sum_kept = z.sum(axis=1, keepdims=True), (z * mask).sum(axis=1, keepdims=True)
    shaped = {
        "p": z * mask,
        "b": mask * total / mask.sum(axis=1, keepdims=True),
        "s": z * mask * np.exp(total / sum_kept),
    }[variant]
    theirs = detector.ASH(None, on_maps(head), variant=f"ash-{variant}", percentile=percentile / 100)
    return agree(energy(head.classify(shaped)), by_maps(theirs, head))


def scale(head, percentile=65):
    z, mask = head.z, kept(head.z, percentile)
    factor = np.exp(z.sum(axis=1, keepdims=True) / (z * mask).sum(axis=1, keepdims=True))
    theirs = detector.SCALE(None, on_maps(head), percentile=percentile / 100)
    return agree(energy(head.classify(z * factor)), by_maps(theirs, head))


def gen(head, temperature=1, gamma=0.1, m=100):
    return scores.gen(head.logits / temperature, head.z, gamma, m)  # which compares with pytorch-ood


DIMENSIONS = [{}, {"dimensions": 10}]
GAUSSIANS = [{}, {"ridge": 1}, {"normalize": True}]
# Name, function, options (none: the defaults), where the value comes from.
SCORERS = [
    ("odin", odin, [{}, {"epsilon": 0.01}, {"temperature": 1, "epsilon": 0.01}], "pytorch_ood.detector.ODIN"),
    ("klMatching", kl_matching, [{}], "pytorch_ood.detector.KLMatching"),
    ("knn", knn, [{}, {"k": 1}, {"k": 10}], "pytorch_ood.detector.KNN"),
    ("mahalanobis", mahalanobis, GAUSSIANS,
     "float64; pytorch_ood.detector.Mahalanobis inverts n S + 1e-6 I and halves: equal times 2n with that ridge"),
    ("rmd", rmd, GAUSSIANS,
     "float64; pytorch_ood.detector.RMD inverts n S + 1e-6 I, n S_0 + 1e-6 I: equal times n with those ridges"),
    ("vim", vim, DIMENSIONS, "pytorch_ood.detector.ViM"),
    ("residual", residual, DIMENSIONS, "the norm in pytorch_ood.detector.ViM, without alpha and the energy"),
    ("she", she, [{}], "pytorch_ood.detector.SHE"),
    ("nnGuide", nn_guide, [{}, {"k": 3}], "pytorch_ood.detector.NNGuide"),
    ("fdbd", fdbd, [{}], "pytorch_ood.detector.fDBD"),
    ("nci", nci, [{}, {"alpha": 0.01}], "pytorch_ood.detector.NCI"),
    ("react", react, [{}, {"percentile": 70}], "pytorch_ood.detector.ReAct"),
    ("dice", dice, [{}, {"percentile": 30}], "pytorch_ood.detector.DICE"),
    ("gen", gen, [{}, {"temperature": 0.1}, {"temperature": 10, "gamma": 0.5, "m": 5}],
     "float64; pytorch_ood.detector.GEN of f / T, which takes the mean, we the sum, and clips p"),
]
# For features that are never negative, as after a ReLU.
ASH = [{}, {"percentile": 90}, *[{"variant": v, "percentile": p} for v in "pb" for p in (65, 90)]]
RECTIFIED_SCORERS = [
    ("ash", ash, ASH, "pytorch_ood.detector.ASH"),
    ("scale", scale, [{}, {"percentile": 85}], "pytorch_ood.detector.SCALE"),
]
