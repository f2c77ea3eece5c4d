"""Measures what the smaller demo data costs: python measure_clinc.py SOURCE_FOLDER

A linear head in PyTorch on all training rows (float16), on the demo's rows (float16) and on the demo's rows as int8;
the test rows are the demo's each time, so the lines differ by the training data and the number format alone.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from sklearn.metrics import roc_auc_score
from torch.nn.functional import cross_entropy

from make_clinc import choose_rows, quantise, read_source

EPOCHS, BATCH, RATE, TAU = 30, 128, 0.01, 0.04
SEEDS = range(3)


def logit_norm(logits, labels):
    return cross_entropy(logits / ((logits.norm(dim=1, keepdim=True) + 1e-7) * TAU), labels)


def train(loss, features, labels, seed):
    torch.manual_seed(seed)
    head = torch.nn.Linear(features.shape[1], int(labels.max()) + 1)
    optimizer = torch.optim.AdamW(head.parameters(), lr=RATE, weight_decay=0)
    steps = EPOCHS * -(-len(features) // BATCH)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for _ in range(EPOCHS):
        for rows in torch.randperm(len(features)).split(BATCH):
            optimizer.zero_grad()
            loss(head(features[rows]), labels[rows]).backward()
            optimizer.step()
            schedule.step()
    return head


@torch.no_grad()
def evaluate(head, features, labels, outside):
    """Accuracy, and the AUROC of two confidences: largest probability, and largest logit over the logits' norm."""
    known, unknown = head(features), head(outside)
    is_known = np.r_[np.ones(len(known)), np.zeros(len(unknown))]
    logits = torch.cat([known, unknown])
    msp = logits.softmax(dim=1).amax(dim=1)
    cosine = logits.amax(dim=1) / logits.norm(dim=1)
    accuracy = (known.argmax(dim=1) == labels).double().mean().item()
    return accuracy, roc_auc_score(is_known, msp), roc_auc_score(is_known, cosine)


def plain(features):
    return features.astype(np.float32)


def restored(features):
    quantised, scale = quantise(features)
    return quantised * scale[:, None]


def load(tensors, split, rows, convert):
    labels = tensors[f"{split}.labels"][rows].astype(np.int64)
    return torch.tensor(convert(tensors[f"{split}.features"][rows])), torch.tensor(labels)


def measure(loss, tensors, rows, convert):
    features, labels = load(tensors, "train", rows["train"], convert)
    test = load(tensors, "test", rows["test"], convert)
    outside, _ = load(tensors, "oos_test", rows["oos_test"], convert)
    return 100 * np.array([evaluate(train(loss, features, labels, seed), *test, outside) for seed in SEEDS])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path)
    tensors, _, _ = read_source(parser.parse_args().source)
    part = choose_rows(tensors)
    whole = {**part, "train": np.arange(len(tensors["train.labels"]))}
    settings = [
        ("all train rows, float16", whole, plain),
        ("part, float16", part, plain),
        ("part, int8", part, restored),
    ]

    print("loss, data, train rows: accuracy, AUROC msp, AUROC maxCosine (percent, mean +- deviation over seeds)")
    for loss in (logit_norm, cross_entropy):
        for name, rows, convert in settings:
            figures = measure(loss, tensors, rows, convert)
            cells = [f"{mean:.2f} +- {spread:.2f}" for mean, spread in zip(figures.mean(axis=0), figures.std(axis=0))]
            print(f"{loss.__name__}, {name}, {len(rows['train'])}:", ", ".join(cells))


if __name__ == "__main__":
    main()
