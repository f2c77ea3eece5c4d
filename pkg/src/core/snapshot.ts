import type { Backend, HeadOptions } from "../api/types.js";
import type { RawHead } from "./wasm.js";

/** What describes a head beside its arrays, as the core writes and reads it. */
export interface SnapshotMeta {
  options: HeadOptions;
  steps: number;
  selected?: string;
  calibration?: object;
}

/** All that a head is: what a file holds, and what a lost head is restored from. */
export interface Snapshot {
  meta: SnapshotMeta;
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

/** Whether a state can be restored. Of a head that diverged, the last finite state is kept. */
export function isRestorable(state: Float32Array): boolean {
  // Each checkpoint is checked, and `every` takes eight times as long.
  let index = 0;
  while (index < state.length && Number.isFinite(state[index])) index++;
  return index === state.length;
}

/** Everything but the state, which a WebGPU head has to be asked for asynchronously. */
function readParts(raw: RawHead): Omit<Snapshot, "state"> {
  return {
    meta: raw.meta(),
    features: raw.trainingFeatures(),
    labels: raw.trainingLabels(),
    seen: raw.seen(),
    scores: raw.calibrationScores(),
  };
}

/** The head as it is. */
export async function takeSnapshot(raw: RawHead): Promise<Snapshot> {
  return { ...readParts(raw), state: await raw.state() };
}

/**
 * As much as can still be had of a head whose device or instance is lost. Its state comes from the
 * instance's memory when it is there and can be read, else from the last checkpoint. Without either
 * the answer is `undefined`, and the head starts again.
 */
export function salvageSnapshot(
  raw: RawHead,
  backend: Backend,
  checkpoint: Checkpoint | undefined,
): Snapshot | undefined {
  let state: Float32Array | undefined;
  let parts: Omit<Snapshot, "state"> | undefined;
  try {
    parts = readParts(raw);
    // Reading from a device would have to be awaited.
    const present = backend === "cpu" ? (raw.state() as Float32Array) : undefined;
    if (present !== undefined && isRestorable(present)) state = present;
  } catch {
    // The call that failed still has the head borrowed.
  }
  if (state !== undefined && parts !== undefined) return { ...parts, state };
  return checkpoint && fromCheckpoint(checkpoint, parts);
}

/** A snapshot with a checkpoint's state. */
function fromCheckpoint(
  { steps, state }: Checkpoint,
  parts: Omit<Snapshot, "state"> | undefined,
): Snapshot {
  const { meta, ...arrays } = parts ?? {
    meta: { steps } as SnapshotMeta,
    features: new Float32Array(),
    labels: new Uint32Array(),
    seen: new BigUint64Array(),
    scores: new Float32Array(),
  };
  // A calibration belongs to the weights that it was made for.
  const { calibration, ...rest } = meta;
  const isCalibrated = calibration !== undefined && meta.steps === steps;
  return { ...arrays, meta: { ...(isCalibrated ? meta : rest), steps }, state };
}

/** Makes a new head of the same options the one of the snapshot. */
export function restoreSnapshot(
  raw: RawHead,
  { meta, state, features, labels, seen, scores }: Snapshot,
): void {
  raw.restore(meta, state, features, labels, seen, scores);
}
