// What the storage's test calls in its page.

import { createHead, loadHead } from "../../pkg/dist/index.js";
import { download, storage, upload } from "../../pkg/dist/storage.js";
import { noise } from "../suite/check.mjs";

const width = 6;
const classes = ["oak", "ash"];

/** A trained, calibrated head; other seeds are other heads. */
async function trained(options) {
  const head = await createHead({ features: width, classes, ...options });
  const labels = (rows) => Array.from({ length: rows }, (_, row) => classes[row % 2]);
  await head.fit(noise(60 * width), labels(60), { epochs: 2 });
  await head.calibrate(noise(40 * width, 3), labels(40), { alpha: 0.1 });
  return head;
}

/** What a head says of some rows, as plain values. */
async function answers(head) {
  const { pValue, probability, score } = await head.gate(noise(5 * width, 4));
  return [head.steps, ...score, ...pValue, ...probability];
}

/** [code, message] of what a call rejects with; of what is no OodgateError, its name in place of the code. */
const refusal = (call) =>
  call.then(() => "no refusal", ({ name, code, message }) => [name === "OodgateError" ? code : name, message]);

const opened = (version) => new Promise((resolve, reject) => {
  const opening = indexedDB.open("oodgate", version);
  opening.onerror = () => reject(opening.error);
  opening.onupgradeneeded = () => opening.result.createObjectStore("heads", { keyPath: "name" });
  opening.onsuccess = () => resolve(opening.result);
});
const answered = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

/** The bytes of a stored head, as only the database itself tells, and how many chunks they are in. */
async function stored(name) {
  const database = await opened();
  const range = IDBKeyRange.bound([name, 0], [name, Infinity]);
  const chunks = await answered(database.transaction("chunks").objectStore("chunks").getAll(range));
  database.close();
  const file = new Uint8Array(await new Blob(chunks.map(({ bytes }) => bytes)).arrayBuffer());
  return { file, chunks: chunks.length };
}
const bytesOf = async (name) => (await stored(name)).file;

/** Stores a file as version 0.1 of the package did. */
async function putAsBefore(name, file, savedAt) {
  const database = await opened(1);
  await answered(database.transaction("heads", "readwrite").objectStore("heads").put({ name, bytes: file.length, savedAt, file }));
  database.close();
}

/** A head with so many bytes of training rows. */
async function large(bytes, seed) {
  const head = await createHead({ features: 1024, classes: 2, seed, backend: "cpu" });
  const rows = Math.ceil(bytes / 4096);
  await head.fitScorers(noise(rows * 1024, seed), Array.from({ length: rows }, (_, row) => row % 2));
  return head.save();
}

Object.assign(globalThis, { answers, bytesOf, createHead, download, large, loadHead, putAsBefore, refusal, storage, stored, trained, upload });
