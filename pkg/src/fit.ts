import type { Watch } from "./core.js";
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
  raw.beginFit(features, labels, options);
  const { onEpoch, signal } = options;
  const firstStep = raw.steps;
  const started = performance.now();
  try {
    let epochStarted = started;
    const turns = new Turns();
    for (;;) {
      signal?.throwIfAborted();
      ended.throwIfAborted();
      if (await turns.take((batches) => raw.runFit(batches))) {
        const epoch: Epoch = await raw.endEpoch(onEpoch !== undefined);
        const now = performance.now();
        onEpoch?.(progress(epoch, (now - epochStarted) / 1000));
        epochStarted = now;
        if (epoch.last) return result(epoch, raw.steps - firstStep, (now - started) / 1000);
      }
      await betweenTurns();
      await turns.yield();
    }
  } finally {
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
    rowsPerSecond: epoch.rows / seconds,
  };
}

function result(epoch: Epoch, steps: number, seconds: number): FitResult {
  const { loss = NaN, accuracy = NaN, stoppedEarly } = epoch;
  return { epochs: epoch.epoch, steps, loss, accuracy, seconds, stoppedEarly };
}
