import { createHead, type EpochProgress, type Head, type HeadOptions } from "oodgate";
import type { Dataset } from "./data";
import type { Settings } from "./settings";

/** A head and the settings that describe it. */
export interface Shown {
  readonly head: Head;
  readonly settings: Readonly<Settings>;
}

/** A trained head, and how its training went. */
export interface Run extends Shown {
  readonly epochs: readonly EpochProgress[];
  readonly steps: number;
  readonly seconds: number;
  /** Stop was pressed before the last epoch ended. */
  readonly stopped: boolean;
}

export interface TrainHooks {
  readonly signal: AbortSignal;
  /** The head exists; training starts. */
  onHead(head: Head): void;
  onEpoch(progress: EpochProgress): void;
}

export function headOptions(data: Dataset, settings: Readonly<Settings>): HeadOptions {
  return {
    features: data.dim,
    classes: data.classes,
    hidden: settings.head === "hidden" ? [settings.width] : [],
    loss: settings.loss === "logitNorm" ? { kind: "logitNorm", tau: settings.tau } : { kind: "crossEntropy" },
    optimizer: { kind: "adamw", learningRate: settings.lr },
    backend: settings.backend,
    seed: settings.seed,
    worker: true,
  };
}

/** Trains until the last epoch or until the signal. A stopped head keeps the weights that it has reached, and is returned too. */
export async function train(data: Dataset, settings: Readonly<Settings>, hooks: TrainHooks): Promise<Run> {
  const head = await createHead(headOptions(data, settings));
  const epochs: EpochProgress[] = [];
  const begun = performance.now();
  try {
    hooks.onHead(head);
    const result = await head.fit(data.train.features, data.train.labels, {
      epochs: settings.epochs,
      batchSize: settings.batch,
      signal: hooks.signal,
      onEpoch(progress) {
        epochs.push(progress);
        hooks.onEpoch(progress);
      },
    });
    return { head, settings, epochs, steps: result.steps, seconds: result.seconds, stopped: false };
  } catch (error) {
    if (hooks.signal.aborted && error === hooks.signal.reason) {
      return { head, settings, epochs, steps: head.steps, seconds: (performance.now() - begun) / 1000, stopped: true };
    }
    head.dispose();
    throw error;
  }
}
