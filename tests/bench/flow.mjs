// From rows to a gate: fit, calibrate and the first answer, and what the gate then takes: the table.

import { table } from "../lib/markdown.mjs";
import { ms } from "./format.mjs";
import { withFreshPage } from "./fresh.mjs";
import { quantile } from "./samples.mjs";
import { columns } from "./steps.mjs";

const shape = (rows, features, classes, more) => ({
  rows,
  features,
  classes,
  held: Math.min(1200, Math.max(100, rows / 5)),
  repetitions: 3,
  ...more,
});

/**
 * A camera session, sentences with ten a class and with a hundred, few classes of wide features,
 * many rows, many classes.
 */
const shapes = [
  shape(150, 1280, 5, { repetitions: 5 }),
  shape(1500, 384, 150, { repetitions: 5 }),
  shape(15_000, 384, 150),
  shape(6000, 1280, 10),
  shape(60_000, 768, 100),
  shape(20_000, 768, 1000),
];

/** Up to so many rows a head is also calibrated from those that it learnt from. */
const few = 1500;

const megabytes = (bytes) => (bytes / 1e6).toFixed(bytes < 1e6 ? 2 : 1);
const calibrations = { calibrate: "held-out rows", cross: "the same rows" };

function row(side, { rows, features, classes }, calibration, sample, { tasks, memory }) {
  const { times, gate, isCut } = sample;
  const all = (key) => times.map((time) => time[key]);
  const median = (key) => ms(quantile(all(key), 0.5));
  const percent = isCut ? "" : (100 * gate.accuracy).toFixed(1);
  const about = isCut ? "≈ " : "";
  return [
    `${rows} x ${features} x ${classes}, ${calibrations[calibration]}`,
    columns[side],
    `${about}${median("fit")}`,
    median("calibrate"),
    median("first"),
    `**${about}${median("total")}**`,
    ["fit", "calibrate", "gate", "save"].map((name) => ms(tasks[name])).join(" / "),
    ms(gate.one),
    Math.round(gate.rowsPerSecond).toLocaleString("en"),
    megabytes(memory),
    megabytes(gate.bytes),
    percent,
  ];
}

/** Measures our side and, where it is wanted, tfjs, and prints what came out. */
export async function benchFlow(page, { sides: wanted, isQuick }) {
  const sides = wanted.filter((side) => side !== "by-hand");
  const measure = (options) =>
    page.evaluate((given) => globalThis.bench.measureFlow(given), options);
  // For the browser's compiler.
  await measure({ setup: shapes[0], sides, repetitions: 1, calibration: "calibrate" });
  const lines = [];
  for (const { repetitions, ...setup } of shapes) {
    for (const calibration of setup.rows <= few ? ["calibrate", "cross"] : ["calibrate"]) {
      // tfjs has no way to calibrate from the rows that it learnt from.
      const able = sides.filter((side) => side === "oodgate" || calibration === "calibrate");
      console.error(
        `Flow of ${setup.rows} x ${setup.features} x ${setup.classes}, ${calibration} ...`,
      );
      const options = { setup, sides: able, repetitions: isQuick ? 1 : repetitions, calibration };
      const { samples, like } = await measure(options);
      for (const side of able) {
        const given = { side, setup, calibration, like };
        const load = await withFreshPage(page, "flow-page.mjs", (fresh) =>
          fresh.evaluate((it) => globalThis.measureLoad(it), given),
        );
        lines.push(row(side, setup, calibration, samples[side], load));
      }
    }
  }
  console.log("\n### From rows to a gate, milliseconds\n");
  console.log(
    'Medians. Ours by its defaults: `fit`, `calibrate` with the first use of "auto" in it, `gate` ' +
      "of one row. tfjs: `model.fit`, softmax and Adam, as many updates of as many rows (≈: one " +
      "epoch timed, times their number); its gate is a threshold on the largest probability, from " +
      "held-out rows. Longest task: of the page's thread in fit / calibrate / gate of 1000 rows / " +
      "save, and the wasm memory, whose size is its peak: in a fresh page. Rows a second: 1000 at " +
      "once. File: ours with the training rows, tfjs's weights alone.\n",
  );
  console.log(
    table([
      [
        "rows x features x classes, calibrated from",
        "side",
        "fit",
        "calibrate",
        "first answer",
        "rows to gate",
        "longest task",
        "gate of one row",
        "gate, rows/s",
        "memory, MB",
        "file, MB",
        "accuracy, %",
      ],
      ...lines,
    ]),
  );
}
