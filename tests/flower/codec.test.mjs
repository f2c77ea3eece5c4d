// What goes over the wire, against what flwr itself made of the same (golden.py).

import assert from "node:assert/strict";
import { createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { at } from "../../pkg/scripts/shell.mjs";
import { loadInternals } from "./internals.mjs";

const golden = JSON.parse(readFileSync(at("tests", "flower", "golden.json"), "utf8"));
const { bytes, keys, message, npy, objects, protobuf, record, work } = await loadInternals();

const raw = (text) => new Uint8Array(Buffer.from(text, "base64"));
const same = (actual, expected, what) => assert.equal(Buffer.from(actual).toString("base64"), expected, what);
const objectsOf = (described) => new Map(Object.entries(described.objects).map(([id, text]) => [id, raw(text)]));
const incompatible = (call) => assert.throws(call, { name: "OodgateError", code: "server-incompatible" });

const weights = [
  ["0.weight", { shape: [2, 3], data: Float32Array.from({ length: 6 }, (_, i) => Math.fround(i) / Math.fround(7)) }],
  ["0.bias", { shape: [2], data: Float32Array.of(-1.5, 3.25e-20) }],
];

test("arrays are numpy's files, byte for byte", () => {
  for (const { shape, type, data, bytes: file } of golden.npy) {
    const read = npy.fromNpy(raw(file));
    assert.deepEqual([read.shape, [...read.data]], [shape, data.map(Math.fround)]);
    if (type === "<f4") same(npy.toNpy(read), file, `shape ${shape}`);
  }
});

test("an array that lies in the middle of a buffer is read and written", () => {
  const { bytes: file } = golden.npy[0];
  const moved = new Uint8Array([7, ...raw(file), 7]).subarray(1, -1);
  const { shape, data } = npy.fromNpy(moved);
  const inner = new Float32Array([9, ...data, 9]).subarray(1, -1);
  same(npy.toNpy({ shape, data: inner }), file);
});

test("other arrays are refused: Fortran's order, integers, big-endian, half precision", () => {
  assert.equal(golden.refused.length, 4);
  for (const file of golden.refused) incompatible(() => npy.fromNpy(raw(file)));
});

test("an order of the server is read: weights and configuration", () => {
  for (const described of [golden.order]) {
    const { run, id, type } = message.readMessage(raw(described.wire));
    assert.deepEqual([run, id, type], [9754089361163422310n, described.id, "train"]);
    const { arrays, config } = objects.readContent(objectsOf(described), id);
    assert.deepEqual(arrays, weights);
    assert.deepEqual(Object.fromEntries(config), {
      "server-round": 3, epochs: 2, rate: -0.5, negative: -7, zero: 0, schedule: "cosine",
      empty: "", classes: ["oak", "ash", "\u00e9lan"],
      // Of kinds that no configuration of this package has.
      flag: undefined, off: undefined, bytes: undefined, doubles: undefined,
    });
  }
});

test("float64 weights and an empty configuration are read", () => {
  const { evaluation } = golden;
  const { type, id } = message.readMessage(raw(evaluation.wire));
  const { arrays, config } = objects.readContent(objectsOf(evaluation), id);
  assert.deepEqual([type, arrays, config.size], ["evaluate.home", [["w", { shape: [1, 2], data: Float32Array.of(1.5, -2) }]], 0]);
});

test("a pulled message and its tree are read", () => {
  const pulled = protobuf.read(raw(golden.pulled));
  const asked = message.readMessage(pulled.all(2)[0]);
  assert.equal(asked.id, golden.order.id);
  assert.deepEqual([...objects.treeIds(pulled.bytes(3))].sort(), Object.keys(golden.order.objects).sort());
});

test("a reply is flwr's, byte for byte: objects, tree and what is sent first", async () => {
  const asked = message.readMessage(raw(golden.order.wire));
  const content = await objects.contentObject({ "num-examples": 90, loss: 0.125, accuracy: 0 }, weights);
  const { wire, object } = await message.makeReply(asked, content, 1_700_000_001.25);
  const { reply } = golden;
  for (const [id, body] of object.all) same(body, reply.objects[id], `the object ${new TextDecoder().decode(body.subarray(0, 20))}`);
  assert.equal(object.all.size, Object.keys(reply.objects).length);
  assert.equal(object.id, reply.id);
  same(object.tree, reply.tree, "the tree");
  same(wire, reply.wire, "the message");
});

test("a failure is flwr's error, byte for byte", async () => {
  const asked = message.readMessage(raw(golden.order.wire));
  const { wire, object } = await message.makeReply(asked, new Error("not-finite: \u00e9lan"), 1_700_000_001.25);
  assert.deepEqual([object.id, object.all.size], [golden.failure.id, 1]);
  same(object.all.get(object.id), golden.failure.objects[object.id]);
  same(wire, golden.failure.wire, "the message");
});

test("a large array travels in parts, equal ones once", async () => {
  const data = new Float32Array(3 * 2 ** 20);
  const content = await objects.contentObject({ n: 1 }, [["0.weight", { shape: [3, 2 ** 20], data }]]);
  const sizes = new Map([...content.all].map(([id, { length }]) => [id, length]));
  for (const [id, length] of Object.entries(golden.large)) assert.equal(sizes.get(id), length, id);
  const order = await objects.makeObject("Message", [content], new Uint8Array());
  const { arrays } = objects.readContent(order.all, order.id);
  assert.deepEqual(arrays[0][1].data.length, data.length);
});

test("requests are flwr's", () => {
  const { uint, double, string, bytes: binary, message: joined } = protobuf;
  const node = binary(1, uint(1, BigInt(golden.node)));
  const key = binary(1, bytes.utf8("key"));
  const made = {
    register: key,
    activate: joined(key, double(2, 60)),
    heartbeat: joined(node, double(2, 60)),
    push: joined(node, uint(2, 9754089361163422310n), string(3, "ab"), binary(4, bytes.utf8("content")), string(5, "session")),
  };
  for (const [name, request] of Object.entries(made)) same(request, golden.requests[name], name);
});

test("numbers of all sizes come back", () => {
  for (const value of [0n, 1n, 127n, 128n, 2n ** 32n, 2n ** 63n, 2n ** 64n - 1n])
    assert.equal(protobuf.read(protobuf.uint(1, value)).uint(1), value);
  assert.equal(protobuf.read(protobuf.double(2, -0.1)).double(2), -0.1);
  for (const value of [-1n, 1n, -(2n ** 63n), 2n ** 63n - 1n])
    assert.equal(protobuf.sint(1, value).length, protobuf.uint(1, BigInt.asUintN(64, (value << 1n) ^ (value >> 63n))).length);
});

test("metrics are read as they were written", () => {
  const read = record.readRecord(record.toMetrics({ "num-examples": 90, accuracy: 0, "\u00e9": -1e300 }));
  assert.deepEqual(read, [["num-examples", 90], ["accuracy", 0], ["\u00e9", -1e300]]);
});

test("signatures are DER and keys PEM, as OpenSSL reads them, many times over", async () => {
  const pair = await keys.generateKeys();
  assert.equal(pair.privateKey.extractable, false);
  const key = createPublicKey(await keys.toPem(pair));
  assert.equal(key.asymmetricKeyDetails.namedCurve, "secp384r1");
  // Of 100 signatures some have a number with a leading zero or a set highest bit.
  for (let i = 0; i < 100; i += 1) {
    const signature = await keys.sign(pair, `text ${i}`);
    assert.ok(verify("sha256", Buffer.from(`text ${i}`), { key, dsaEncoding: "der" }, signature), `signature ${i}`);
  }
  const small = new Uint8Array(96);
  small[47] = 1;
  small[48] = 0x80;
  const der = keys.derSignature(small);
  assert.deepEqual([...der.subarray(0, 8)], [0x30, 54, 2, 1, 1, 2, 49, 0]);
});

test("an update is shortened to the asked length, and a short one left as it is", () => {
  const before = { w: { shape: [2], data: Float32Array.of(1, 1) }, b: { shape: [1], data: Float32Array.of(0) } };
  const after = () => ({ w: { shape: [2], data: Float32Array.of(4, 1) }, b: { shape: [1], data: Float32Array.of(4) } });
  const clipped = after();
  work.clipUpdate(before, clipped, 1);
  assert.deepEqual([...clipped.w.data, ...clipped.b.data].map((value) => value.toFixed(5)), ["1.60000", "1.00000", "0.80000"]);
  for (const most of [5, Infinity]) {
    const whole = after();
    work.clipUpdate(before, whole, most);
    assert.deepEqual(whole, after());
  }
});
