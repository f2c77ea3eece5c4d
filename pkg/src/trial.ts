import { Turns } from "./turns.js";
import type { RawHead } from "./wasm.js";

/** Steps of a trial: the loss of each, and the time of the fastest but the first, which compiles. */
export interface Run {
  losses: number[];
  milliseconds: number;
}

/** A few steps on made-up rows, to compare backends by result and by time. */
export class Trial {
  /** The default batch size of `fit`. */
  static readonly ROWS = 128;
  static readonly #STEPS = 4;
  /** A step as long as this says enough, and holds the thread long enough. */
  static readonly #LONG_MS = 50;

  readonly #features: Float32Array;
  readonly #labels: Float64Array;

  constructor(width: number, classes: number) {
    // Any spread of values does: this is a sine, so that no random state is needed.
    this.#features = Float32Array.from({ length: Trial.ROWS * width }, (_, index) => Math.sin(index * 0.37));
    this.#labels = Float64Array.from({ length: Trial.ROWS }, (_, row) => row % classes);
  }

  /** Runs so many steps on a head of its own; else as many as it takes to know how long one is, with a turn for the page after each. */
  async run(open: () => Promise<{ raw: RawHead }>, steps?: number): Promise<Run> {
    const { raw } = await open();
    const losses: number[] = [];
    const times: number[] = [];
    const turns = new Turns();
    try {
      while (losses.length < (steps ?? Trial.#STEPS)) {
        const start = performance.now();
        losses.push((await raw.trainStep(this.#features, this.#labels, undefined)).loss);
        const took = performance.now() - start;
        times.push(took);
        if (steps === undefined && took >= Trial.#LONG_MS) break;
        await turns.yield();
      }
      return { losses, milliseconds: Math.min(...(times.length > 1 ? times.slice(1) : times)) };
    } finally {
      raw.free();
    }
  }
}
