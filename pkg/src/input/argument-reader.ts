import type { Features, Labels } from "../api/types.js";
import { flattenFeatures } from "./features.js";
import { labelIndices } from "./labels.js";
import { copyOptions } from "./options.js";
import { isOwned, own } from "./owned-arrays.js";
import { namedShapes, type NamedShape } from "./weights.js";

/** What the reader has to know of the head whose arguments it reads. */
interface Reading {
  features: number;
  hidden: readonly number[];
  /** The names of the classes as they are now. */
  classes(): readonly string[];
  /** Whether rows must be copied, because the call will read them only after it returned. */
  mustCopy(): boolean;
}

/** Reads the arguments of one head's methods. */
export class ArgumentReader {
  readonly #width: number;
  readonly #hidden: readonly number[];
  readonly #classes: () => readonly string[];
  readonly #mustCopy: () => boolean;
  /** The names that the index is of. */
  #names: readonly string[] = [];
  #classIndex: ReadonlyMap<string, number> = new Map();

  constructor({ features, hidden, classes, mustCopy }: Reading) {
    this.#width = features;
    this.#hidden = hidden;
    this.#classes = classes;
    this.#mustCopy = mustCopy;
  }

  /** A copy of plain options. */
  options<T>(options: T): T {
    return copyOptions(options);
  }

  /** Class indices, always in an array of the package's own. */
  labels(labels: Labels, argument?: string): Float64Array {
    const names = this.#classes();
    if (names !== this.#names) {
      this.#names = names;
      this.#classIndex = new Map(names.map((name, index) => [name, index]));
    }
    return own(labelIndices(labels, this.#classIndex, argument));
  }

  /** Names and shapes of the head's parameters. */
  shapes(): NamedShape[] {
    return namedShapes([this.#width, ...this.#hidden, this.#classes().length]);
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
