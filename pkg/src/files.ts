import { OodgateError, mismatch } from "./errors.js";
import type { Snapshot } from "./snapshot.js";
import { translated } from "./traps.js";
import { kindOf } from "./typed.js";
import { loadFiles } from "./wasm.js";

type Files = Awaited<ReturnType<typeof loadFiles>>;

async function withFiles<T>(work: (files: Files) => T): Promise<T> {
  const files = await loadFiles();
  return translated(files, () => work(files));
}

/** Hands the snapshot over to the file formats and frees it there. */
function withRaw<T>(files: Files, { meta, state, features, labels, seen, scores }: Snapshot, work: (raw: InstanceType<Files["RawSnapshot"]>) => T): T {
  const raw = new files.RawSnapshot(JSON.stringify(meta), state, features, labels, seen, scores);
  try {
    return work(raw);
  } finally {
    raw.free();
  }
}

/** The snapshot as a safetensors file. */
export function toFile(snapshot: Snapshot): Promise<Uint8Array<ArrayBuffer>> {
  return withFiles((files) => withRaw(files, snapshot, (raw) => raw.write() as Uint8Array<ArrayBuffer>));
}

/** The snapshot as an ONNX model. */
export function toOnnx(snapshot: Snapshot): Promise<Uint8Array<ArrayBuffer>> {
  return withFiles((files) => withRaw(files, snapshot, (raw) => raw.onnx() as Uint8Array<ArrayBuffer>));
}

/** The snapshot in a safetensors file. */
export function fromFile(file: Uint8Array): Promise<Snapshot> {
  return withFiles((files) => {
    const raw = files.RawSnapshot.read(file);
    try {
      return {
        meta: JSON.parse(raw.meta()),
        state: raw.state(),
        features: raw.features(),
        labels: raw.labels(),
        seen: raw.seen(),
        scores: raw.scores(),
      };
    } finally {
      raw.free();
    }
  });
}

/** The bytes of what a caller gave as a file. Copied, for they are read later; not by their own `slice`, which Node's Buffer overrides. */
export function fileBytes(file: unknown): Uint8Array {
  try {
    return new Uint8Array(kindOf(file) === "Uint8Array" ? (file as Uint8Array) : ArrayBuffer.prototype.slice.call(file as ArrayBuffer, 0));
  } catch (cause) {
    if (cause instanceof RangeError) throw new OodgateError("out-of-memory", "file: there is no memory for a copy of it", { cause });
    throw mismatch("invalid-file", "file", "a Uint8Array or an ArrayBuffer that was not transferred away", file);
  }
}
