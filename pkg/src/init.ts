import { mismatch, reading } from "./errors.js";
import { checkPlain } from "./options.js";
import { loadCpu } from "./wasm.js";

/** What a caller may hand over instead of letting the package fetch the CPU file. */
export type WasmSource = URL | string | Response | BufferSource | WebAssembly.Module;

/**
 * Optional: hands over the CPU build's wasm (URL, Response, bytes or compiled module) instead of fetching it from beside the
 * script. Idempotent; without it the first `createHead` does the loading.
 */
export async function init(options: { wasm?: WasmSource } = {}): Promise<void> {
  const source = reading("invalid-option", "options", () => {
    checkPlain(options, "options");
    for (const key of Object.keys(options)) {
      if (key !== "wasm") throw mismatch("invalid-option", "options", "only wasm", key);
    }
    const { wasm } = options;
    if (wasm === undefined || typeof wasm === "string" || ArrayBuffer.isView(wasm) || KINDS.includes(tagOf(wasm))) return wasm;
    throw mismatch("invalid-option", "options.wasm", "a URL, a Response, bytes or a WebAssembly.Module", wasm);
  });
  await loadCpu(source);
}

/** Checked even when the wasm is there already: a mistake should not wait for the day when it is not. */
const KINDS = ["URL", "Response", "ArrayBuffer", "SharedArrayBuffer", "WebAssembly.Module"];

const tagOf = (value: unknown): string => Object.prototype.toString.call(value).slice(8, -1);
