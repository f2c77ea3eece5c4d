import type { Backend, HeadOptions } from "../api/types.js";
import type { RawHead } from "./wasm.js";

/** What describes a head beside its arrays, as the core writes and reads it. */
export interface SnapshotMeta {
  options: HeadOptions;
  steps: number;
  selected?: string;
  fit?: object;
  calibration?: object;
}

/** All that a head is: what a file holds, and what a lost head is restored from. */
export interface Snapshot {
  meta: SnapshotMeta;
  /** Parameters, then the optimiser's moments. */
  state: Float32Array;
  /** The map before the first layer; empty when there is none. */
  input: Float32Array;
  /** Training rows that scorers compare with, their classes, and their groups if there are any. */
  features: Float32Array;
  labels: Uint32Array;
  groups: BigUint64Array;
  /** How much each counts in the loss, if not all alike. */
  weights: Float32Array;
  /** Examples of what is none of the classes. */
  unknown: Float32Array;
  /** The id of each row, and then of each example; empty where they are 0, 1, 2, ... */
  ids: Uint32Array;
  /** Fingerprints of rows that were trained on. */
  seen: BigUint64Array;
  /** The calibration rows' scores, and their classes for a calibration by class. */
  scores: Float32Array;
  scoreLabels: Uint32Array;
}

/** What a scorer learnt from training rows, for a file's graph of it: numbers, then arrays. */
export type FittedArrays = [Float64Array, ...Float32Array[]];

/** The arrays beside the features of the training rows, in the order in which the core takes them. */
export function arraysOf(
  snapshot: Snapshot,
): [
  Float32Array,
  Float32Array,
  Uint32Array,
  BigUint64Array,
  Float32Array,
  Float32Array,
  Uint32Array,
  BigUint64Array,
  Float32Array,
  Uint32Array,
] {
  const { state, input, labels, groups, weights, unknown, ids, seen } = snapshot;
  const { scores, scoreLabels } = snapshot;
  return [state, input, labels, groups, weights, unknown, ids, seen, scores, scoreLabels];
}

/** Parameters and moments after so many updates, and the map before the first layer. */
export interface Checkpoint {
  steps: number;
  state: Float32Array;
  input: Float32Array;
}

/** Whether a state can be restored. Of a head that diverged, the last finite state is kept. */
export function isRestorable(state: Float32Array): boolean {
  // Each checkpoint is checked, and `every` takes eight times as long.
  let index = 0;
  while (index < state.length && Number.isFinite(state[index])) index++;
  return index === state.length;
}

/**
 * Everything but the rows and the state, which a WebGPU head has to be asked for asynchronously.
 */
function readParts(raw: RawHead): Omit<Snapshot, "state"> {
  return {
    meta: raw.meta(),
    input: raw.inputArrays(),
    features: new Float32Array(),
    labels: raw.trainingLabels(),
    groups: raw.groups(),
    weights: raw.trainingWeights(),
    unknown: raw.unknownFeatures(),
    ids: raw.trainingIds(),
    seen: raw.seen(),
    scores: raw.calibrationScores(),
    scoreLabels: raw.calibrationLabels(),
  };
}

/** The head as it is, but for its training rows: of these, files take one part after the other. */
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
    parts.features = raw.trainingFeatures(0, parts.labels.length);
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
  { steps, state, input }: Checkpoint,
  parts: Omit<Snapshot, "state"> | undefined,
): Snapshot {
  const { meta, ...arrays } = parts ?? {
    meta: { steps } as SnapshotMeta,
    input,
    features: new Float32Array(),
    labels: new Uint32Array(),
    groups: new BigUint64Array(),
    weights: new Float32Array(),
    unknown: new Float32Array(),
    ids: new Uint32Array(),
    seen: new BigUint64Array(),
    scores: new Float32Array(),
    scoreLabels: new Uint32Array(),
  };
  // A calibration belongs to the weights that it was made for.
  const { calibration, ...rest } = meta;
  const isCalibrated = calibration !== undefined && meta.steps === steps;
  return { ...arrays, meta: { ...(isCalibrated ? meta : rest), steps }, state, input };
}

/** Numbers of the rows that are copied at a time: what holds them on their way stays small. */
const PIECE = 1 << 18;

/**
 * Copies rows, one array after the other, to where a call takes them from; stops after `atOnce`
 * numbers, and then after each piece.
 */
export function* giveRows(
  raw: RawHead,
  rows: readonly Float32Array[],
  atOnce = PIECE,
): Generator<void> {
  raw.makeRoom(rows.reduce((sum, { length }) => sum + length, 0));
  for (const features of rows) {
    for (let first = 0, next = atOnce; first < features.length; first = next, next += PIECE) {
      raw.takeRows(features.subarray(first, next));
      yield;
    }
  }
}

/**
 * Makes a new head of the same options the one of the snapshot; `pause` comes between the pieces in
 * which its rows are copied.
 */
export async function restoreSnapshot(
  raw: RawHead,
  snapshot: Snapshot,
  pause?: () => Promise<void>,
): Promise<void> {
  for (const _ of giveRows(raw, [snapshot.features])) await pause?.();
  raw.restore(snapshot.meta, ...arraysOf(snapshot));
}
