import type { Calibration, CrossCalibrationOptions } from "../api/types.js";
import type { OperationContext } from "./context.js";
import { Scheduler } from "./scheduler.js";

/**
 * Drives a calibration from the head's own rows a little at a time, so that the page stays alive.
 */
export async function driveCalibration(
  { raw, stop, keepCheckpoint }: OperationContext,
  options: CrossCalibrationOptions = {},
): Promise<Calibration> {
  stop.throwIfAborted();
  await raw.beginCalibration(options);
  const scheduler = new Scheduler();
  try {
    for (;;) {
      stop.throwIfAborted();
      const isDone = await scheduler.runTurn((batches) => raw.runCalibration(batches));
      if (isDone) return raw.endCalibration(true);
      await keepCheckpoint();
      await scheduler.pause();
    }
  } finally {
    try {
      raw.endCalibration(false);
    } catch {
      // The instance is gone; the error that says so is already being thrown.
    }
  }
}
