import { loadCpu, setSources, type Sources } from "../core/wasm.js";
import { checkPlain } from "../input/options.js";
import { mismatch, reading } from "../input/refusals.js";
import type { WasmSource, WorkerSource } from "./types.js";

/** What `init` takes. */
export interface InitOptions {
  /** The CPU engine's file, which is loaded at once: "oodgate/cpu.wasm" of this version. */
  wasm?: WasmSource;
  /** The WebGPU engine's, loaded when a head first needs it: "oodgate/webgpu.wasm", likewise. */
  webgpuWasm?: WasmSource;
  /**
   * The file formats', loaded when a head is first saved, exported or loaded: "oodgate/files.wasm",
   * likewise.
   */
  filesWasm?: WasmSource;
  /** Address of the script of heads with `worker: true`: "oodgate/worker" of this version. */
  worker?: WorkerSource;
}

/** The options' names, and those of what they stand for. */
const names = {
  wasm: "cpu",
  webgpuWasm: "webgpu",
  filesWasm: "files",
  worker: "worker",
} as const satisfies Record<keyof InitOptions, keyof Sources>;

/**
 * Optional: loads the CPU engine ahead of the first head, from a wasm file that the caller hands
 * over (URL, Response, bytes or compiled module) or else from beside the script, and remembers
 * where the other files are. Idempotent: what is loaded stays loaded.
 */
export async function init(options: InitOptions = {}): Promise<void> {
  setSources(reading("invalid-option", "options", () => read(options)));
  await loadCpu();
}

function read(options: InitOptions): Sources {
  checkPlain(options, "options");
  const sources: Record<string, unknown> = {};
  for (const key of Object.keys(options)) {
    if (!Object.hasOwn(names, key)) {
      throw mismatch("invalid-option", "options", `only ${Object.keys(names).join(", ")}`, key);
    }
    const source: unknown = options[key as keyof InitOptions];
    if (source === undefined) continue;
    checkSource(source, key as keyof InitOptions);
    sources[names[key as keyof InitOptions]] = source;
  }
  return sources;
}

const ADDRESSES = ["URL", "TrustedScriptURL"];
const FILES = ["URL", "Response", "ArrayBuffer", "SharedArrayBuffer", "WebAssembly.Module"];

/** Checked also when the wasm is loaded already, so that a mistake shows at once. */
function checkSource(source: unknown, name: keyof InitOptions): void {
  const tag = Object.prototype.toString.call(source).slice(8, -1);
  const isFile = name !== "worker";
  if (typeof source === "string" || (isFile && ArrayBuffer.isView(source))) return;
  if ((isFile ? FILES : ADDRESSES).includes(tag)) return;
  const expected = isFile
    ? "a URL, a Response, bytes or a WebAssembly.Module"
    : "a URL or a TrustedScriptURL";
  throw mismatch("invalid-option", `options.${name}`, expected, source);
}
