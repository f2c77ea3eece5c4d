import { Turns } from "./turns.js";
import type { Selection, SelectionOptions } from "./types.js";
import type { RawHead } from "./wasm.js";

/** Drives the core's choice of a scorer a little at a time, so that the page stays alive and can stop it. */
export async function driveSelection(
  raw: RawHead,
  features: Float32Array,
  labels: Float64Array,
  options: SelectionOptions,
  throwIfDisposed: () => void,
  hasPanicked: () => boolean,
): Promise<Selection> {
  options.signal?.throwIfAborted();
  raw.beginSelection(features, labels, options);
  const turns = new Turns();
  try {
    for (;;) {
      options.signal?.throwIfAborted();
      throwIfDisposed();
      if (await turns.take((batches) => raw.runSelection(batches))) return raw.endSelection(true);
      await turns.yield();
    }
  } finally {
    if (!hasPanicked()) raw.endSelection(false);
  }
}
