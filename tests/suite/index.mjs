// One suite for every place where the package runs: the cases know neither where they are nor on which backend.

import auto from "./auto.mjs";
import backends from "./backends.mjs";
import beyond from "./beyond.mjs";
import few from "./few.mjs";
import fit from "./fit.mjs";
import fitted from "./fitted.mjs";
import gate from "./gate.mjs";
import hostile from "./hostile/index.mjs";
import inputs from "./inputs.mjs";
import lifetime from "./lifetime.mjs";
import monitor from "./monitor.mjs";
import reference from "./reference.mjs";
import rows from "./rows.mjs";
import saving from "./saving.mjs";
import scores from "./scores.mjs";

const cases = {
  ...reference, ...scores, ...fitted, ...auto, ...inputs, ...beyond, ...hostile, ...fit, ...few, ...gate, ...rows, ...monitor,
  ...lifetime, ...saving, ...backends,
};

/** Names of all cases, in order. */
export const names = Object.keys(cases);

/**
 * Runs one case and frees the heads that it made.
 * @param {string} name
 * @param {object} place
 * @param {object} place.oodgate the package
 * @param {"cpu" | "webgpu"} place.backend
 * @param {boolean} place.worker whether heads live in Workers of their own
 * @param {(name: string) => Promise<object>} place.golden reads a JSON file of tests/golden
 * @param {(name: string) => Promise<Uint8Array>} place.bytes reads any file there
 */
export async function run(name, place) {
  const { oodgate, backend, worker } = place;
  const heads = [];
  const keep = (head) => {
    heads.push(head);
    return head;
  };
  const create = async (options) => keep(await oodgate.createHead({ backend, worker, ...options }));
  try {
    await cases[name]({ ...place, create, keep });
  } finally {
    for (const head of heads) head.dispose();
  }
}
