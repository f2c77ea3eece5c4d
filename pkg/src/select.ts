import type { Watch } from "./core.js";
import { Turns } from "./turns.js";
import type { Selection, SelectionOptions } from "./types.js";
import type { RawHead } from "./wasm.js";

/** Drives the core's choice of a scorer a little at a time, so that the page stays alive and can stop it. */
export async function driveSelection(
  raw: RawHead,
  features: Float32Array,
  labels: Float64Array,
  options: SelectionOptions,
  { ended, betweenTurns }: Watch,
): Promise<Selection> {
  options.signal?.throwIfAborted();
  raw.beginSelection(features, labels, options);
  const turns = new Turns();
  try {
    for (;;) {
      options.signal?.throwIfAborted();
      ended.throwIfAborted();
      if (await turns.take((batches) => raw.runSelection(batches))) return raw.endSelection(true);
      await betweenTurns();
      await turns.yield();
    }
  } finally {
    try {
      raw.endSelection(false);
    } catch {
      // The instance is gone, and the error that says so is on its way.
    }
  }
}
