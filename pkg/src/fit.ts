import type { EpochProgress, FitOptions, FitResult } from "./types.js";
import type { RawHead } from "./wasm.js";

/** How long a fit may hold the thread before the page gets a turn: half a frame at 60 Hz. */
const TURN_MS = 8;

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
  throwIfDisposed: () => void,
  hasPanicked: () => boolean,
): Promise<FitResult> {
  raw.beginFit(features, labels, options);
  const { onEpoch, signal } = options;
  const firstStep = raw.steps;
  const started = performance.now();
  try {
    let epochStarted = started;
    let batches = 1;
    for (;;) {
      signal?.throwIfAborted();
      throwIfDisposed();
      const turnStarted = performance.now();
      const epochIsOver = await raw.runFit(batches);
      const took = performance.now() - turnStarted;
      // At most doubled, because one quick turn says little about the next.
      batches = Math.max(1, Math.min(2 * batches, Math.round((batches * TURN_MS) / Math.max(took, 0.01))));
      if (epochIsOver) {
        const epoch: Epoch = await raw.endEpoch(onEpoch !== undefined);
        const now = performance.now();
        onEpoch?.(progress(epoch, (now - epochStarted) / 1000));
        epochStarted = now;
        if (epoch.last) return result(epoch, raw.steps - firstStep, (now - started) / 1000);
      }
      await nextTurn();
    }
  } finally {
    if (!hasPanicked()) raw.endFit();
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

/**
 * Lets the event loop pass once. Not a timer: nested timers wait at least 4 ms; not `scheduler.yield()`: its continuation
 * goes before timers, so that one that aborts a fit might never fire.
 */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      // An open port keeps Node's process alive.
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
