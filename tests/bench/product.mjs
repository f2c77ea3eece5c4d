// How fast a bare product of a step's shapes is in this browser, and how much of that a whole step of ours reaches: the table.

import binaryen from "binaryen";
import { table } from "../lib/markdown.mjs";
import { ms, range } from "./format.mjs";
import { productText } from "./product-wat.mjs";
import { cells, shape, training } from "./steps.mjs";

const thorough = { warmUp: 15, repetitions: 60 };
const quick = { warmUp: 10, repetitions: 20 };

function assemble(kind) {
  const { Features } = binaryen;
  const module = binaryen.parseText(productText(kind));
  module.setFeatures(Features.SIMD128 | Features.BulkMemory | Features.BulkMemoryOpt | (kind === "relaxed" ? Features.RelaxedSIMD : 0));
  if (!module.validate()) throw new Error(`The ${kind} product is not valid WebAssembly.`);
  const bytes = module.emitBinary();
  module.dispose();
  return [...bytes];
}

/** The weight gradient and the logits of a linear head; the features' own gradient is not needed. */
const flops = ({ features, classes, rows }) => 2 * 2 * rows * features * classes;
const rate = (cell, { median }) => flops(cell) / median / 1e6;

function row({ cell, simd, relaxed, step }) {
  const fused = relaxed ? [rate(cell, relaxed).toFixed(1), `${(simd.median / relaxed.median).toFixed(2)}x`] : ["not in this browser", ""];
  const share = `${Math.round((100 * simd.median) / step.median)} %`;
  return [shape(cell), range(simd), rate(cell, simd).toFixed(1), ...fused, ms(step.median), rate(cell, step).toFixed(1), share];
}

/** Measures every shape of the linear steps and prints what came out. */
export async function benchProduct(page, { isQuick }) {
  const modules = { simd: assemble("simd"), relaxed: assemble("relaxed") };
  const measured = [];
  for (const cell of cells) {
    console.error(`Bare product, ${shape(cell)} ...`);
    const options = { cell, modules, training, limits: isQuick ? quick : thorough };
    measured.push({ cell, ...(await page.evaluate((given) => globalThis.bench.measureProduct(given), options)) });
  }
  console.log("\n### Arithmetic: the two products of a linear step alone, and the whole step\n");
  console.log("A plain kernel of 4 x 8 numbers in WebAssembly text, one thread, packing its factors included; \"fused\" has " +
    "relaxed_madd for every product and sum. The step's rate counts its two products and the time of everything that it does " +
    "(upload, loss, update, loss read); the share is of the SIMD128 kernel's rate. Everything runs for 2 ms back to back, so that a " +
    "small head's step is shorter here than among single steps.\n");
  const heads = ["features x classes", "SIMD128, ms", "GFLOP/s", "fused, GFLOP/s", "fused / SIMD128", "our step, ms", "GFLOP/s", "share"];
  console.log(table([heads, ...measured.map(row)]));
}
