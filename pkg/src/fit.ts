import type { Watch } from "./core.js";
import { Listener } from "./listener.js";
import type { EpochProgress, FitOptions, FitResult } from "./types.js";
import { Turns } from "./turns.js";
import type { RawHead } from "./wasm.js";

/** What the core reports of an epoch; losses only when they were read. */
interface Epoch {
  epoch: number;
  epochs: number;
  rows: number;
  loss?: number;
  accuracy?: number;
  validationLoss?: number;
  validationAccuracy?: number;
  last: boolean;
  stoppedEarly: boolean;
}

/** Drives the core's fit a few batches at a time, so that the page stays alive and can stop it. */
export async function driveFit(
  raw: RawHead,
  features: Float32Array,
  labels: Float64Array,
  options: FitOptions,
  { ended, betweenTurns }: Watch,
): Promise<FitResult> {
  const { onEpoch, signal } = options;
  // Before the core takes the rows for those that the head was trained on.
  signal?.throwIfAborted();
  raw.beginFit(features, labels, options);
  const firstStep = raw.steps;
  const started = performance.now();
  const listener = new Listener(onEpoch);
  try {
    let epochStarted = started;
    const turns = new Turns();
    for (;;) {
      signal?.throwIfAborted();
      ended.throwIfAborted();
      listener.throwIfFailed();
      if (await turns.take((batches) => raw.runFit(batches))) {
        const epoch: Epoch = await raw.endEpoch(onEpoch !== undefined);
        const now = performance.now();
        listener.hear(progress(epoch, (now - epochStarted) / 1000));
        epochStarted = now;
        if (epoch.last) {
          await turns.yield();
          listener.throwIfFailed();
          return result(epoch, raw.steps - firstStep, (now - started) / 1000);
        }
      }
      await betweenTurns();
      await turns.yield();
    }
  } finally {
    listener.leave();
    try {
      raw.endFit();
    } catch {
      // The device or the instance is gone, and the error that says so is on its way.
    }
  }
}

function progress(epoch: Epoch, seconds: number): EpochProgress {
  const { loss = NaN, accuracy = NaN, validationLoss, validationAccuracy } = epoch;
  return {
    epoch: epoch.epoch,
    epochs: epoch.epochs,
    loss,
    accuracy,
    ...(validationLoss !== undefined && { validationLoss }),
    ...(validationAccuracy !== undefined && { validationAccuracy }),
    // A clock may be too coarse for a small epoch.
    rowsPerSecond: epoch.rows / Math.max(seconds, 1e-3),
  };
}

function result(epoch: Epoch, steps: number, seconds: number): FitResult {
  const { loss = NaN, accuracy = NaN, stoppedEarly } = epoch;
  return { epochs: epoch.epoch, steps, loss, accuracy, seconds, stoppedEarly };
}
