// A head's whole life, over and over: created, taught, calibrated, asked, saved, disposed. The same
// in a page, with heads in Workers, and in Node.

import { wasmBytes } from "../lib/instances.mjs";
import { createHead } from "oodgate";
import { makeCentres, makeRows } from "../bench/rows.mjs";
import { uniform } from "../lib/random.mjs";
import { bytesOfWorkers } from "./worker-bytes.mjs";

const setup = { features: 1280, classes: 10 };
const count = 1000;
const random = uniform(1);
const { x, labels } = makeRows(count, setup, makeCentres(setup, random), random);

/**
 * A round. Every fifth calibrates from the head's own rows, which takes most memory; the others
 * hold rows out. Answers the bytes of all wasm memories, which never shrink, at its end.
 */
async function live(round, worker) {
  const isOwn = round % 5 === 0;
  const head = await createHead({ ...setup, backend: "cpu", worker, seed: round });
  await head.fit(x, labels, { epochs: 5, validationSplit: isOwn ? 0 : 0.2 });
  if (isOwn) await head.calibrate();
  const { accepted } = await head.gate(x);
  const known = accepted.reduce((sum, one) => sum + one) / count;
  if (known < 0.8) throw new Error(`round ${round}: of the training rows ${known} are accepted`);
  await head.save();
  const bytes = wasmBytes() + (worker ? await bytesOfWorkers() : 0);
  head.dispose();
  return bytes;
}

/** Lives through so many rounds; answers the bytes of each. */
export async function repeat(rounds, worker = false) {
  const bytes = [];
  for (let round = 0; round < rounds; round += 1) bytes.push(await live(round, worker));
  return bytes;
}
