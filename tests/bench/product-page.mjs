// The bare product in the page, on a step's shapes, turn by turn with a step of ours.

import { uniform } from "../lib/random.mjs";
import { panelLength } from "./product-wat.mjs";
import { spread } from "./samples.mjs";
import { makeBatches } from "./steps-page.mjs";

const PAGE = 65_536;
const upTo = (value, multiple) => Math.ceil(value / multiple) * multiple;

/** The two products of a linear head's step on one instance: logits [classes, rows] = W x^T, gradient [classes, features] = d^T x. */
async function openProduct(bytes, { features, classes, rows }, { x, weight, delta }) {
  const { instance } = await WebAssembly.instantiate(new Uint8Array(bytes));
  const { memory, multiply_across: across, multiply_along: along } = instance.exports;
  const lines = upTo(classes, 4);
  let end = 0;
  const take = (length) => {
    const start = end;
    end += upTo(4 * length, 64);
    return start;
  };
  const [xAt, weightAt, deltaAt] = [rows * features, lines * features, (rows + 1) * lines].map(take);
  const [logitsAt, gradientAt, panelsAt] = [lines * rows, lines * features, panelLength(lines, Math.max(rows, features))].map(take);
  memory.grow(Math.ceil(end / PAGE));
  const view = (start, length) => new Float32Array(memory.buffer, start, length);
  view(xAt, x.length).set(x);
  view(weightAt, weight.length).set(weight);
  view(deltaAt, delta.length).set(delta);
  const run = () => {
    across(weightAt, 4 * features, xAt, 4 * features, logitsAt, lines, rows, features, panelsAt);
    along(deltaAt, 4 * classes, xAt, 4 * features, gradientAt, lines, features, rows, panelsAt);
  };
  return { run, logits: view(logitsAt, classes * rows), gradient: view(gradientAt, classes * features) };
}

/** Throws unless some numbers of both products are what plain JavaScript says. */
function check({ logits, gradient }, { features, classes, rows }, { x, weight, delta }) {
  const random = uniform(7);
  const draw = (below) => Math.floor(random() * below);
  const sum = (length, term) => Array.from({ length }, (_, i) => term(i)).reduce((total, value) => total + value, 0);
  for (let i = 0; i < 200; i += 1) {
    const [o, row, j] = i === 0 ? [classes - 1, rows - 1, features - 1] : [classes, rows, features].map(draw);
    const pairs = [
      [logits[o * rows + row], sum(features, (k) => weight[o * features + k] * x[row * features + k])],
      [gradient[o * features + j], sum(rows, (r) => delta[r * classes + o] * x[r * features + j])],
    ];
    const wrong = pairs.find(([got, wanted]) => !(Math.abs(got - wanted) < 1e-3));
    if (wrong) throw new Error(`The bare product is wrong: ${wrong[0]} instead of ${wrong[1]}.`);
  }
}

/** Both kinds, as far as this browser knows them. */
async function openKinds(modules, cell, factors) {
  const open = [];
  for (const [name, bytes] of Object.entries(modules)) {
    if (!WebAssembly.validate(new Uint8Array(bytes))) continue;
    const product = await openProduct(bytes, cell, factors);
    product.run();
    check(product, cell, factors);
    open.push([name, product.run]);
  }
  return open;
}

/** Milliseconds per run; as many runs at a time as make a time that the clock can tell, at least 2 ms. */
async function timed(run, atLeastMs = 2) {
  await new Promise((done) => setTimeout(done));
  const started = performance.now();
  let runs = 0;
  while (performance.now() - started < atLeastMs) {
    await run(runs);
    runs += 1;
  }
  return (performance.now() - started) / runs;
}

/** Milliseconds of the two products in each kind of module, and of our whole step: upload, step, loss read. */
export async function measureProduct({ cell, modules, training, limits }) {
  const { openOodgate } = await import("./oodgate-side.mjs");
  const batches = makeBatches(cell);
  const random = uniform(5);
  const some = (length) => Float32Array.from({ length }, () => 2 * random() - 1);
  const factors = { x: batches[0].x, weight: some(cell.classes * cell.features), delta: some(cell.rows * cell.classes) };
  const head = await openOodgate("cpu", { ...cell, ...training });
  const sides = [...(await openKinds(modules, cell, factors)), ["step", (i) => head.step(batches[i % batches.length])]];
  const samples = Object.fromEntries(sides.map(([name]) => [name, []]));
  // The first turns are for the browser's compiler.
  for (let turn = -limits.warmUp; turn < limits.repetitions; turn += 1) {
    for (const [name, run] of sides) {
      const time = await timed(run);
      if (turn >= 0) samples[name].push(time);
    }
  }
  head.close();
  return Object.fromEntries(Object.entries(samples).map(([name, times]) => [name, spread(times)]));
}
