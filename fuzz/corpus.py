"""Writes corpus/load_head, where the fuzzer and tests/fuzz.rs start: python corpus.py

The golden heads, the same cut and edited, and files whose header makes a reader ask for much more memory than it has bytes.
"""

import json
import struct
from pathlib import Path

HERE = Path(__file__).resolve().parent
GOLDEN = HERE.parent / "tests" / "golden"
CORPUS = HERE / "corpus" / "load_head"


def file(header, data=b""):
    text = header if isinstance(header, bytes) else json.dumps(header, separators=(",", ":")).encode()
    return struct.pack("<Q", len(text)) + text + data


def parts(data):
    (length,) = struct.unpack("<Q", data[:8])
    return json.loads(data[8 : 8 + length]), data[8 + length :]


def tensors(**shapes):
    """A header of F32 tensors in a row, and zeros for them."""
    header, end = {}, 0
    for name, shape in shapes.items():
        size = 4
        for length in shape:
            size *= length
        header[name.replace("_", ".")] = {"dtype": "F32", "shape": shape, "data_offsets": [end, end + size]}
        end += size
    return header, bytes(end)


def own(meta, width=2, classes=2):
    """A head of ours with zeros for weights, and the metadata as they are."""
    header, data = tensors(_0_weight=[classes, width], _0_bias=[classes])
    header = {name.removeprefix("."): value for name, value in header.items()}
    return file({"__metadata__": {"oodgate": meta if isinstance(meta, str) else json.dumps(meta, separators=(",", ":"))}, **header}, data)


def meta(**changes):
    options = {"features": 2, "classes": ["a", "b"], "hidden": []} | changes.pop("options", {})
    return {"version": 1, "options": options, "steps": 0} | changes


def edited():
    """The calibrated golden head with one thing changed, by name."""
    header, data = parts((GOLDEN / "head-v1.safetensors").read_bytes())
    ours = json.loads(header["__metadata__"]["oodgate"])

    def change(name, edit):
        copy, copied = json.loads(json.dumps(header)), json.loads(json.dumps(ours))
        edit(copy, copied)
        copy["__metadata__"]["oodgate"] = json.dumps(copied, separators=(",", ":"))
        return name, file(copy, data)

    yield change("features", lambda header, ours: ours["options"].update(features=4))
    yield change("huge", lambda header, ours: ours["options"].update(features=67_000_000))
    yield change("sgd", lambda header, ours: ours["options"].update(optimizer={"kind": "sgd", "momentum": 0.9}))
    yield change("selected", lambda header, ours: ours.update(selected="vim"))
    yield change("steps", lambda header, ours: ours.update(steps=2**53))
    yield change("cold", lambda header, ours: ours["calibration"].update(temperature=1e-300))
    yield change("neighbours", lambda header, ours: ours["calibration"]["scorer"].update(k=4e9))
    yield change("overlap", lambda header, ours: header["0.bias"].update(data_offsets=header["0.weight"]["data_offsets"]))
    yield change("offsets", lambda header, ours: header["0.bias"].update(data_offsets=[2**63, 2**64 - 1]))
    yield change("shape", lambda header, ours: header["0.weight"].update(shape=[2**32, 2**32]))


def greedy():
    """Two bytes of JSON for each value that a reader keeps."""
    many = [0] * 1500
    yield "numbers-shape", file({"a": {"dtype": "F32", "shape": many, "data_offsets": [0, 0]}})
    yield "numbers-key", own(meta(more=many))
    yield "numbers-loss", own(meta(options={"loss": {"kind": "logitNorm", "more": many}}))
    yield "numbers-optimizer", own(meta(options={"optimizer": {"kind": "adamw", "more": many}}))
    scorer = {"name": "msp", "more": many}
    calibration = {"scorer": scorer, "alpha": 0.1, "temperature": 1, "eceBefore": 0, "eceAfter": 0}
    yield "numbers-scorer", own(meta(calibration=calibration))
    yield "numbers-hidden", own(meta(options={"hidden": [1] * 1500}))
    yield "names-equal", own(meta(options={"classes": [""] * 700}))
    names = [chr(0x21 + index // 90) + chr(0x21 + index % 90) for index in range(600)]
    yield "names", own(meta(options={"classes": [name for name in names if not set(name) & set('"\\')]}))
    yield "tensors", file({str(index): {"dtype": "I8", "shape": [0], "data_offsets": [0, 0]} for index in range(60)})
    yield "keys", file({"__metadata__": {str(index): "" for index in range(200)}})
    yield "nested", file(b'{"a":' + b"[" * 2000)


def plain():
    yield "empty", b""
    yield "length", struct.pack("<Q", 2**63)
    yield "no-tensors", file({})
    yield "classes", file(*tensors(weight=[600, 1], bias=[600]))
    yield "square", file(*tensors(weight=[32, 32], bias=[32]))
    yield "layers", file(*(lambda header, data: ({name[1:]: value for name, value in header.items()}, data))(
        *tensors(**{f"_{2 * layer}_{kind}": [1, 1] if kind == "weight" else [1] for layer in range(40) for kind in ["weight", "bias"]})))
    head = (GOLDEN / "head-v1.safetensors").read_bytes()
    (length,) = struct.unpack("<Q", head[:8])
    yield "cut-header", head[: 8 + length // 2]
    yield "cut-tensors", head[:-1]
    yield "longer", head + b"\0"
    for path in sorted(GOLDEN.glob("*.safetensors")):
        yield path.stem, path.read_bytes()


CORPUS.mkdir(parents=True, exist_ok=True)
total = 0
for name, data in [*plain(), *edited(), *greedy()]:
    (CORPUS / f"{name}.safetensors").write_bytes(data)
    total += len(data)
print(f"{total} bytes")
assert total < 100_000
