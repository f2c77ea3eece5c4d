// Made-up data sets: rows around one centre for each class.

import { normal } from "../lib/random.mjs";

/** One centre for each class, [classes, features]. */
export const makeCentres = ({ classes, features }, random) => Float32Array.from({ length: classes * features }, normal(random));

/** Rows of length 1 or so around one centre for each class, near enough to each other that some rows are in doubt. */
export function makeRows(count, { features, classes }, centres, random) {
  const noise = normal(random);
  const labels = Int32Array.from({ length: count }, (_, row) => row % classes);
  const value = (row, column) => (0.3 * centres[labels[row] * features + column] + noise()) / Math.sqrt(features);
  return { x: Float32Array.from({ length: count * features }, (_, i) => value(Math.floor(i / features), i % features)), labels };
}
