"""Runs exported ONNX models in ONNX Runtime and compares with what the head said.

python onnx_file.py [FOLDER], which (default target/interop) is what `cargo run --example interop`
writes.
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

ROOT = Path(__file__).resolve().parents[2]

# Of the head's answer; the others add the rounding of a whitening, or of products with rows.
ANSWER = {"msp", "maxLogit", "energy", "entropy", "gen", "maxCosine", "gradNorm", "odin"}
# Behind a hidden layer of five, whose covariance is singular: differences of numbers a thousand
# times as large as the score, and rows that all but coincide, of which products cannot tell which
# is the nearest.
SINGULAR = {"rmd", "mahalanobis", "knn"}


def tolerance(head, name, score):
    scorer = head["scorer"]["name"]
    relative = 2e-6 if scorer in ANSWER else 1e-5
    if scorer in SINGULAR and name.startswith("hidden"):
        relative = 1e-4
    return (2e-2 if head["isHalf"] else relative) * (1 + np.abs(score))


def p_value(calibration_scores, score):
    below = np.searchsorted(calibration_scores, score, side="left")
    return (1 + len(calibration_scores) - below) / (len(calibration_scores) + 1)


def check_p_values(head, p, expected, near):
    """Answers how many had to be the same."""
    if not head["isCounted"]:
        np.testing.assert_allclose(p, expected["p_value"], atol=1e-5)
        return 0
    scores = head["calibrationScores"]
    least, most = (p_value(scores, expected["score"] + sign * near) for sign in (1, -1))
    assert ((p >= least - 1e-6) & (p <= most + 1e-6)).all(), (p, least, most)
    certain = least == most
    assert (p[certain] == expected["p_value"].astype(np.float32)[certain]).all()
    return int(certain.sum())


def inputs(session, head):
    """What the graph is fed: features, or what a front before the head takes."""
    given = head.get("inputs", {"features": head["features"]})
    named = {one.name: one for one in session.get_inputs()}
    assert set(given) == set(named), (list(given), list(named))
    # Names of axes as in the graph; of tokens there are as many as write.rs says.
    sizes = {"rows": -1, "tokens": 5}
    shapes = {name: [sizes.get(size, size) for size in one.shape] for name, one in named.items()}
    types = {"tensor(float)": np.float32, "tensor(int64)": np.int64}
    return {
        name: np.array(given[name], dtype=types[named[name].type]).reshape(shapes[name])
        for name in named
    }


def check(path):
    head = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    assert [(opset.domain, opset.version) for opset in model.opset_import] == [("", 13)]
    described = {entry.key: json.loads(entry.value) for entry in model.metadata_props}
    assert described.pop("warning", None) is None or len(head["calibrationScores"]) < 100
    assert described == {key: head[key] for key in ("classes", "scorer", "alpha")}, described

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    fed = inputs(session, head)
    features = np.array(head["features"], dtype=np.float32)
    features = features.reshape(-1, session.get_inputs()[0].shape[-1])
    names = [output.name for output in session.get_outputs()]
    sets = ["class_set"] if head["classSet"] else []
    assert names == ["logits", "probabilities", "score", "p_value", "accepted", *sets, "classes"]
    answers = dict(zip(names, session.run(names, fed)))
    logits, score, accepted = (answers[name] for name in ("logits", "score", "accepted"))
    assert list(answers["classes"]) == head["classes"]
    assert accepted.dtype == bool
    assert score.shape == answers["p_value"].shape == accepted.shape == (len(features),)

    keys = ("logits", "probabilities", "score", "p_value", "accepted", "classSet")
    expected = {key: np.array(head[key]) for key in keys}
    near = tolerance(head, path.stem, expected["score"])
    off = np.abs(score - expected["score"]) / near
    worst = off.argmax()
    assert off.max() <= 1, (off.max(), score[worst], expected["score"][worst], worst)
    threshold = np.inf if head["threshold"] is None else head["threshold"]
    clear = np.abs(expected["score"] - threshold) > near
    if sets:
        assert (answers["class_set"].ravel() == expected["classSet"].astype(bool)).all()
        clear[:] = True
    assert (accepted == expected["accepted"].astype(bool))[clear].all()
    certain = 0
    if not head["isHalf"]:
        largest = np.abs(expected["logits"]).reshape(logits.shape).max(axis=1, keepdims=True)
        logits_off = np.abs(logits - expected["logits"].reshape(logits.shape)) / largest.clip(1)
        assert logits_off.max() < 1e-5, logits_off.max()
        probabilities = answers["probabilities"].ravel()
        np.testing.assert_allclose(probabilities, expected["probabilities"], atol=2e-5)
        certain = check_p_values(head, answers["p_value"], expected, near)
    return len(features), certain, int((~accepted).sum()), float(off.max())


def main():
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "target" / "interop"
    paths = sorted(folder.glob("*.onnx"))
    assert paths, f"{folder} holds no models: cargo run --example interop"
    results = []
    for path in paths:
        try:
            results.append(check(path))
        except AssertionError as error:
            raise SystemExit(f"{path.name}: {error}") from error
    rows, certain, rejected, off = zip(*results)
    print(f"onnx {onnx.__version__}, onnxruntime {onnxruntime.__version__}: {len(paths)} models,")
    print(f"{sum(rows)} rows, {sum(certain)} p-values exact, {sum(rejected)} rows rejected,")
    print(f"scores off by at most {max(off):.3f} of the tolerance")


if __name__ == "__main__":
    main()
