// Heads that know one class of few rows beside classes of twenty, as Markdown.
//   node tests/table/uneven.mjs

import { readFileSync } from "node:fs";
import { createHead, metrics } from "../../pkg/dist/index.js";
import { readSafetensors } from "../lib/safetensors.mjs";
import { concatenate, dataSets, makeRows } from "./splits.mjs";

const many = 20;
const alpha = 0.05;
const parts = [
  { data: "clinc", known: 3, unknown: ["oos_test"] },
  { data: "clinc", known: 14, unknown: ["oos_test"] },
  { data: "cifar", known: 3, unknown: ["unseen"] },
  { data: "cifar", known: 6, unknown: ["unseen"] },
  { data: "signs", known: 3, unknown: ["unseen"] },
  { data: "signs", known: 6, unknown: ["unseen"] },
  { data: "beans", known: 3, unknown: ["unseen"] },
  { data: "beans", unknown: ["near_oos"] },
];

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const percent = (values) => (100 * mean(values)).toFixed(0);

/** Rows of a split by whether their class is the small one. */
function divide({ features, labels }, width) {
  const pick = (wanted) => {
    const rows = [...labels.keys()].filter((row) => wanted(labels[row]));
    return {
      features: concatenate(rows.map((row) => features.subarray(row * width, (row + 1) * width))),
      labels: rows.map((row) => labels[row]),
    };
  };
  return [pick((label) => label === 0), pick((label) => label > 0)];
}

async function measure(data, part, few, seed, classWeights) {
  const { width, classes, train, test, unknown } = makeRows(data, { ...part, perClass: many }, seed);
  const [small, others] = divide(train, width);
  const head = await createHead({ features: width, classes, seed, backend: "cpu" });
  const features = concatenate([small.features.subarray(0, few * width), others.features]);
  await head.fit(features, [...Array(few).fill(0), ...others.labels], classWeights ? { classWeights } : {});
  await head.calibrate({ alpha, provisional: true });
  const strange = unknown[0].features;
  const seen = [];
  for (const { features, labels } of divide(test, width)) {
    const { accepted, classIndex, score } = await head.gate(features);
    seen.push({
      accuracy: mean(labels.map((label, row) => Number(classIndex[row] === label))),
      rejected: 1 - mean([...accepted].map(Number)),
      auroc: metrics.auroc(score, await head.oodScore(strange)),
    });
  }
  head.dispose();
  return seen;
}

console.log("| rows | class weights | accuracy, small / others | rejected, small / others | AUROC, small / others |");
console.log("|---|---|---|---|---|");
const files = new Map();
for (const { data } of parts) {
  const url = new URL(`../../../shared/data/${dataSets[data].file}`, import.meta.url);
  const { tensors, metadata } = readSafetensors(Uint8Array.from(readFileSync(url)).buffer);
  files.set(data, { tensors, classes: JSON.parse(metadata.classes) });
}
for (const few of [2, 3, 5]) {
  for (const classWeights of [undefined, "balanced"]) {
    const lines = [];
    for (const part of parts) {
      for (const seed of [0, 1, 2]) lines.push(await measure(files.get(part.data), part, few, seed, classWeights));
    }
    const both = (of) => [0, 1].map((place) => percent(lines.map((line) => line[place][of]))).join(" / ");
    console.log(`| ${few} | ${classWeights ?? ""} | ${both("accuracy")} | ${both("rejected")} | ${both("auroc")} |`);
  }
}
