"""Tables, sensors and shapes from packages of PyPI: one class left out, so many rows of each other.

Writes FOLDER/measurements.json (splits) and FOLDER/NAME.f32 (rows), and what scikit-learn's detectors
make of the same rows, features standardised, to FOLDER/baselines.json. measurements.mjs reads all of it.

    pip install numpy==2.4.6 scikit-learn==1.9.1
    pip download --no-deps --only-binary :all: -d FOLDER aeon==1.6.0 palmerpenguins==0.1.6 river==0.26.1
    python measurements.py FOLDER

The data: BasicMotions, PickupGestureWiimoteZ, JapaneseVowels, OSULeaf and ArrowHead of the UCR and UEA
archives (aeon), penguins (CC0), image segments (UCI, in river), digits, wine and iris (scikit-learn).
"""

import collections
import csv
import io
import json
import sys
import warnings
import zipfile
from pathlib import Path

import numpy as np
from sklearn import datasets
from sklearn.covariance import LedoitWolf
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import LocalOutlierFactor, NearestNeighbors
from sklearn.preprocessing import StandardScaler
from sklearn.svm import OneClassSVM

warnings.filterwarnings("ignore")
SEEDS, SIZES, MOST_TEST, MOST_UNKNOWN = range(3), (5, 20, 0), 150, 300


def member(folder, package, name):
    (wheel,) = folder.glob(f"{package}-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return archive.read(name)


def series(folder, name):
    """Rows of one array a channel, and their classes."""
    rows, labels = [], []
    for part in ("TRAIN", "TEST"):
        text = member(folder, "aeon", f"aeon/datasets/data/{name}/{name}_{part}.ts").decode("utf-8", "replace")
        for line in text[text.lower().index("@data") :].splitlines()[1:]:
            *channels, label = line.strip().split(":")
            if channels:
                rows.append([np.array([np.nan if x == "?" else float(x) for x in c.split(",")]) for c in channels])
                labels.append(label)
    return rows, labels


def motion(channels):
    """What a window of a sensor becomes: mean, deviation, peaks and mean step of each channel."""
    clean = [channel[~np.isnan(channel)] for channel in channels]
    return [f(c) for c in clean for f in (np.mean, np.std, np.max, np.min, lambda x: np.abs(np.diff(x)).mean())]


def sets(folder):
    for name in ("BasicMotions", "PickupGestureWiimoteZ", "JapaneseVowels"):
        rows, labels = series(folder, name)
        yield name, [motion(row) for row in rows], labels
    rows, labels = series(folder, "OSULeaf")
    yield "OSULeaf, spectrum", [np.abs(np.fft.rfft(row[0]))[1:60] for row in rows], labels
    yield "OSULeaf, outline", [row[0] for row in rows], labels
    rows, labels = series(folder, "ArrowHead")
    yield "ArrowHead, outline", [row[0] for row in rows], labels
    table = csv.DictReader(io.StringIO(member(folder, "palmerpenguins", "palmerpenguins/data/penguins.csv").decode()))
    names = ("bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g")
    whole = [row for row in table if row["body_mass_g"] not in ("", "NA")]
    yield "penguins", [[float(row[name]) for name in names] for row in whole], [row["species"] for row in whole]
    with zipfile.ZipFile(io.BytesIO(member(folder, "river", "river/datasets/segment.csv.zip"))) as archive:
        lines = list(csv.reader(io.TextIOWrapper(archive.open(archive.namelist()[0]))))[1:]
    yield "image segments", [[float(x) for x in line[:-1]] for line in lines], [line[-1] for line in lines]
    for name in ("digits", "wine", "iris"):
        made = getattr(datasets, f"load_{name}")()
        yield name, made.data, list(made.target)


def splits(labels):
    """Each class left out, or every so-many-th where there are many, for each size and seed."""
    counts = np.bincount(labels)
    for each in SIZES:
        if each == 20 and counts.min() < 28:
            continue
        for seed in SEEDS:
            for unknown in range(len(counts)):
                if len(counts) > 5 and (unknown + seed) % (len(counts) // 4):
                    continue
                random = np.random.default_rng(100 * seed + unknown)
                split = {"each": each, "seed": seed, "classes": len(counts) - 1}
                split |= {"train": [], "labels": [], "test": [], "testLabels": []}
                for label, known in enumerate(k for k in range(len(counts)) if k != unknown):
                    rows = random.permutation(np.flatnonzero(labels == known))
                    learnt = min(each or len(rows), int(0.7 * len(rows)))
                    test = rows[learnt:][:MOST_TEST]
                    split["train"] += rows[:learnt].tolist()
                    split["labels"] += [label] * learnt
                    split["test"] += test.tolist()
                    split["testLabels"] += [label] * len(test)
                split["unknown"] = random.permutation(np.flatnonzero(labels == unknown))[:MOST_UNKNOWN].tolist()
                yield split


def baselines(rows, split):
    scaler = StandardScaler().fit(rows[split["train"]])
    train, known, unknown = (scaler.transform(rows[split[part]]) for part in ("train", "test", "unknown"))
    labels, asked = np.array(split["labels"]), np.r_[known, unknown]
    means = np.stack([train[labels == label].mean(0) for label in range(split["classes"])])
    precision = LedoitWolf().fit(train - means[labels]).precision_
    head = LogisticRegression(max_iter=200).fit(train, labels)
    neighbours = NearestNeighbors(n_neighbors=1).fit(train)
    lof = LocalOutlierFactor(n_neighbors=min(20, len(train) - 1), novelty=True).fit(train)
    scores = {
        "nearest neighbour": neighbours.kneighbors(asked)[0][:, 0],
        "Mahalanobis": np.min([np.einsum("ij,jk,ik->i", asked - m, precision, asked - m) for m in means], 0),
        "LOF": -lof.score_samples(asked),
        "one-class SVM": -OneClassSVM(nu=0.05).fit(train).score_samples(asked),
        "logistic, msp": -head.predict_proba(asked).max(1),
    }
    answers = np.r_[np.zeros(len(known)), np.ones(len(unknown))]
    auroc = {name: roc_auc_score(answers, score) for name, score in scores.items()}
    return auroc | {"accuracy": float((head.predict(known) == split["testLabels"]).mean())}


def main(folder):
    listed, measured = [], collections.defaultdict(lambda: collections.defaultdict(list))
    for name, rows, labels in sets(folder):
        rows = np.nan_to_num(np.asarray(rows, np.float32))
        file = name.replace(", ", "-") + ".f32"
        rows.astype("<f4").tofile(folder / file)
        for split in splits(np.unique(labels, return_inverse=True)[1]):
            listed.append({"set": name, "file": file, "width": rows.shape[1]} | split)
            for what, value in baselines(rows.astype(float), split).items():
                measured[f"{name}|{split['each']}"][what].append(value)
    (folder / "measurements.json").write_text(json.dumps(listed))
    means = {key: {what: float(np.mean(v)) for what, v in of.items()} for key, of in measured.items()}
    (folder / "baselines.json").write_text(json.dumps(means, indent=1))


main(Path(sys.argv[1]))
