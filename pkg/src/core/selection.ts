import type { Selection, SelectionOptions } from "../api/types.js";
import type { OperationContext } from "./context.js";
import { Scheduler } from "./scheduler.js";

/** Drives the core's choice of a scorer a little at a time, so that the page stays alive. */
export async function driveSelection(
  { raw, stop, keepCheckpoint }: OperationContext,
  features: Float32Array,
  labels: Float64Array,
  options: SelectionOptions = {},
): Promise<Selection> {
  stop.throwIfAborted();
  raw.beginSelection(features, labels, options);
  const scheduler = new Scheduler();
  try {
    for (;;) {
      stop.throwIfAborted();
      const isDone = await scheduler.runTurn((batches) => raw.runSelection(batches));
      if (isDone) return raw.endSelection(true);
      await keepCheckpoint();
      await scheduler.pause();
    }
  } finally {
    try {
      raw.endSelection(false);
    } catch {
      // The instance is gone; the error that says so is already being thrown.
    }
  }
}
