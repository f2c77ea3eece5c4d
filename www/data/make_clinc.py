"""Makes the demo's data from the full CLINC150 features: python make_clinc.py SOURCE_FOLDER

SOURCE_FOLDER holds clinc150-minilm.safetensors and clinc150-texts.json. The result, ../public/clinc150.safetensors,
has a part of the intents' sentences (the same number of each intent, drawn by seed) and all out-of-scope ones, with
features of one byte. README.md beside this script says what that costs.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from safetensors import safe_open

OUTPUT = Path(__file__).parent.parent / "public" / "clinc150.safetensors"
LIMIT = 5_200_000  # bytes: what the repository and a visitor of the page are asked to carry
SEED = 0
# Rows per intent. Validation (1200 rows) and test (2250) are large enough for a threshold and an AUROC; all that the
# limit leaves goes to training.
ROWS_PER_INTENT = {"train": 48, "val": 8, "test": 15}
OUT_OF_SCOPE = ["oos_val", "oos_test"]
DTYPES = {"I8": np.int8, "F32": np.float32, "I32": np.int32}


def read_source(folder):
    with safe_open(folder / "clinc150-minilm.safetensors", "numpy") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}
        metadata = file.metadata()
    return tensors, metadata, json.loads((folder / "clinc150-texts.json").read_text(encoding="utf-8"))


def choose_rows(tensors):
    """Row indices of each split, in the order of the source."""
    rng = np.random.default_rng(SEED)
    chosen = {}
    for split, count in ROWS_PER_INTENT.items():
        labels = tensors[f"{split}.labels"]
        drawn = [rng.choice(np.flatnonzero(labels == label), count, replace=False) for label in np.unique(labels)]
        chosen[split] = np.sort(np.concatenate(drawn))
    for split in OUT_OF_SCOPE:
        chosen[split] = np.arange(len(tensors[f"{split}.labels"]))
    return chosen


def quantise(features):
    """int8 and one float32 scale per row: features = scale * int8, the largest component at +-127."""
    features = features.astype(np.float32)
    scale = np.abs(features).max(axis=1) / np.float32(127)
    return np.rint(features / scale[:, None]).astype(np.int8), scale


def write_safetensors(path, tensors, metadata):
    """The format by hand: the safetensors package keeps metadata in a hash map, and its files differ from run to run.

    4-byte types come first and the header is padded to 8 bytes, so a browser can view every tensor in place.
    """
    header, chunks, offset = {"__metadata__": metadata}, [], 0
    for name, array in sorted(tensors.items(), key=lambda item: -item[1].itemsize):
        data = array.astype(array.dtype.newbyteorder("<")).tobytes()
        dtype = next(key for key, value in DTYPES.items() if array.dtype == value)
        header[name] = {"dtype": dtype, "shape": array.shape, "data_offsets": [offset, offset + len(data)]}
        chunks.append(data)
        offset += len(data)
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(len(text).to_bytes(8, "little") + text + b"".join(chunks))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path)
    tensors, metadata, texts = read_source(parser.parse_args().source)
    assert json.loads(metadata["classes"]) == texts["classes"]

    made, sentences = {}, {}
    for split, rows in choose_rows(tensors).items():
        made[f"{split}.features"], made[f"{split}.scale"] = quantise(tensors[f"{split}.features"][rows])
        made[f"{split}.labels"] = tensors[f"{split}.labels"][rows]
        sentences[split] = [texts[split][row] for row in rows]
    write_safetensors(OUTPUT, made, {
        "dataset": metadata["dataset"],
        "source": metadata["source"],
        "licence": metadata["licence"],
        "extractor": metadata["extractor"],
        "changes": "a part of the rows, drawn by seed; embeddings of the sentences added, as int8 with a scale per row",
        "notes": "features = scale * int8; labels index classes; out-of-scope rows have label -1; texts in row order",
        "classes": json.dumps(texts["classes"], separators=(",", ":")),
        "texts": json.dumps(sentences, ensure_ascii=False, separators=(",", ":")),
    })

    size = OUTPUT.stat().st_size
    print(f"{OUTPUT.name}: {size:,} bytes,", ", ".join(f"{split} {len(rows)}" for split, rows in sentences.items()))
    assert size <= LIMIT, f"{size - LIMIT:,} bytes above the limit: take fewer rows"


if __name__ == "__main__":
    main()
