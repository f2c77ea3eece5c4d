// Heads of a newcomer on tables, sensors and shapes, beside scikit-learn's detectors, as Markdown.
//   node tests/table/measurements.mjs FOLDER
// FOLDER is what measurements.py wrote.

import { readFileSync } from "node:fs";
import path from "node:path";
import { createHead, metrics } from "../../pkg/dist/index.js";

const alpha = 0.1;
const folder = process.argv[2];
const read = (name) => readFileSync(path.join(folder, name));
const files = new Map();

/** Some rows of a set. */
function pick({ file, width }, rows) {
  if (!files.has(file)) files.set(file, new Float32Array(Uint8Array.from(read(file)).buffer));
  const all = files.get(file);
  const picked = new Float32Array(rows.length * width);
  rows.forEach((row, place) => picked.set(all.subarray(row * width, (row + 1) * width), place * width));
  return picked;
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const rejected = async (head, rows) => 1 - mean([...(await head.gate(rows)).accepted].map(Number));

async function measure(split, kind) {
  const { width: features, classes, seed, labels } = split;
  const [train, test, unknown] = [split.train, split.test, split.unknown].map((rows) => pick(split, rows));
  const head = await createHead({ features, classes, seed, loss: { kind }, backend: "cpu" });
  await head.fit(train, labels);
  const { classIndex } = await head.predict(test);
  const accuracy = mean([...classIndex].map((label, row) => Number(label === split.testLabels[row])));
  const auroc = metrics.auroc(await head.oodScore(test), await head.oodScore(unknown));
  await head.calibrate({ alpha, provisional: true });
  const gate = [await rejected(head, test), await rejected(head, unknown)];
  head.dispose();
  return { accuracy, auroc, known: gate[0], unknown: gate[1] };
}

const baselines = JSON.parse(read("baselines.json"));
const runs = Object.fromEntries(Object.keys(baselines).map((key) => [key, { logitNorm: [], crossEntropy: [] }]));
for (const split of JSON.parse(read("measurements.json"))) {
  for (const [kind, made] of Object.entries(runs[`${split.set}|${split.each}`])) made.push(await measure(split, kind));
}

const detectors = Object.keys(Object.values(baselines)[0]).filter((name) => name !== "accuracy");
const columns = ["set", "rows a class", "accuracy: LN, CE, logistic", "auto, LN", "auto, CE", ...detectors, "rejected at 10 %: known, unknown"];
const row = (cells) => console.log(`| ${cells.join(" | ")} |`);
const percent = (...values) => values.map((value) => (100 * value).toFixed(1)).join(", ");
row(columns);
row(columns.map(() => "---"));
const lines = Object.entries(runs).map(([key, { logitNorm, crossEntropy }]) => {
  const of = (made, what) => mean(made.map((run) => run[what]));
  const [name, each] = key.split("|");
  const theirs = baselines[key];
  return {
    name,
    each: each === "0" ? "all" : each,
    accuracy: [of(logitNorm, "accuracy"), of(crossEntropy, "accuracy"), theirs.accuracy],
    auto: [of(logitNorm, "auroc"), of(crossEntropy, "auroc")],
    detectors: detectors.map((detector) => theirs[detector]),
    gate: [of(logitNorm, "known"), of(logitNorm, "unknown")],
  };
});
const average = (part) => lines[0][part].map((_, place) => mean(lines.map((line) => line[part][place])));
const all = { name: "**mean**", each: "" };
for (const part of ["accuracy", "auto", "detectors", "gate"]) all[part] = average(part);
for (const { name, each, accuracy, auto, detectors: theirs, gate } of [...lines, all]) {
  row([name, each, percent(...accuracy), ...auto.map((x) => percent(x)), ...theirs.map((x) => percent(x)), percent(...gate)]);
}
