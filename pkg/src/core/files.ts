import type { ExportOptions, SaveOptions } from "../api/types.js";
import { guardedCall } from "./instance-recovery.js";
import { Scheduler } from "./scheduler.js";
import { arraysOf, type FittedArrays, type Snapshot } from "./snapshot.js";
import { loadFiles } from "./wasm.js";

type Files = Awaited<ReturnType<typeof loadFiles>>;
type RawSnapshot = InstanceType<Files["RawSnapshot"]>;

async function withFiles<T>(work: (files: Files) => T): Promise<T> {
  const files = await loadFiles();
  return guardedCall(files, () => work(files));
}

/**
 * Copies the snapshot into the file formats' instance for the duration of the work. The page gets a
 * turn between the copies: each is of all rows.
 */
async function withRawSnapshot<T>(snapshot: Snapshot, work: (raw: RawSnapshot) => T): Promise<T> {
  const scheduler = new Scheduler();
  await scheduler.pause();
  const raw = await withFiles(
    ({ RawSnapshot }) => new RawSnapshot(JSON.stringify(snapshot.meta), ...arraysOf(snapshot)),
  );
  try {
    await scheduler.pause();
    return await withFiles(() => work(raw));
  } finally {
    release(raw);
  }
}

/** The snapshot as a safetensors file. */
export function toFile(
  snapshot: Snapshot,
  { rows = "float32" }: SaveOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  return withRawSnapshot(snapshot, (raw) => raw.write(rows) as Uint8Array<ArrayBuffer>);
}

/**
 * The snapshot's gate as an ONNX model, with what its scorer learnt from training rows. The options
 * were checked when that was asked for.
 */
export function toOnnx(
  snapshot: Snapshot,
  [numbers, ...arrays]: FittedArrays,
  { float16 = false, pooling, normalize = false }: ExportOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  // Of these the model has what the scorer made of them.
  const without = { ...snapshot, features: new Float32Array(), seen: new BigUint64Array() };
  return withRawSnapshot(
    without,
    (raw) =>
      raw.onnx(numbers, arrays, float16, pooling ?? "", normalize) as Uint8Array<ArrayBuffer>,
  );
}

/** The snapshot in a safetensors file. */
export async function fromFile(file: Uint8Array): Promise<Snapshot> {
  const scheduler = new Scheduler();
  const raw = await withFiles((files) => files.RawSnapshot.read(file));
  try {
    await scheduler.pause();
    return await withFiles(() => ({
      meta: JSON.parse(raw.meta()),
      state: raw.state(),
      input: raw.input(),
      features: raw.features(),
      labels: raw.labels(),
      groups: raw.groups(),
      weights: raw.weights(),
      unknown: raw.unknown(),
      ids: raw.ids(),
      seen: raw.seen(),
      scores: raw.scores(),
      scoreLabels: raw.scoreLabels(),
    }));
  } finally {
    release(raw);
  }
}

function release(raw: RawSnapshot): void {
  try {
    raw.free();
  } catch {
    // Its instance is gone, and it with it; the error that says so is already being thrown.
  }
}
