import { mismatch } from "./errors.js";
import { loadCpu } from "./wasm.js";

/** What a caller may hand over instead of letting the package fetch the CPU file. */
export type WasmSource = URL | string | Response | BufferSource | WebAssembly.Module;

/**
 * Optional: hands over the CPU build's wasm (URL, Response, bytes or compiled module) instead of fetching it from beside the
 * script. Idempotent; without it the first `createHead` does the loading.
 */
export async function init(options: { wasm?: WasmSource } = {}): Promise<void> {
  if (typeof options !== "object" || options === null) throw mismatch("invalid-option", "options", "an object", options);
  for (const key of Object.keys(options)) {
    if (key !== "wasm") throw mismatch("invalid-option", "options", "only wasm", key);
  }
  await loadCpu(options.wasm);
}
