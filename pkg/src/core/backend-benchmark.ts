import { Scheduler } from "./scheduler.js";
import type { RawHead } from "./wasm.js";

/** The loss of each step, and the time of the fastest but the first, which compiles. */
export interface BenchmarkRun {
  losses: number[];
  milliseconds: number;
}

/** A few training steps on synthetic rows, to compare backends by result and by time. */
export class BackendBenchmark {
  /** The default batch size of `fit`. */
  static readonly ROWS = 128;
  static readonly #STEPS = 4;
  /** A step this long is a sufficient measurement, and blocks the thread long enough. */
  static readonly #LONG_MS = 50;

  readonly #features: Float32Array;
  readonly #labels: Float64Array;

  constructor(width: number, classes: number) {
    // Any spread of values does; a sine needs no random state.
    const length = BackendBenchmark.ROWS * width;
    this.#features = Float32Array.from({ length }, (_, index) => Math.sin(index * 0.37));
    this.#labels = Float64Array.from({ length: BackendBenchmark.ROWS }, (_, row) => row % classes);
  }

  /**
   * Runs so many steps on a head of its own; without a number, as many as a measurement needs. The
   * page gets a turn after each.
   */
  async run(open: () => Promise<{ raw: RawHead }>, steps?: number): Promise<BenchmarkRun> {
    const { raw } = await open();
    const losses: number[] = [];
    const times: number[] = [];
    const scheduler = new Scheduler();
    try {
      while (losses.length < (steps ?? BackendBenchmark.#STEPS)) {
        const start = performance.now();
        losses.push((await raw.trainStep(this.#features, this.#labels, undefined)).loss);
        const took = performance.now() - start;
        times.push(took);
        if (steps === undefined && took >= BackendBenchmark.#LONG_MS) break;
        await scheduler.yieldToPage();
      }
      return { losses, milliseconds: Math.min(...(times.length > 1 ? times.slice(1) : times)) };
    } finally {
      raw.free();
    }
  }
}
