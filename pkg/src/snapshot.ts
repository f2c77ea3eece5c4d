import type { Backend, HeadOptions } from "./types.js";
import type { RawHead } from "./wasm.js";

/** What is to be known of a head beside its arrays, as the core writes and reads it. */
export interface Meta {
  options: HeadOptions;
  steps: number;
  selected?: string;
  calibration?: object;
}

/** All that a head is: what a file holds, and what a lost head is restored from. */
export interface Snapshot {
  meta: Meta;
  /** Parameters, then the optimiser's moments. */
  state: Float32Array;
  /** Training rows that scorers compare with, and their classes. */
  features: Float32Array;
  labels: Uint32Array;
  /** Fingerprints of rows that were trained on. */
  seen: BigUint64Array;
  /** The calibration rows' scores. */
  scores: Float32Array;
}

/** Parameters and moments after so many updates. */
export interface Checkpoint {
  steps: number;
  state: Float32Array;
}

/** Whether a state can be restored: of a head that diverged, the last one that can is kept. */
export function isRestorable(state: Float32Array): boolean {
  // Not `every`, which takes eight times as long, at each checkpoint.
  let index = 0;
  while (index < state.length && Number.isFinite(state[index])) index++;
  return index === state.length;
}

function parts(raw: RawHead): Omit<Snapshot, "state"> {
  return {
    meta: raw.meta(),
    features: raw.trainingFeatures(),
    labels: raw.trainingLabels(),
    seen: raw.seen(),
    scores: raw.calibrationScores(),
  };
}

/** The head as it is. */
export async function take(raw: RawHead): Promise<Snapshot> {
  return { ...parts(raw), state: await raw.state() };
}

/**
 * As much as can still be had of a head whose device or instance is lost: its state from the instance's memory when it lies there
 * and can be read, else from the last checkpoint; without one, `undefined`: the head starts again.
 */
export function salvage(raw: RawHead, backend: Backend, checkpoint: Checkpoint | undefined): Snapshot | undefined {
  let state: Float32Array | undefined;
  let whole: Omit<Snapshot, "state"> | undefined;
  try {
    whole = parts(raw);
    // A device would have to be waited for.
    const present = backend === "cpu" ? (raw.state() as Float32Array) : undefined;
    if (present !== undefined && isRestorable(present)) state = present;
  } catch {
    // The call that failed still holds the head.
  }
  if (state !== undefined && whole !== undefined) return { ...whole, state };
  if (checkpoint === undefined) return undefined;
  const empty = { features: new Float32Array(), labels: new Uint32Array(), seen: new BigUint64Array(), scores: new Float32Array() };
  const { meta, ...arrays } = whole ?? { ...empty, meta: { steps: checkpoint.steps } as Meta };
  // A calibration belongs to the weights that it was made for.
  const { calibration, ...rest } = meta;
  const holds = calibration !== undefined && meta.steps === checkpoint.steps;
  return { ...arrays, meta: { ...(holds ? meta : rest), steps: checkpoint.steps }, state: checkpoint.state };
}

/** Makes a new head of the same options the one of the snapshot. */
export function restore(raw: RawHead, { meta, state, features, labels, seen, scores }: Snapshot): void {
  raw.restore(meta, state, features, labels, seen, scores);
}
