import { mismatch } from "./errors.js";
import { copyOptions } from "./options.js";
import { loadCpu, takeFrom } from "./wasm.js";

/** A wasm file that a caller hands over instead of letting the package fetch its own. */
export type WasmSource = URL | string | Response | BufferSource | WebAssembly.Module;

/** What `init` takes. */
export interface InitOptions {
  /** The CPU engine's file, which is loaded at once: "oodgate/cpu.wasm" of this version of the package. */
  wasm?: WasmSource;
  /** The WebGPU engine's file, which is loaded when a head first needs it: "oodgate/webgpu.wasm", likewise. */
  webgpuWasm?: WasmSource;
  /** The file formats' file, which is loaded when a head is first saved, exported or loaded: "oodgate/files.wasm", likewise. */
  filesWasm?: WasmSource;
  /** Address of the script of heads with `worker: true`: "oodgate/worker" of this version of the package. */
  worker?: URL | string;
}

/** The options' names, and those of what they stand for. */
const names = { wasm: "cpu", webgpuWasm: "webgpu", filesWasm: "files", worker: "worker" } as const satisfies Record<keyof InitOptions, string>;

/**
 * Optional: loads the CPU engine ahead of the first head, from a wasm file that the caller hands over (URL, Response, bytes or
 * compiled module) or else from beside the script, and remembers where the other files are. Idempotent: what is loaded stays
 * loaded.
 */
export async function init(options: InitOptions = {}): Promise<void> {
  if (typeof options !== "object" || options === null) throw mismatch("invalid-option", "options", "an object", options);
  const given = copyOptions(options);
  for (const key of Object.keys(given)) {
    if (!(key in names)) throw mismatch("invalid-option", "options", `only ${Object.keys(names).join(", ")}`, key);
  }
  const sources = Object.entries(given).filter(([, source]) => source !== undefined);
  takeFrom(Object.fromEntries(sources.map(([key, source]) => [names[key as keyof InitOptions], source])));
  await loadCpu();
}
