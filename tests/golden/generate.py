"""Writes the golden files beside this script: python generate.py

Inputs are float32 (short decimals, rounded once); expected values are computed in float64 by PyTorch, pytorch-ood,
scikit-learn, scipy or numpy. Same versions, same files: commit the JSON together with a change of these scripts.
"""

import platform
from importlib.metadata import version
from pathlib import Path

import torch

import calibration
import fitted
import initialisation
import layout
import losses
import metrics
import scores
import trajectories

SOURCES = {
    "init": initialisation,
    "losses": losses,
    "trajectories": trajectories,
    "scores": scores,
    "metrics": metrics,
    "calibration": calibration,
    "fitted": fitted,
}


def main():
    # One thread and fixed algorithms: the order of every sum, and so its rounding, is the same in each run.
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    generator = {
        # The local part of a version ("+cpu", "+cu132") names the build, not the arithmetic.
        **{name: version(name).split("+")[0] for name in ("torch", "pytorch-ood", "scikit-learn", "scipy", "numpy")},
        "python": ".".join(platform.python_version_tuple()[:2]),
    }
    for name, module in SOURCES.items():
        document = {"generator": generator, **module.document()}
        path = Path(__file__).with_name(f"{name}.json")
        path.write_text(layout.dump(document) + "\n", encoding="utf-8")
        counts = ", ".join(f"{len(value)} {key}" for key, value in document.items() if isinstance(value, list))
        print(f"{path.name}: {path.stat().st_size / 1000:.1f} kB, {counts}")


if __name__ == "__main__":
    main()
