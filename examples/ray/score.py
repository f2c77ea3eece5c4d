"""Scores a Parquet file with an exported gate on Ray Data.

python score.py GATE.onnx ROWS.parquet VERDICTS [--actors N] [--batch ROWS]

ROWS.parquet has a column `features`, a list of float32 as long as the gate's input; its other
columns are carried along. VERDICTS is a folder, in which one Parquet file a block is written.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import onnxruntime
import pyarrow as pa
import ray
from ray.data import ActorPoolStrategy


class Gate:
    """One onnxruntime session: an actor loads the model once and keeps it."""

    def __init__(self, model):
        options = onnxruntime.SessionOptions()
        # Ray runs an actor a core: more threads in each would stand in each other's way.
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(
            model, options, providers=["CPUExecutionProvider"]
        )
        self.width = self.session.get_inputs()[0].shape[1]
        self.classes = np.array(self.ask(["classes"], np.zeros((1, self.width), np.float32))[0])

    def ask(self, outputs, features):
        return self.session.run(outputs, {"features": features})

    def __call__(self, batch: pa.Table) -> pa.Table:
        column = batch["features"].combine_chunks()
        features = column.flatten().to_numpy().astype(np.float32, copy=False)
        if len(features) != len(batch) * self.width:
            raise ValueError(f"the gate takes {self.width} features a row")
        outputs = ["probabilities", "score", "p_value", "accepted"]
        probabilities, score, p_value, accepted = self.ask(outputs, features.reshape(-1, self.width))
        verdicts = {
            "class": self.classes[probabilities.argmax(axis=1)],
            "probability": probabilities.max(axis=1),
            "score": score,
            "p_value": p_value,
            "accepted": accepted,
        }
        result = batch.drop_columns(["features"])
        for name, values in verdicts.items():
            result = result.append_column(name, pa.array(values))
        return result


def score(gate, rows, verdicts, actors, batch=1024):
    """Scores a file on a Ray that runs; answers rows per second, from the first to the last."""
    model = Path(gate).read_bytes()
    began = time.perf_counter()
    scored = ray.data.read_parquet(rows).map_batches(
        Gate,
        fn_constructor_args=(model,),
        batch_format="pyarrow",
        batch_size=batch,
        num_cpus=1,
        compute=ActorPoolStrategy(size=actors),
    )
    scored.write_parquet(verdicts)
    seconds = time.perf_counter() - began
    count = ray.data.read_parquet(verdicts).count()
    return {"actors": actors, "rows": count, "seconds": seconds, "rows_per_second": count / seconds}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("gate")
    parser.add_argument("rows")
    parser.add_argument("verdicts")
    parser.add_argument("--actors", type=int, default=2)
    parser.add_argument("--batch", type=int, default=1024)
    arguments = parser.parse_args()
    # One core more than actors: where they take all, nothing is left to read the rows.
    ray.init(num_cpus=arguments.actors + 1)
    print(json.dumps(score(**vars(arguments))))


if __name__ == "__main__":
    main()
