"""Heads of ours in PyTorch, and heads of PyTorch's for us: python torch_file.py [--write]

Loads tests/golden/head-*.safetensors into a Sequential of Linear and ReLU and compares its logits with those beside it, which
`cargo run --example interop` wrote. --write saves heads from PyTorch as tests/golden/torch-*.safetensors, and their logits beside them;
tests/interop.rs loads those.
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

GOLDEN = Path(__file__).resolve().parents[1] / "golden"

sys.path.append(str(GOLDEN))
import layout


def sequential(widths):
    layers = []
    for inputs, outputs in zip(widths, widths[1:]):
        layers += [torch.nn.Linear(inputs, outputs), torch.nn.ReLU()]
    return torch.nn.Sequential(*layers[:-1])


def check(path):
    with safe_open(path, framework="pt") as file:
        options = json.loads(file.metadata()["oodgate"])["options"]
    widths = [int(width) for width in [options["features"], *options.get("hidden", []), len(options["classes"])]]
    model = sequential(widths)
    tensors = load_file(path)
    # The rest is the optimiser's, the scorers' and the calibration's.
    model.load_state_dict({name: tensors[name] for name in model.state_dict()})

    answers = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    features = torch.tensor(answers["features"], dtype=torch.float32).reshape(-1, widths[0])
    expected = np.array(answers["logits"]).reshape(-1, widths[-1])
    with torch.no_grad():
        logits = model(features).numpy()
    off = np.abs(logits - expected) / np.abs(expected).max(axis=1, keepdims=True).clip(1)
    assert off.max() < 1e-5, off.max()
    print(f"{path.name}: {widths}, {len(logits)} rows, logits off by at most {off.max():.1e} of the largest")


def write():
    torch.manual_seed(0)
    for name, model in {"linear": torch.nn.Linear(4, 3), "sequential": sequential([4, 6, 5, 3])}.items():
        features = layout.decimals(torch.randn(7, 4).numpy())
        with torch.no_grad():
            logits = model.double()(torch.from_numpy(features).double()).numpy()
        save_file(model.float().state_dict(), GOLDEN / f"torch-{name}.safetensors")
        answers = {"features": features.ravel(), "logits": logits.ravel()}
        (GOLDEN / f"torch-{name}.json").write_text(layout.dump(answers) + "\n", encoding="utf-8")
        print(f"wrote torch-{name}.safetensors")


def main():
    torch.set_num_threads(1)
    if "--write" in sys.argv[1:]:
        write()
    paths = sorted(GOLDEN.glob("head-*.safetensors"))
    assert len(paths) >= 2
    for path in paths:
        check(path)


if __name__ == "__main__":
    main()
