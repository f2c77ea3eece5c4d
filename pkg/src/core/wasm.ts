import initCpu, * as cpu from "../../wasm/cpu/oodgate.js";
import { OodgateError } from "../api/errors.js";
import type { WasmSource, WorkerSource } from "../api/types.js";

/** A function that may have to wait for a device. */
type Waiting<F> = F extends (...given: infer A) => infer R
  ? (...given: A) => R | Promise<R>
  : never;
type WaitingName =
  | "trainStep"
  | "runFit"
  | "endEpoch"
  | "state"
  | "addClass"
  | "removeClass"
  | "parameters"
  | "setParameters"
  | "beginLogits"
  | "beginPredict"
  | "runSelection"
  | "beginCalibration"
  | "runCalibration"
  | "fittedArrays"
  | "beginScore"
  | "beginGate"
  | "beginExplain"
  | "beginEvaluate"
  | "beginCalibrate"
  | "runCall"
  | "runFitCalibration";
/** A head of either file: the CPU's answers at once, WebGPU's with promises. */
export type RawHead = Omit<cpu.RawHead, WaitingName> & {
  [K in WaitingName]: Waiting<cpu.RawHead[K]>;
};

/** What every wasm file exports. */
export interface RawModule {
  panicText(): string | undefined;
  /** Of the engines' files. */
  checkHeadOptions?(options: unknown): string[];
  /** Replaces the instance and its memory. */
  __wbg_reset_state(): void;
}
/** What both engines' files export. */
export interface RawEngine extends RawModule {
  RawHead: { create(options: unknown): RawHead | Promise<RawHead> };
}
type Files = typeof import("../../wasm/files/oodgate.js");

/**
 * The package's own files. Each is written out because bundlers look for exactly this expression.
 */
const packaged = {
  cpu: () => new URL("../wasm/cpu/oodgate_bg.wasm", import.meta.url),
  webgpu: () => new URL("../wasm/webgpu/oodgate_bg.wasm", import.meta.url),
  files: () => new URL("../wasm/files/oodgate_bg.wasm", import.meta.url),
};
type FileName = keyof typeof packaged;

/** Where the files are instead of beside the script: what was given to `init`. */
export interface Sources {
  cpu?: WasmSource;
  webgpu?: WasmSource;
  files?: WasmSource;
  worker?: WorkerSource;
}
const sources: Sources = {};

/** Takes files from elsewhere, from now on. */
export function setSources(given: Sources): void {
  Object.assign(sources, given);
}

/** Node's file system, without an import that a bundler for browsers would fail to resolve. */
function nodeFiles(): { readFileSync(path: URL): Uint8Array<ArrayBuffer> } | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): never } };
  return process?.getBuiltinModule?.("node:fs");
}

/** The bytes of a local file: Node's fetch does not read `file:` addresses. */
function readLocal(source: WasmSource): Uint8Array<ArrayBuffer> | undefined {
  const isLocal = source instanceof URL && source.protocol === "file:";
  return isLocal ? nodeFiles()?.readFileSync(source) : undefined;
}

/** An address as this thread's fetch resolves it. A Worker's would start from its own script. */
export function absolute(address: string): string {
  try {
    return new Request(address).url;
  } catch {
    // The Worker's fetch says what is wrong with it.
    return address;
  }
}

/**
 * Where a Worker gets its files: where this thread does, whatever a bundler made of the Worker's
 * script. Only this thread can read a Response, so that the package's own file takes its place.
 */
export function cloneableSources(): Sources {
  const cloneable = (name: FileName): Exclude<WasmSource, URL | Response> => {
    const given = sources[name];
    const source = given === undefined || given instanceof Response ? packaged[name]() : given;
    if (source instanceof URL) return source.href;
    return typeof source === "string" ? absolute(source) : source;
  };
  return { cpu: cloneable("cpu"), webgpu: cloneable("webgpu"), files: cloneable("files") };
}

/** Where the script of Workers is, if not beside this one. */
export function workerScript(): WorkerSource | undefined {
  return sources.worker;
}

/** What to instantiate a file from. */
function sourceOf(name: FileName): WasmSource {
  const source = sources[name] ?? packaged[name]();
  // A Response can be read once: another attempt asks for the package's own file.
  if (source instanceof Response) delete sources[name];
  return readLocal(source) ?? source;
}

/** A load that is started once. One that failed may be started again. */
function once<T>(
  load: () => Promise<T>,
  fail: (reason: string, cause: unknown) => Error,
): () => Promise<T> {
  let loading: Promise<T> | undefined;
  return () => {
    loading ??= load().catch((cause: unknown) => {
      loading = undefined;
      throw fail(cause instanceof Error ? cause.message : String(cause), cause);
    });
    return loading;
  };
}

let isCpuReady = false;

/** Loads the CPU file. */
export const loadCpu: () => Promise<typeof cpu> = once(
  async () => {
    if (!isCpuReady) {
      checkOurs(await initCpu({ module_or_path: sourceOf("cpu") }));
      isCpuReady = true;
    }
    return cpu;
  },
  (reason, cause) => {
    const message = `the CPU engine's wasm could not be loaded: ${reason}`;
    return new OodgateError("wasm-unavailable", message, { cause });
  },
);

/** The generated code keeps the first file that could be instantiated, whatever it holds. */
function checkOurs(exports: object): void {
  if ("panicText" in exports) return;
  const message = "another wasm file was handed over before: the page has to be reloaded";
  throw new OodgateError("wasm-unavailable", message);
}

/** The CPU file, for synchronous functions. Node loads it here if need be; a browser cannot. */
export function loadedCpu(): typeof cpu {
  if (!isCpuReady) {
    const bytes = readLocal(packaged.cpu());
    if (bytes === undefined) {
      const message = "the wasm is not loaded yet: await init() or createHead() first";
      throw new OodgateError("wasm-unavailable", message);
    }
    checkOurs(cpu.initSync({ module: bytes }));
    isCpuReady = true;
  }
  return cpu;
}

/** Fetches the WebGPU file on first use. */
export const loadWebGpu: () => Promise<RawEngine> = once(
  async () => {
    const glue = await import("../../wasm/webgpu/oodgate.js");
    await glue.default({ module_or_path: sourceOf("webgpu") });
    // Built from the same exports; TypeScript tells the two classes apart by their private fields.
    return glue as unknown as RawEngine;
  },
  (reason, cause) => {
    const message = `the WebGPU engine's wasm could not be loaded: ${reason}`;
    return new OodgateError("webgpu-unavailable", message, { cause });
  },
);

/** Fetches the file formats' file on first use. */
export const loadFiles: () => Promise<Files> = once(
  async () => {
    const glue = await import("../../wasm/files/oodgate.js");
    await glue.default({ module_or_path: sourceOf("files") });
    return glue;
  },
  (reason, cause) => {
    const message = `the file formats' wasm could not be loaded: ${reason}`;
    return new OodgateError("wasm-unavailable", message, { cause });
  },
);
