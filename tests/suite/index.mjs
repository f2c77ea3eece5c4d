// One suite for every place where the package runs: the cases know neither where they are nor on which backend.

import auto from "./auto.mjs";
import backends from "./backends.mjs";
import fit from "./fit.mjs";
import fitted from "./fitted.mjs";
import gate from "./gate.mjs";
import hostile from "./hostile/index.mjs";
import inputs from "./inputs.mjs";
import lifetime from "./lifetime.mjs";
import reference from "./reference.mjs";
import scores from "./scores.mjs";

const cases = { ...reference, ...scores, ...fitted, ...auto, ...inputs, ...hostile, ...fit, ...gate, ...lifetime, ...backends };

/** Names of all cases, in order. */
export const names = Object.keys(cases);

/**
 * Runs one case and frees the heads that it made.
 * @param {string} name
 * @param {object} place
 * @param {object} place.oodgate the package
 * @param {"cpu" | "webgpu"} place.backend
 * @param {(name: string) => Promise<object>} place.golden reads a file of tests/golden
 */
export async function run(name, { oodgate, backend, golden }) {
  const heads = [];
  const create = async (options) => {
    const head = await oodgate.createHead({ backend, ...options });
    heads.push(head);
    return head;
  };
  try {
    await cases[name]({ oodgate, backend, golden, create });
  } finally {
    for (const head of heads) head.dispose();
  }
}
