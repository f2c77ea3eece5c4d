import { mismatch, reading } from "./errors.js";
import { checkPlain } from "./options.js";
import { loadCpu, takeFrom, type Sources } from "./wasm.js";

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
const names = { wasm: "cpu", webgpuWasm: "webgpu", filesWasm: "files", worker: "worker" } as const satisfies Record<keyof InitOptions, keyof Sources>;

/**
 * Optional: loads the CPU engine ahead of the first head, from a wasm file that the caller hands over (URL, Response, bytes or
 * compiled module) or else from beside the script, and remembers where the other files are. Idempotent: what is loaded stays
 * loaded.
 */
export async function init(options: InitOptions = {}): Promise<void> {
  takeFrom(reading("invalid-option", "options", () => read(options)));
  await loadCpu();
}

function read(options: InitOptions): Sources {
  checkPlain(options, "options");
  const sources: Record<string, unknown> = {};
  for (const key of Object.keys(options)) {
    if (!Object.hasOwn(names, key)) throw mismatch("invalid-option", "options", `only ${Object.keys(names).join(", ")}`, key);
    const source: unknown = options[key as keyof InitOptions];
    if (source === undefined) continue;
    checkSource(source, key as keyof InitOptions);
    sources[names[key as keyof InitOptions]] = source;
  }
  return sources;
}

const ADDRESSES = ["URL"];
const FILES = [...ADDRESSES, "Response", "ArrayBuffer", "SharedArrayBuffer", "WebAssembly.Module"];

/** Checked even when the wasm is there already: a mistake should not wait for the day when it is not. */
function checkSource(source: unknown, name: keyof InitOptions): void {
  const tag = Object.prototype.toString.call(source).slice(8, -1);
  const isFile = name !== "worker";
  if (typeof source === "string" || (isFile && ArrayBuffer.isView(source)) || (isFile ? FILES : ADDRESSES).includes(tag)) return;
  const expected = isFile ? "a URL, a Response, bytes or a WebAssembly.Module" : "a URL";
  throw mismatch("invalid-option", `options.${name}`, expected, source);
}
