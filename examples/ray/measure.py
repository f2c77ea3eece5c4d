"""Scores made-up rows by so many actors, and once with an actor killed on the way.

python measure.py FOLDER ROWS [ACTORS ...]

FOLDER holds gate.onnx and centres.json, which run.mjs has written; rows.parquet is made there, and
sample.f32 with sample.json: every nth row and its verdict, for whoever compares. Prints a line of
JSON for each run.
"""

import json
import os
import shutil
import signal
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import ray

from score import score

GROUP = 20_000
SAMPLE = 20_000


def make_rows(path, rows, centres):
    """Rows about the known centres, and one in ten about a centre of none."""
    random = np.random.default_rng(5)
    width = centres.shape[1]
    field = pa.list_(pa.float32(), width)
    schema = pa.schema([("id", pa.int64()), ("features", field)])
    # Random numbers do not compress.
    with pq.ParquetWriter(path, schema, compression="none", use_dictionary=False) as writer:
        for start in range(0, rows, GROUP):
            ids = np.arange(start, min(start + GROUP, rows))
            kinds = np.where(ids % 10 == 9, len(centres) - 1, ids % (len(centres) - 1))
            noise = random.random((len(ids), width), dtype=np.float32) - np.float32(0.5)
            # Each row its own distance from the centre, as with real embeddings.
            spread = 1 + random.random((len(ids), 1), dtype=np.float32)
            features = (centres[kinds] + spread * noise).astype(np.float32)
            values = pa.FixedSizeListArray.from_arrays(pa.array(features.ravel()), width)
            writer.write_table(pa.table({"id": ids, "features": values}, schema=schema))


def check_complete(verdicts, rows):
    ids = np.sort(pq.read_table(verdicts, columns=["id"])["id"].to_numpy())
    assert (ids == np.arange(rows)).all(), f"{len(ids)} verdicts on {rows} rows"


def write_sample(folder, verdicts, rows):
    """Every nth row as float32, and its verdict: about SAMPLE of them."""
    # Odd, and no multiple of 5: every tenth row is a stranger, and some of them belong in it.
    every = max(1, rows // SAMPLE // 10 * 10 + 1)
    with open(folder / "sample.f32", "wb") as file:
        for group in pq.ParquetFile(folder / "rows.parquet").iter_batches(columns=["id", "features"]):
            chosen = group["id"].to_numpy() % every == 0
            taken = group.filter(pa.array(chosen))["features"]
            file.write(taken.flatten().to_numpy().tobytes())
    table = pq.read_table(verdicts).sort_by("id")
    table = table.filter(pa.array(table["id"].to_numpy() % every == 0))
    columns = {name: table[name].to_pylist() for name in table.column_names}
    (folder / "sample.json").write_text(json.dumps(columns), encoding="utf-8")


def workers():
    """Process ids of the actors that hold a Gate, of the Ray that this process has started."""
    found, ours = [], raylets()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            title = (process / "cmdline").read_bytes()
            parent = int((process / "stat").read_text().rsplit(")", 1)[1].split()[1])
        except (OSError, ValueError):
            continue
        if b"MapWorker" in title and parent in ours:
            found.append(int(process.name))
    return found


def raylets():
    """Process ids of the raylets that this process has started."""
    me = os.getpid()
    return {
        int(process.name)
        for process in Path("/proc").glob("[0-9]*")
        if is_raylet(process) and started_by(int(process.name), me)
    }


def is_raylet(process):
    try:
        return (process / "comm").read_text().strip() == "raylet"
    except OSError:
        return False


def started_by(pid, ancestor):
    while pid > 1:
        if pid == ancestor:
            return True
        try:
            pid = int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            return False
    return False


def kill_one(after_files, killed, stop):
    """Kills an actor as soon as the first verdicts lie in the folder, or actors are at work."""
    while not stop.is_set():
        found = workers()
        if found and any(after_files.glob("*.parquet")):
            os.kill(found[0], signal.SIGKILL)
            killed.append(found[0])
            return
        time.sleep(0.05)


def start_ray(cpus):
    """A loaded machine may take longer to start it than Ray waits for itself."""
    for tries in range(4):
        try:
            ray.init(
                num_cpus=cpus,
                object_store_memory=2 << 30,
                include_dashboard=False,
                logging_level="ERROR",
            )
            return
        except Exception:
            if tries == 3:
                raise
            ray.shutdown()


def main():
    folder, rows = Path(sys.argv[1]).resolve(), int(sys.argv[2])
    actors = [int(count) for count in sys.argv[3:]] or [1, 2]
    centres = np.array(json.loads((folder / "centres.json").read_text()), np.float32)
    make_rows(folder / "rows.parquet", rows, centres)
    start_ray(max(actors) + 1)
    ray.data.DataContext.get_current().enable_progress_bars = False
    gate, source = folder / "gate.onnx", str(folder / "rows.parquet")
    for count in actors:
        verdicts = folder / f"verdicts-{count}"
        shutil.rmtree(verdicts, ignore_errors=True)
        result = score(gate, source, str(verdicts), count)
        check_complete(verdicts, rows)
        print(json.dumps(result), flush=True)
    write_sample(folder, verdicts, rows)

    verdicts = folder / "verdicts-killed"
    shutil.rmtree(verdicts, ignore_errors=True)
    killed, stop = [], threading.Event()
    killer = threading.Thread(target=kill_one, args=(verdicts, killed, stop))
    killer.start()
    result = score(gate, source, str(verdicts), max(actors))
    stop.set()
    killer.join()
    check_complete(verdicts, rows)
    print(json.dumps({**result, "killed": len(killed)}), flush=True)
    ray.shutdown()


if __name__ == "__main__":
    main()
