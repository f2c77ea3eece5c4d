"""Runs exported ONNX models in ONNX Runtime and compares with what the head said: python onnx_file.py [FOLDER]

FOLDER (default target/interop) is what `cargo run --example interop` writes.
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

ROOT = Path(__file__).resolve().parents[2]


def tolerance(score):
    return 2e-6 * (1 + np.abs(score))


def p_value(calibration_scores, score):
    below = np.searchsorted(calibration_scores, score, side="left")
    return (1 + len(calibration_scores) - below) / (len(calibration_scores) + 1)


def check(path):
    head = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    assert [(opset.domain, opset.version) for opset in model.opset_import] == [("", 13)]
    described = {entry.key: json.loads(entry.value) for entry in model.metadata_props}
    assert described.pop("warning", None) is None or len(head["calibrationScores"]) < 9
    assert described == {key: head[key] for key in ("classes", "scorer", "alpha")}, described

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    width = session.get_inputs()[0].shape[1]
    features = np.array(head["features"], dtype=np.float32).reshape(-1, width)
    names = [output.name for output in session.get_outputs()]
    assert names == ["logits", "probabilities", "score", "p_value", "accepted", "classes"]
    logits, probabilities, score, p, accepted, classes = session.run(names, {"features": features})
    assert list(classes) == head["classes"]
    assert accepted.dtype == bool and score.shape == p.shape == accepted.shape == (len(features),)

    expected = {key: np.array(head[key]) for key in ("logits", "probabilities", "score", "p_value", "accepted")}
    largest = np.abs(expected["logits"]).reshape(logits.shape).max(axis=1, keepdims=True)
    logits_off = np.abs(logits - expected["logits"].reshape(logits.shape)) / largest.clip(1)
    assert logits_off.max() < 1e-5, logits_off.max()
    np.testing.assert_allclose(probabilities.ravel(), expected["probabilities"], atol=2e-5)
    off = np.abs(score - expected["score"]) / tolerance(expected["score"])
    worst = off.argmax()
    assert off.max() <= 1, (off, score[worst], expected["score"][worst], worst)

    near = tolerance(expected["score"])
    least, most = (p_value(head["calibrationScores"], expected["score"] + sign * near) for sign in (1, -1))
    assert ((p >= least - 1e-6) & (p <= most + 1e-6)).all(), (p, least, most)
    certain = least == most
    assert (p[certain] == expected["p_value"].astype(np.float32)[certain]).all()
    threshold = np.inf if head["threshold"] is None else head["threshold"]
    clear = np.abs(expected["score"] - threshold) > near
    assert (accepted == expected["accepted"].astype(bool))[clear].all()
    return len(features), int(certain.sum()), int((~accepted).sum()), float(off.max())


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
    print(f"onnx {onnx.__version__}, onnxruntime {onnxruntime.__version__}: {len(paths)} models, {sum(rows)} rows,")
    print(f"{sum(certain)} p-values exact, {sum(rejected)} rows rejected, scores off by at most {max(off):.3f} of the tolerance")


if __name__ == "__main__":
    main()
