import { mismatch } from "./errors.js";
import { loadCpu, takeWebGpuFrom } from "./wasm.js";

/** A wasm file that a caller hands over instead of letting the package fetch its own. */
export type WasmSource = URL | string | Response | BufferSource | WebAssembly.Module;

/** What `init` takes. */
export interface InitOptions {
  /** The CPU engine's file, which is loaded at once: "oodgate/cpu.wasm" of this version of the package. */
  wasm?: WasmSource;
  /** The WebGPU engine's file, which is loaded when a head first needs it: "oodgate/webgpu.wasm", likewise. */
  webgpuWasm?: WasmSource;
}

const names: readonly string[] = ["wasm", "webgpuWasm"] satisfies (keyof InitOptions)[];

/**
 * Optional: loads the CPU engine ahead of the first head, from a wasm file that the caller hands over (URL, Response, bytes or
 * compiled module) or else from beside the script, and remembers where the WebGPU engine's file is. Idempotent: what is loaded
 * stays loaded.
 */
export async function init(options: InitOptions = {}): Promise<void> {
  if (typeof options !== "object" || options === null) throw mismatch("invalid-option", "options", "an object", options);
  for (const key of Object.keys(options)) {
    if (!names.includes(key)) throw mismatch("invalid-option", "options", "only wasm and webgpuWasm", key);
  }
  if (options.webgpuWasm !== undefined) takeWebGpuFrom(options.webgpuWasm);
  await loadCpu(options.wasm);
}
