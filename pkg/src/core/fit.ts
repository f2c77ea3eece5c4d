import type { EpochProgress, FitOptions, FitResult } from "../api/types.js";
import { driveCall } from "./calls.js";
import { EpochListener } from "./epoch-listener.js";
import type { OperationContext } from "./context.js";
import { Scheduler } from "./scheduler.js";
import { giveRows } from "./snapshot.js";

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
  /** After the last epoch: the losses of the one whose weights were kept. */
  kept?: Pick<Epoch, "loss" | "accuracy" | "validationLoss" | "validationAccuracy">;
}

/** Numbers of rows that are copied before `fit` returns: the caller may change them from then on. */
const AT_ONCE = 1 << 22;

/** Drives the core's fit a few batches at a time, so that the page stays alive and can stop it. */
export async function driveFit(
  context: OperationContext,
  features: Float32Array | undefined,
  labels: Float64Array | undefined,
  options: FitOptions = {},
): Promise<FitResult> {
  const { raw, status, stop, onEpoch, keepCheckpoint } = context;
  // Before the core replaces the rows that it remembers.
  stop.throwIfAborted();
  const scheduler = new Scheduler();
  if (features === undefined) await driveCall(context, raw.beginRefit(options), true);
  else {
    for (const _ of giveRows(raw, [features], AT_ONCE)) {
      await scheduler.pause();
      // Or the core would keep them until the next fit.
      if (stop.aborted) raw.makeRoom(0);
      stop.throwIfAborted();
    }
    await driveCall(context, raw.beginFit(labels as Float64Array, options), true);
  }
  await scheduler.pause();
  const firstStep = raw.steps;
  const started = performance.now();
  const history: EpochProgress[] = [];
  const listener = new EpochListener(onEpoch);
  try {
    let epochStarted = started;
    if (status.backend === "webgpu") await scheduler.measureWait(() => raw.runFit(0));
    for (;;) {
      stop.throwIfAborted();
      listener.throwIfFailed();
      if (await scheduler.runTurn((batches) => raw.runFit(batches))) {
        // On a GPU, reading a loss back waits for it.
        const isRead = onEpoch !== undefined || status.backend === "cpu";
        const epoch: Epoch = await raw.endEpoch(isRead);
        const now = performance.now();
        const reported = progress(epoch, (now - epochStarted) / 1000);
        if (epoch.loss !== undefined) history.push(reported);
        listener.notify({ ...reported });
        epochStarted = now;
        if (epoch.last) {
          await scheduler.yieldToPage();
          listener.throwIfFailed();
          while (!(await raw.runFitCalibration())) {
            await scheduler.pause();
            stop.throwIfAborted();
          }
          const { fitWarning: warning } = raw;
          return {
            ...result(epoch, raw.steps - firstStep, (now - started) / 1000, history),
            ...(warning && { warning }),
          };
        }
      }
      await keepCheckpoint();
      await scheduler.pause();
    }
  } finally {
    listener.close();
    try {
      raw.endFit();
    } catch {
      // The device or the instance is gone; the error that says so is already being thrown.
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
    // A coarse clock may measure 0 for a small epoch.
    rowsPerSecond: epoch.rows / Math.max(seconds, 1e-3),
  };
}

function result(
  { epoch, stoppedEarly, kept = {} }: Epoch,
  steps: number,
  seconds: number,
  history: EpochProgress[],
): FitResult {
  const { loss = NaN, accuracy = NaN, validationLoss, validationAccuracy } = kept;
  return {
    epochs: epoch,
    steps,
    loss,
    accuracy,
    seconds,
    stoppedEarly,
    ...(validationLoss !== undefined && { validationLoss }),
    ...(validationAccuracy !== undefined && { validationAccuracy }),
    history,
  };
}
