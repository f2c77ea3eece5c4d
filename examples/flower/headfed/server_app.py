"""Federated training of one head: weights go out, tabs train them, and the mean goes out again."""

import json
import math
from pathlib import Path

import numpy as np
from flwr.app import Array, ArrayRecord, ConfigRecord, Context
from flwr.serverapp import Grid, ServerApp

from headfed.robust import RobustFedAvg

app = ServerApp()


def first_weights(widths: list[int], seed: int) -> ArrayRecord:
    """A head's first weights by PyTorch's names, drawn as its Linear draws them.

    Not zeros: LogitNorm has no gradient there.
    """
    random = np.random.default_rng(seed)
    arrays = {}
    for layer, (inputs, outputs) in enumerate(zip(widths, widths[1:])):
        bound = 1 / math.sqrt(inputs)
        for name, shape in (("weight", (outputs, inputs)), ("bias", (outputs,))):
            values = random.uniform(-bound, bound, shape).astype(np.float32)
            # Between Linear layers lies a ReLU, which PyTorch's Sequential counts.
            arrays[f"{2 * layer}.{name}"] = Array(values)
    return ArrayRecord(arrays)


def listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


@app.main()
def main(grid: Grid, context: Context) -> None:
    config = context.run_config
    names = listed(str(config["class-names"]))
    classes = len(names) or int(config["classes"])
    widths = [int(config["features"]), *map(int, listed(str(config["hidden"]))), classes]
    nodes, rounds = int(config["min-nodes"]), int(config["num-rounds"])
    evaluate = float(config["evaluate"])

    strategy = RobustFedAvg(
        max_examples=float(config["max-examples"]),
        server_learning_rate=float(config["server-learning-rate"]),
        min_available_nodes=nodes,
        min_train_nodes=nodes,
        min_evaluate_nodes=nodes if evaluate > 0 else 0,
        fraction_evaluate=evaluate,
    )
    # What every node is told: how to train, and when it is over, for then it calibrates.
    common = {"num-rounds": rounds, **({"classes": names} if names else {})}
    train = {"epochs": int(config["epochs"]), "batch-size": int(config["batch-size"]), **common}
    if float(config["clipping-norm"]) > 0:
        train["clipping_norm"] = float(config["clipping-norm"])
    result = strategy.start(
        grid=grid,
        initial_arrays=first_weights(widths, int(config["seed"])),
        num_rounds=rounds,
        timeout=float(config["timeout"]),
        train_config=ConfigRecord(train),
        evaluate_config=ConfigRecord(common),
    )

    finals = {name: array.numpy() for name, array in result.arrays.items()}
    if config["save-to"]:
        folder = Path(str(config["save-to"]))
        folder.mkdir(parents=True, exist_ok=True)
        np.savez(folder / "weights.npz", **finals)
    train_rounds, measured = result.train_metrics_clientapp, result.evaluate_metrics_clientapp
    summary = {
        "train": {number: dict(values) for number, values in train_rounds.items()},
        "evaluate": {number: dict(values) for number, values in measured.items()},
        "norm": math.sqrt(sum(float((values**2).sum()) for values in finals.values())),
    }
    print("FEDERATION", json.dumps(summary), flush=True)
