import type { Head } from "oodgate";
import type { Dataset, Split } from "./data";

/** Rows of each kind that are looked at after an epoch: enough for a mean, too few to slow the training down. */
const SAMPLE = 400;

/** Mean length (Euclidean norm) of a head's logits. */
export interface Norms {
  readonly inScope: number;
  readonly outOfScope: number;
}

/** Measures how long a head's logits are, always on the same sentences. */
export class NormProbe {
  readonly #test: Float32Array;
  readonly #oos: Float32Array;

  constructor({ test, oos, dim }: Dataset) {
    this.#test = sample(test, dim);
    this.#oos = sample(oos, dim);
  }

  async measure(head: Head): Promise<Norms> {
    const classes = head.classes.length;
    return {
      inScope: meanLength(await head.logits(this.#test), classes),
      outOfScope: meanLength(await head.logits(this.#oos), classes),
    };
  }
}

/** Rows evenly spaced over all of them. */
function sample({ rows, features }: Split, dim: number): Float32Array {
  const count = Math.min(rows, SAMPLE);
  const taken = new Float32Array(count * dim);
  for (let i = 0; i < count; i++) {
    const row = Math.floor((i * rows) / count);
    taken.set(features.subarray(row * dim, (row + 1) * dim), i * dim);
  }
  return taken;
}

function meanLength(logits: Float32Array, classes: number): number {
  const rows = logits.length / classes;
  let sum = 0;
  for (let row = 0; row < rows; row++) sum += Math.hypot(...logits.subarray(row * classes, (row + 1) * classes));
  return sum / rows;
}
