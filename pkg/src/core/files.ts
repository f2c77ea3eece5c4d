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

/** Numbers of the rows that are written or read at a time: a few milliseconds' work. */
const PIECE = 1 << 19;

/** Copies the snapshot into the file formats' instance for the duration of the work. */
async function withRawSnapshot<T>(
  snapshot: Snapshot,
  work: (raw: RawSnapshot, scheduler: Scheduler) => T | Promise<T>,
): Promise<T> {
  const scheduler = new Scheduler();
  const raw = await withFiles(
    ({ RawSnapshot }) => new RawSnapshot(JSON.stringify(snapshot.meta), ...arraysOf(snapshot)),
  );
  try {
    await scheduler.pause();
    return await withFiles(() => work(raw, scheduler));
  } finally {
    release(raw);
  }
}

/**
 * The snapshot as a safetensors file. Of the training rows, `readRows` answers those from `first`
 * to before `end`: they go from one instance to the file by way of the other, in pieces between
 * which the page gets a turn.
 */
export function toFile(
  snapshot: Snapshot,
  readRows: (first: number, end: number) => Float32Array,
  { rows = "float32" }: SaveOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  return withRawSnapshot(snapshot, async (raw, scheduler) => {
    const { features } = snapshot.meta.options;
    const count = rows === "none" ? 0 : snapshot.labels.length;
    const [before, behind] = raw.write(rows) as [Uint8Array, Uint8Array];
    await scheduler.pause();
    let place = before.length;
    const rowBytes = features * (rows === "float16" ? 2 : 4);
    const file = new Uint8Array(place + count * rowBytes + behind.length);
    file.set(before);
    const step = Math.ceil(PIECE / features);
    for (let first = 0; first < count; first += step) {
      const values = readRows(first, Math.min(count, first + step));
      const bytes = await withFiles(({ RawSnapshot }) => RawSnapshot.rowBytes(values, rows));
      file.set(bytes, place);
      place += bytes.length;
      await scheduler.pause();
    }
    file.set(behind, place);
    return file;
  });
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
  return withRawSnapshot(snapshot, async (raw, scheduler) => {
    for (const array of arrays) {
      await withFiles(() => raw.takeFitted(array));
      await scheduler.pause();
    }
    const length = await withFiles(() => raw.onnx(numbers, float16, pooling ?? "", normalize));
    const model = new Uint8Array(length);
    for (let first = 0; first < length; first += 4 * PIECE) {
      await scheduler.pause();
      const end = Math.min(length, first + 4 * PIECE);
      model.set(await withFiles(() => raw.bytes(first, end)), first);
    }
    return model;
  });
}

/** The snapshot in a safetensors file. */
export async function fromFile(file: Uint8Array): Promise<Snapshot> {
  const scheduler = new Scheduler();
  const raw = await withFiles((files) => files.RawSnapshot.forFile(file.length));
  try {
    for (let first = 0; first < file.length; first += 4 * PIECE) {
      await withFiles(() => raw.take(file.subarray(first, first + 4 * PIECE)));
      await scheduler.pause();
    }
    await withFiles(() => raw.read());
    await scheduler.pause();
    const features = new Float32Array(raw.length);
    for (let first = 0; first < features.length; first += PIECE) {
      const end = Math.min(features.length, first + PIECE);
      features.set(await withFiles(() => raw.features(first, end)), first);
      await scheduler.pause();
    }
    return await withFiles(() => ({
      meta: JSON.parse(raw.meta()),
      state: raw.state(),
      input: raw.input(),
      features,
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
