import type { RawHead } from "./wasm.js";

/** A few steps on made-up rows, to compare backends by result and by time. */
export class Trial {
  /** The default batch size of `fit`. */
  static readonly ROWS = 128;
  static readonly STEPS = 4;

  readonly #features: Float32Array;
  readonly #labels: Float64Array;

  constructor(width: number, classes: number) {
    // Any spread of values does: this is a sine, so that no random state is needed.
    this.#features = Float32Array.from({ length: Trial.ROWS * width }, (_, index) => Math.sin(index * 0.37));
    this.#labels = Float64Array.from({ length: Trial.ROWS }, (_, row) => row % classes);
  }

  /** The loss of the last step and the time of the fastest, on a head of its own. The first step compiles the shaders. */
  async run(open: () => Promise<{ raw: RawHead }>): Promise<{ loss: number; milliseconds: number }> {
    const { raw } = await open();
    try {
      let milliseconds = Infinity;
      let loss = NaN;
      for (let step = 0; step < Trial.STEPS; step++) {
        const start = performance.now();
        loss = (await raw.trainStep(this.#features, this.#labels, undefined)).loss;
        if (step > 0) milliseconds = Math.min(milliseconds, performance.now() - start);
      }
      return { loss, milliseconds };
    } finally {
      raw.free();
    }
  }
}
