"""How the golden files are printed: one key per line, one array of numbers per line, so that diffs stay readable.

The numpy type says what a number is:
- float32: an input. Shortest decimal that float32 reads back bit for bit, also by way of float64.
- float64: an expected value. 12 significant digits and no digit beyond 1e-13, which keeps what float64 arithmetic
  knows and drops the last-bit differences between processors.
- anything else: an option or a count, printed as JSON does.
"""

import json

import numpy as np


def dump(value, indent=""):
    deeper = indent + "  "
    if isinstance(value, dict):
        items = [f"{deeper}{json.dumps(key)}: {dump(item, deeper)}" for key, item in value.items()]
        return "{\n" + ",\n".join(items) + f"\n{indent}}}"
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[\n" + ",\n".join(deeper + dump(item, deeper) for item in value) + f"\n{indent}]"
    if isinstance(value, np.ndarray):
        return "[" + ", ".join(number(item) for item in value.ravel()) + "]"
    return number(value)


def number(value):
    if isinstance(value, np.float32):
        text = str(value + np.float32(0)).removesuffix(".0")  # + 0 turns -0 into 0
        assert np.isfinite(value) and np.float32(float(text)) == value, text
        return text
    if isinstance(value, np.float64):
        assert np.isfinite(value), value
        return f"{round(float(value), 13) + 0.0:.12g}"
    if isinstance(value, np.integer):
        return str(value)
    return json.dumps(value)


def decimals(array, places=4):
    """Rounds to short decimals and then to float32: short to print, yet no spare zero bits that would hide rounding."""
    return np.round(np.asarray(array, dtype=np.float64), places).astype(np.float32)
