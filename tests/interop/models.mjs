// Exported ONNX models against the gate of the head that they were exported from, in Node and in a page.

import { check, close, noise, same } from "../suite/check.mjs";

/** Those that need no training rows. */
export const answerScorers = [
  "msp", "maxLogit", "energy", "entropy", "gen", "maxCosine", "gradNorm", "odin",
  { name: "msp", temperature: 0.3 }, { name: "energy", temperature: 0.1 }, { name: "entropy", temperature: 0.2 },
  { name: "gen", gamma: 0.4, m: 2, temperature: 0.5 }, { name: "odin", epsilon: 0.05, temperature: 2 },
];

/** Those that compare with training rows, whatever the features. */
export const comparingScorers = [
  "auto", "klMatching", "knn", "mahalanobis", "rmd", "gda", "vim", "residual", "she", "nnGuide", "fdbd", "nci", "react", "dice",
  { name: "knn", k: 3 }, { name: "mahalanobis", ridge: 0.1, normalize: true }, { name: "rmd", ridge: 0.3 }, { name: "nci", alpha: 0.01 },
  { name: "residual", dimensions: 1 },
];

/** Those that need the inputs that a ReLU leaves. */
const reluScorers = ["ash", "scale", ...["p", "b"].map((variant) => ({ name: "ash", variant, percentile: 50 }))];

/** All that a head of these options can have. */
export const scorersOf = ({ features, hidden = [] }) => [
  ...answerScorers,
  ...comparingScorers.filter(({ dimensions }) => dimensions === undefined || features > 1),
  ...(hidden.length > 0 ? reluScorers : []),
];

/** Rows around one centre per class. */
export function blobs(rows, { features: width, classes }, seed) {
  const centre = (row, column) => (Math.sin((row % classes + 1) * (column + 1) * 12.9898) > 0.5 ? 1 : 0);
  const features = noise(rows * width, seed).map((x, index) => 0.8 * x + centre(Math.floor(index / width), index % width));
  return { features, labels: Int32Array.from({ length: rows }, (_, row) => row % classes) };
}

/** Known rows, strangers, a row of zeros, rows far too short and far too long. */
export function questions(options, rows) {
  const scales = [0, 1e-6, 1, 1, 1, 3, 10, 1e3, 1e5];
  const strange = scales.flatMap((scale, index) => Array.from(noise(options.features, 50 + index), (x) => scale * x));
  return Float32Array.from([...blobs(rows, options, 5).features, ...strange]);
}

export async function trained({ createHead }, options) {
  const head = await createHead({ ...options, backend: "cpu" });
  const { features, labels } = blobs(240, options, 1);
  await head.fit(features, labels, { epochs: 15, batchSize: 24 });
  return head;
}

export const load = async (ort, head, provider, options) =>
  ort.InferenceSession.create(await head.exportOnnx({ includeTrainingRows: true, ...options }), { executionProviders: [provider] });

export async function answers(ort, session, features, width) {
  const { logits, probabilities, score, p_value: pValue, accepted, classes, class_set: classSet } = await session.run({
    features: new ort.Tensor("float32", features, [features.length / width, width]),
  });
  for (const output of [score, pValue, accepted]) same(output.dims, [features.length / width], "dims");
  const data = { logits, probabilities, score, pValue, accepted, classes, ...(classSet && { classSet }) };
  return Object.fromEntries(Object.entries(data).map(([name, tensor]) => [name, tensor.data]));
}

const nameOf = (scorer) => scorer.name ?? scorer;

/**
 * How far a score may be off. The two sum in different orders; of the head's answer, the logits' own rounding is most of it, and
 * distances add that of the whitening.
 */
export const tolerance = (score, scorer = "msp") =>
  (answerScorers.includes(nameOf(scorer)) ? 2e-6 : 1e-5) * (1 + Math.abs(score));

/** Compares a model with its head; answers how many rows there were and how many p-values had to be the same. */
export async function compare(ort, session, head, features, { held, calibration, scorer = calibration.scorer }, what) {
  const theirs = await answers(ort, session, features, head.features);
  const ours = await head.gate(features);
  same(theirs.classes, [...head.classes], `${what}: classes`);
  const logits = await head.logits(features);
  const largest = logits.reduce((max, x) => Math.max(max, Math.abs(x)), 0);
  close(theirs.logits, logits, { absolute: 1e-6 * largest, relative: 1e-5 }, `${what}: logits`);
  close(theirs.probabilities, ours.probabilities, { absolute: 2e-5 }, `${what}: probabilities`);

  const calibrated = (await head.gate(held)).score;
  const pValue = (score) => (1 + calibrated.filter((other) => other >= score).length) / (calibrated.length + 1);
  let exact = 0;
  ours.score.forEach((score, row) => {
    const off = tolerance(score, scorer);
    close([theirs.score[row]], [score], { absolute: off }, `${what}: score of row ${row}`);
    // Each may have gone to either side of the calibration scores that are as near as this.
    const [least, most] = [pValue(score + off), pValue(score - off)];
    check(theirs.pValue[row] >= least - 1e-6 && theirs.pValue[row] <= most + 1e-6, `${what}: p-value of row ${row}`);
    if (least === most) {
      exact += 1;
      same(theirs.pValue[row], ours.pValue[row], `${what}: p-value of row ${row}`);
    }
    const isClear = Math.abs(score - calibration.threshold) > off;
    if (isClear) same(theirs.accepted[row], ours.accepted[row], `${what}: verdict on row ${row}`);
    same(theirs.accepted[row], theirs.score[row] <= Math.fround(calibration.threshold) ? 1 : 0, `${what}: row ${row}`);
  });
  return [ours.score.length, exact];
}
