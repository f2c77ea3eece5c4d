import assert from "node:assert/strict";
import test from "node:test";
import { decodeFloat16, readSafetensors } from "../lib/safetensors.mjs";

test("float16 values, from the IEEE 754 tables", () => {
  const bits = Uint16Array.of(0x0000, 0x8000, 0x3c00, 0xc000, 0x7bff, 0x0400, 0x03ff, 0x0001, 0x3555, 0x7c00, 0xfc00, 0x7e00);
  const expected = [0, -0, 1, -2, 65504, 2 ** -14, 1023 * 2 ** -24, 2 ** -24, 0.333251953125, Infinity, -Infinity, NaN];
  assert.deepEqual([...decodeFloat16(bits)], expected);
});

test("tensors at odd offsets, and the metadata", () => {
  const header = JSON.stringify({
    __metadata__: { dataset: "made up" },
    half: { dtype: "F16", shape: [1], data_offsets: [0, 2] },
    whole: { dtype: "I32", shape: [2], data_offsets: [2, 10] },
  });
  const file = new Uint8Array(8 + header.length + 10);
  new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true);
  file.set(new TextEncoder().encode(header), 8);
  file.set([0x00, 0x3c, 1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff], 8 + header.length);
  const { tensors, metadata } = readSafetensors(file.buffer);
  assert.deepEqual(metadata, { dataset: "made up" });
  assert.deepEqual(tensors, {
    half: { shape: [1], data: Float32Array.of(1) },
    whole: { shape: [2], data: Int32Array.of(1, -1) },
  });
});
