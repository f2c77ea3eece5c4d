import type { Features, Labels } from "../api/types.js";
import { flattenFeatures } from "./features.js";
import { labelIndices } from "./labels.js";
import { copyOptions } from "./options.js";
import { isOwned, own } from "./owned-arrays.js";

/** What the reader has to know of the head whose arguments it reads. */
interface Reading {
  features: number;
  classes: readonly string[];
  /** Whether rows must be copied, because the call will read them only after it returned. */
  mustCopy(): boolean;
}

/** Reads the arguments of one head's methods. */
export class ArgumentReader {
  readonly #width: number;
  readonly #classIndex: ReadonlyMap<string, number>;
  readonly #mustCopy: () => boolean;

  constructor({ features, classes, mustCopy }: Reading) {
    this.#width = features;
    this.#classIndex = new Map(classes.map((name, index) => [name, index]));
    this.#mustCopy = mustCopy;
  }

  /** A copy of plain options. */
  options<T>(options: T): T {
    return copyOptions(options);
  }

  /** Class indices, always in an array of the package's own. */
  labels(labels: Labels, argument?: string): Float64Array {
    return own(labelIndices(labels, this.#classIndex, argument));
  }

  /** Flat rows, copied where the caller could change them before they are used. */
  rows(features: Features, argument?: string): Float32Array {
    if (this.#mustCopy()) return this.ownRows(features, argument);
    return flattenFeatures(features, this.#width, argument);
  }

  /** Flat rows, always in an array of the package's own. */
  ownRows(features: Features, argument?: string): Float32Array {
    const flat = flattenFeatures(features, this.#width, argument);
    return isOwned(flat) ? flat : own(flat.slice());
  }
}
