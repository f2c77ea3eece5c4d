// What each head of the table learns, and what it is asked to tell from that. Needs no browser.

import { draw, uniform } from "../lib/random.mjs";

/** Files of features; what they hold is told in the README beside them. */
export const dataSets = {
  clinc: { file: "clinc150-minilm.safetensors", title: "CLINC150: sentences of 150 intents, MiniLM-L6 embeddings" },
  cifar: { file: "cifar10-lite0.safetensors", title: "CIFAR-10: images of 10 classes, EfficientNet-Lite0 features" },
  signs: { file: "gtsrb-10signs-lite0.safetensors", title: "GTSRB: traffic signs in video tracks, EfficientNet-Lite0 features" },
  beans: { file: "beans-5of7.safetensors", title: "Dry beans: 16 measured features of 5 varieties, as they come" },
};

/**
 * Parts of the data sets. With `known`, the head learns so many of the classes, drawn by its seed, and the test rows of the
 * others are the rows of the split "unseen"; any other split is the file's, of rows that belong to no class. With `perClass`, it
 * learns so many rows of each class, drawn by its seed.
 */
export const parts = [
  { name: "clinc150", data: "clinc", unknown: ["oos_test"] },
  { name: "clinc75", data: "clinc", known: 75, unknown: ["unseen", "oos_test"] },
  { name: "cifar10", data: "cifar", unknown: ["mnist", "fashion"] },
  { name: "cifar6", data: "cifar", known: 6, unknown: ["unseen"] },
  { name: "signs10", data: "signs", unknown: ["near_oos", "far_oos"] },
  { name: "beans5", data: "beans", unknown: ["near_oos", "far_oos"] },
  ...[20, 10, 5].flatMap((perClass) => [
    { name: `clinc150-${perClass}rows`, data: "clinc", perClass, unknown: ["oos_test"] },
    { name: `cifar6-${perClass}rows`, data: "cifar", known: 6, perClass, unknown: ["unseen"] },
    { name: `signs10-${perClass}rows`, data: "signs", perClass, unknown: ["near_oos", "far_oos"] },
    { name: `beans5-${perClass}rows`, data: "beans", perClass, unknown: ["near_oos", "far_oos"] },
  ]),
];

export const splitName = (part, unknown) => `${part.name}/${unknown}`;

/** Every split of the table: known against unknown rows. */
export const splitNames = parts.flatMap((part) => part.unknown.map((unknown) => splitName(part, unknown)));

/** Arrays of the same type, one after the other. */
export function concatenate(arrays) {
  const joined = new arrays[0].constructor(arrays.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const array of arrays) {
    joined.set(array, end);
    end += array.length;
  }
  return joined;
}

/** The rows of a split of the file whose label is wanted. */
function select(tensors, split, wanted) {
  const { shape: [, width], data } = tensors[`${split}.features`];
  const labels = tensors[`${split}.labels`].data;
  const rows = [...labels.keys()].filter((row) => wanted(labels[row]));
  const features = new Float32Array(rows.length * width);
  for (const [i, row] of rows.entries()) features.set(data.subarray(row * width, (row + 1) * width), i * width);
  return { features, labels: Int32Array.from(rows, (row) => labels[row]) };
}

/** So many rows of each class, drawn by the seed. */
function few({ features, labels }, perClass, seed) {
  const width = features.length / labels.length;
  const random = uniform(seed + 2);
  const rows = [...new Set(labels)].flatMap((label) => {
    const own = [...labels.keys()].filter((row) => labels[row] === label);
    return draw(Math.min(perClass, own.length), own.length, random).map((place) => own[place]);
  });
  return {
    features: concatenate(rows.map((row) => features.subarray(row * width, (row + 1) * width))),
    labels: Int32Array.from(rows, (row) => labels[row]),
  };
}

/**
 * The known rows that no head learns, val and test together, divided anew by the seed: as many to calibrate with as there are val
 * rows, and the rest. Nothing tells the two apart, which is what the gate's promise is about; a file's own val and test rows may differ.
 */
export function redraw({ width, val, test }, seed) {
  const features = concatenate([val.features, test.features]);
  const labels = concatenate([val.labels, test.labels]);
  const drawn = new Set(draw(val.labels.length, labels.length, uniform(seed + 1)));
  const pick = (wanted) => {
    const rows = [...labels.keys()].filter((row) => drawn.has(row) === wanted);
    return {
      features: concatenate(rows.map((row) => features.subarray(row * width, (row + 1) * width))),
      labels: Int32Array.from(rows, (row) => labels[row]),
    };
  };
  return { calibration: pick(true), rest: pick(false) };
}

/**
 * The rows of one head: `train`, `val` and `test` of the classes that it knows, which are numbered anew, and `unknown`.
 * @param {{ tensors: object, classes: string[] }} data a file of features
 * @param {(typeof parts)[number]} part
 * @param {number} seed draws the known classes
 */
export function makeRows({ tensors, classes }, part, seed) {
  const known = draw(part.known ?? classes.length, classes.length, uniform(seed));
  const numbers = new Map(known.map((label, number) => [label, number]));
  const knownRows = (split) => {
    const { features, labels } = select(tensors, split, (label) => numbers.has(label));
    return { features, labels: labels.map((label) => numbers.get(label)) };
  };
  const unknownRows = (split) =>
    split === "unseen" ? select(tensors, "test", (label) => !numbers.has(label)).features : tensors[`${split}.features`].data;
  return {
    width: tensors["train.features"].shape[1],
    classes: known.map((label) => classes[label]),
    train: part.perClass ? few(knownRows("train"), part.perClass, seed) : knownRows("train"),
    val: knownRows("val"),
    test: knownRows("test"),
    unknown: part.unknown.map((split) => ({ name: splitName(part, split), features: unknownRows(split) })),
  };
}
