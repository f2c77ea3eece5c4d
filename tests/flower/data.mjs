// Rows for federations, in pages and in Node: classes are corners of a cube, with noise.

import { normal, uniform } from "../lib/random.mjs";

export const FEATURES = 6;

/** `count` rows of these classes by turns. */
export function rowsOf(classes, count, seed) {
  const random = normal(uniform(seed));
  const labels = Int32Array.from({ length: count }, (_, row) => classes[row % classes.length]);
  const features = new Float32Array(count * FEATURES);
  for (let row = 0; row < count; row += 1) {
    for (let column = 0; column < FEATURES; column += 1)
      features[row * FEATURES + column] = (column === labels[row] ? 2.5 : 0) + 0.45 * random();
  }
  return { features, labels };
}
