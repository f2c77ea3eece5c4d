// Bytes that no server should send: every reader answers, or refuses with the one code, and does so at once.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { at } from "../../pkg/scripts/shell.mjs";
import { uniform } from "../lib/random.mjs";
import { loadInternals } from "./internals.mjs";

const golden = JSON.parse(readFileSync(at("tests", "flower", "golden.json"), "utf8"));
const { message, npy, objects, protobuf, record } = await loadInternals();

const TRIES = 20_000;
const raw = (text) => new Uint8Array(Buffer.from(text, "base64"));
const bodies = (described) => Object.values(described.objects).map(raw);

/** Some bytes changed, cut off, doubled, put in or replaced by extremes. */
function bend(bytes, random) {
  let bent = [...bytes];
  const place = () => Math.floor(random() * (bent.length + 1));
  for (let changes = 1 + Math.floor(random() * 4); changes > 0; changes -= 1) {
    const [kind, from] = [Math.floor(random() * 6), place()];
    if (kind === 0) bent[from] = Math.floor(random() * 256);
    else if (kind === 1) bent = bent.slice(0, from);
    else if (kind === 2) bent.splice(from, Math.floor(random() * 8));
    else if (kind === 3) bent.splice(from, 0, ...Array.from({ length: 10 }, () => Math.floor(random() * 256)));
    else if (kind === 4) bent.splice(from, 0, ...bent.slice(from, from + 20));
    else bent[from] = [0, 1, 0x7f, 0x80, 0xff][Math.floor(random() * 5)];
  }
  return Uint8Array.from(bent, (byte) => byte ?? 0);
}

/** Bends each of these many times and reads it. */
function fuzz(read, files, seed) {
  const random = uniform(seed);
  const counts = { read: 0, refused: 0 };
  for (let i = 0; i < TRIES; i += 1) {
    const bent = bend(files[i % files.length], random);
    const began = performance.now();
    try {
      read(bent);
      counts.read += 1;
    } catch (error) {
      assert.equal(error.code, "server-incompatible", `${error.stack}\n${Buffer.from(bent).toString("base64")}`);
      counts.refused += 1;
    }
    assert.ok(performance.now() - began < 2000, Buffer.from(bent).toString("base64"));
  }
  // A reader that takes everything, or nothing, is not being tested.
  assert.ok(counts.refused > TRIES / 100 && counts.read > 0, JSON.stringify(counts));
}

test("arrays", () => {
  fuzz((bytes) => {
    const { shape, data } = npy.fromNpy(bytes);
    assert.equal(shape.reduce((product, size) => product * size, 1), data.length);
  }, golden.npy.map(({ bytes }) => raw(bytes)), 1);
});

test("frames and the metadata in them", () => {
  const files = [golden.order.wire, golden.failure.wire, golden.pulled, ...Object.values(golden.requests)].map(raw);
  fuzz((bytes) => {
    const fields = protobuf.read(bytes);
    message.readMessage(bytes);
    for (let number = 1; number < 12; number += 1) if (fields.has(number)) fields.all(number);
  }, files, 2);
});

test("trees of objects", () => {
  fuzz((bytes) => objects.treeIds(bytes), [golden.order.tree, golden.reply.tree].map(raw), 3);
});

test("records", () => {
  const files = [...bodies(golden.order), ...bodies(golden.reply)].map(objects.openObject).filter(({ type }) => /^(Config|Metric)/.test(type));
  assert.equal(files.length, 2);
  fuzz((bytes) => record.readRecord(bytes), files.map(({ body }) => body), 4);
});

test("objects by themselves, and one bent among the others of a message", () => {
  fuzz((bytes) => objects.openObject(bytes), bodies(golden.order), 5);
  const random = uniform(6);
  const ids = Object.keys(golden.order.objects);
  let refused = 0;
  for (let i = 0; i < TRIES; i += 1) {
    const all = new Map(ids.map((id) => [id, raw(golden.order.objects[id])]));
    const bent = ids[i % ids.length];
    all.set(bent, bend(all.get(bent), random));
    try {
      objects.readContent(all, golden.order.id);
    } catch (error) {
      assert.equal(error.code, "server-incompatible", error.stack);
      refused += 1;
    }
  }
  assert.ok(refused > TRIES / 2);
});

test("a message whose objects name each other in circles, or nothing", () => {
  const content = (text) => new TextEncoder().encode(text);
  const refused = (entries) =>
    assert.throws(() => objects.readContent(new Map(entries.map(([id, text]) => [id, content(text)])), "m"), { code: "server-incompatible" });
  refused([]);
  refused([["m", "Message m 0\0"]]);
  refused([["m", "Message r 0\0"], ["r", 'RecordDict r 9\0{"a":"r"}']]);
  refused([["m", "Message r 0\0"], ["r", 'RecordDict a 9\0{"a":"a"}'], ["a", 'ArrayRecord a 9\0{"x":"a"}']]);
  refused([["m", "Message r 0\0"], ["r", "RecordDict  4\0nope"]]);
});
