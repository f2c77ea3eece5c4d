// Runs tables of bad calls: each is refused as it should be, and nothing else happens.

import { check, noise, refused, same } from "../check.mjs";

/** Two rows, and their classes. */
export const rows = () => noise(6);
export const two = [0, 1];

/** A trained and calibrated head, and another of the same history that no bad call will reach. */
export async function twins(create) {
  const [features, held] = [noise(120, 2), noise(90, 3)];
  const classes = (count) => Int32Array.from({ length: count }, (_, row) => row % 2);
  const heads = [];
  for (let copy = 0; copy < 2; copy++) {
    const head = await create({ features: 3, classes: ["a", "b"] });
    await head.fit(features, classes(40), { epochs: 3, batchSize: 16 });
    await head.calibrate(held, classes(30), { scorer: "msp" });
    heads.push(head);
  }
  return heads;
}

/** What a head says and is, bit for bit. */
export async function stateOf(head, ...scorers) {
  const { probabilities, score, pValue } = await head.gate(noise(30, 4));
  const scores = [];
  for (const scorer of scorers) scores.push(Array.from(await head.oodScore(noise(30, 4), { scorer })));
  return JSON.stringify([head.steps, head.calibration, ...[probabilities, score, pValue].map((x) => Array.from(x)), ...scores]);
}

/** Everything that the host would report although the calls handled their rejections. */
function listen() {
  const heard = [];
  const hear = (event) => {
    event.preventDefault?.();
    heard.push(`unhandled: ${(event.reason ?? event)?.stack ?? event}`);
  };
  const names = ["error", "warn"];
  const before = names.map((name) => console[name]);
  for (const name of names) console[name] = (...words) => heard.push(`console.${name}: ${words.join(" ")}`);
  const node = typeof globalThis.addEventListener !== "function";
  if (node) globalThis.process.on("unhandledRejection", hear);
  else addEventListener("unhandledrejection", hear);
  return async () => {
    // Rejections are reported after the microtasks in which they might have been handled.
    await new Promise((resolve) => setTimeout(resolve, 20));
    names.forEach((name, index) => (console[name] = before[index]));
    if (node) globalThis.process.off("unhandledRejection", hear);
    else removeEventListener("unhandledrejection", hear);
    return heard;
  };
}

/** Runs the body; nothing may reach the host's handlers meanwhile. */
export async function quietly(body) {
  const stop = listen();
  let heard;
  try {
    await body();
  } finally {
    heard = await stop();
  }
  same(heard, [], "nothing but rejections");
}

/** The argument, what was expected and what came. */
const threeParts = /^[\w.[\], ]+: expected .+, got .+/s;
const worded = ["invalid-option", "invalid-features", "invalid-labels", "not-finite"];

async function refuse(call, code, words, synchronous) {
  await refused(() => {
    let outcome;
    try {
      outcome = call();
    } catch (error) {
      if (synchronous) throw error;
      throw new Error(`threw instead of rejecting: ${error?.stack ?? error}`);
    }
    check(synchronous || outcome instanceof Promise, "a promise was expected");
    return outcome;
  }, code, ...words);
  if (!worded.includes(code)) return;
  const error = await Promise.resolve().then(call).catch((thrown) => thrown);
  check(threeParts.test(error.message), `not of three parts: ${error.message}`);
}

/**
 * Runs a table of [what, call, code, words of the message]. After each call the head answers as before; after the last, it
 * goes on learning exactly as its twin does.
 * @param {object[]} table
 * @param {(call: Function) => () => unknown} bind hands a call what it works on
 * @param {{ synchronous?: boolean }} [options] whether the calls throw instead of rejecting
 */
export async function refuseAll(create, table, bind, { synchronous = false } = {}) {
  const [head, twin] = await twins(create);
  const before = await stateOf(head);
  await quietly(async () => {
    for (const [what, call, code, words = []] of table) {
      try {
        await refuse(bind(call, head), code, words, synchronous);
        same(await stateOf(head), before, "the head afterwards");
      } catch (error) {
        throw new Error(`${what}: ${error.message}`, { cause: error });
      }
    }
  });
  same(await stateOf(head, "auto", "knn"), await stateOf(twin, "auto", "knn"), "scores beside the twin's");
  for (const one of [head, twin]) await one.trainStep(rows(), two);
  same(Array.from(await head.logits(noise(30))), Array.from(await twin.logits(noise(30))), "the next step beside the twin's");
  console.log(`${table.length} bad calls refused`);
}
