// How soon a monitor tells that a stream has moved: rows of known classes that are changed all alike, seen by a head in Node.

import { readFileSync } from "node:fs";
import path from "node:path";
import { draw, normal, uniform } from "../lib/random.mjs";
import { readSafetensors } from "../lib/safetensors.mjs";

const files = ["clinc150-minilm", "cifar10-lite0", "gtsrb-10signs-lite0"];
/** Rows that the head learns, and numbers of calibration rows. */
const LEARNT = 3000;
const CALIBRATED = [100, 500];
/** Streams, each from another row on. */
const STREAMS = 20;

/** Rows of the splits with a class, in an order of chance. */
function rowsOf(tensors, splits, random) {
  const rows = splits.filter((split) => `${split}.features` in tensors).flatMap((split) => {
    const { shape: [, width], data } = tensors[`${split}.features`];
    const all = Array.from(tensors[`${split}.labels`].data, (label, row) => ({ label, features: data.slice(row * width, (row + 1) * width) }));
    return all.filter(({ label }) => label >= 0);
  });
  return rows.map((row) => [random(), row]).sort(([a], [b]) => a - b).map(([, row]) => row);
}

/** [what happened, what it makes of a row], in units of the training rows' spread. */
function changes(rows, random) {
  const { length: width } = rows[0].features;
  const mean = new Float64Array(width);
  for (const { features } of rows) features.forEach((x, column) => (mean[column] += x / rows.length));
  const square = ({ features }) => features.reduce((sum, x, column) => sum + (x - mean[column]) ** 2, 0) / width;
  const spread = Math.sqrt(rows.reduce((sum, row) => sum + square(row) / rows.length, 0));
  const largest = rows.reduce((most, { features }) => features.reduce((max, x) => Math.max(max, Math.abs(x)), most), 0);
  const some = draw(Math.floor(width / 10), width, random);
  const others = new Map(some.map((column, place) => [column, some[(place + 1) % some.length]]));
  const gauss = normal(random);
  return [
    ["nothing", (x) => x],
    ["a tenth of the features exchanged", (x, column, row) => row[others.get(column) ?? column]],
    ["noise of half the spread", (x) => x + 0.5 * spread * gauss()],
    ["multiplied by 1.5", (x) => 1.5 * x],
    ["shifted by a quarter of the spread", (x) => x + 0.25 * spread],
    ["rounded to 17 levels", (x) => (Math.round((x / largest) * 8) / 8) * largest],
  ];
}

/** Rows that each stream took to an alarm; none where there was no alarm. */
function alarms(head, pValues) {
  return Array.from({ length: STREAMS }, (_, stream) => {
    const monitor = head.monitor();
    const first = Math.floor((stream * pValues.length) / STREAMS);
    for (let row = 0; row < pValues.length; row++) {
      monitor.observe([pValues[(first + row) % pValues.length]]);
      if (monitor.alarm) return row + 1;
    }
    return undefined;
  });
}

/** Prints the table. */
export async function streams({ folder, seeds }) {
  const { createHead } = await import("../../pkg/dist/index.js");
  console.log("| set | calibration rows | what happened | accuracy | rejected at 5 % | streams with an alarm | rows to it (median) |\n|---|---|---|---|---|---|---|");
  for (const file of files) {
    const { buffer, byteOffset, length } = readFileSync(path.resolve(folder, `${file}.safetensors`));
    const { tensors } = readSafetensors(buffer.slice(byteOffset, byteOffset + length));
    const random = uniform(Number(seeds.split(",")[0]));
    const learnt = rowsOf(tensors, ["train"], random).slice(0, LEARNT);
    const held = rowsOf(tensors, ["val", "test"], random);
    const classes = 1 + learnt.reduce((most, { label }) => Math.max(most, label), 0);
    const head = await createHead({ features: learnt[0].features.length, classes, backend: "cpu" });
    const asked = (rows) => [rows.map(({ features }) => features), rows.map(({ label }) => label)];
    await head.fit(...asked(learnt));
    for (const count of CALIBRATED) {
      await head.calibrate(...asked(held.slice(0, count)));
      const rows = held.slice(count, count + 2000);
      for (const [what, change] of changes(learnt, random)) {
        const { pValue, classIndex } = await head.gate(rows.map(({ features }) => features.map(change)));
        const told = alarms(head, pValue).filter((row) => row !== undefined).sort((a, b) => a - b);
        const share = (is) => `${Math.round((100 * rows.filter((row, number) => is(row, number)).length) / rows.length)} %`;
        const right = share(({ label }, number) => classIndex[number] === label);
        const rejected = share((_, number) => pValue[number] <= 0.05);
        console.log(`| ${file} | ${count} | ${what} | ${right} | ${rejected} | ${told.length} of ${STREAMS} | ${told[Math.floor(told.length / 2)] ?? "-"} |`);
      }
    }
    head.dispose();
  }
}
