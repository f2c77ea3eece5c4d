import initCpu, * as cpu from "../wasm/cpu/oodgate.js";
import { OodgateError } from "./errors.js";
import type { WasmSource } from "./init.js";

/** A function that may have to wait for a device. */
type Waiting<F> = F extends (...given: infer A) => infer R ? (...given: A) => R | Promise<R> : never;
type Waits =
  | "trainStep" | "runFit" | "endEpoch" | "state" | "logits" | "predict" | "oodScore" | "runSelection" | "calibrate" | "gate"
  | "evaluate";
/** A head of either file: the CPU's answers at once, WebGPU's with promises. */
export type RawHead = Omit<cpu.RawHead, Waits> & { [K in Waits]: Waiting<cpu.RawHead[K]> };

/** What every file exports. */
export interface RawModule {
  panicText(): string | undefined;
  /** Replaces the instance and its memory. */
  __wbg_reset_state(): void;
}
/** What both engines' files export. */
export interface RawEngine extends RawModule {
  RawHead: { create(options: unknown): RawHead | Promise<RawHead> };
}
type Files = typeof import("../wasm/files/oodgate.js");

/** Node's file system, where there is one, without an import that a bundler for browsers would trip over. */
function nodeFiles(): { readFileSync(path: URL): Uint8Array<ArrayBuffer> } | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): never } };
  return process?.getBuiltinModule?.("node:fs");
}

// Each written out for bundlers, which look for exactly this expression.
const own = {
  cpu: () => new URL("../wasm/cpu/oodgate_bg.wasm", import.meta.url),
  webgpu: () => new URL("../wasm/webgpu/oodgate_bg.wasm", import.meta.url),
  files: () => new URL("../wasm/files/oodgate_bg.wasm", import.meta.url),
};

/** The bytes of a file that lies on this machine's disk: Node's fetch does not read `file:` addresses. */
function readLocal(source: WasmSource): Uint8Array<ArrayBuffer> | undefined {
  return source instanceof URL && source.protocol === "file:" ? nodeFiles()?.readFileSync(source) : undefined;
}

/** Where the files are instead of beside the script, as `init` was told. */
export interface Sources {
  cpu?: WasmSource;
  webgpu?: WasmSource;
  files?: WasmSource;
  worker?: URL | string;
}
const sources: Sources = {};

/** Takes files from elsewhere, from now on. */
export function takeFrom(given: Sources): void {
  Object.assign(sources, given);
}

/** An address as this thread's fetch takes it: a Worker's would begin at the Worker's script. */
function absolute(address: string): string {
  try {
    return new Request(address).url;
  } catch {
    // The Worker's fetch says what is wrong with it.
    return address;
  }
}

/**
 * Where a Worker gets its files: where this thread does, whatever a bundler made of the Worker's script. A Response only this thread
 * can read, and the package's own file takes its place.
 */
export function cloneableSources(): Sources {
  const cloneable = (name: keyof typeof own): Exclude<WasmSource, URL | Response> => {
    const given = sources[name];
    const source = given === undefined || given instanceof Response ? own[name]() : given;
    return source instanceof URL ? source.href : typeof source === "string" ? absolute(source) : source;
  };
  return { cpu: cloneable("cpu"), webgpu: cloneable("webgpu"), files: cloneable("files") };
}

/** Where the script of Workers is, if not beside this one. */
export function workerScript(): URL | string | undefined {
  return sources.worker;
}

/** What to instantiate a file from. */
function sourceOf(name: keyof typeof own): WasmSource {
  const source = sources[name] ?? own[name]();
  // It can be read once: another attempt asks for the package's own file.
  if (source instanceof Response) delete sources[name];
  return readLocal(source) ?? source;
}

/** A load that is begun once; a failed attempt may be repeated. */
function once<T>(load: () => Promise<T>, fail: (reason: string, cause: unknown) => Error): () => Promise<T> {
  let loading: Promise<T> | undefined;
  return () => {
    loading ??= load().catch((cause: unknown) => {
      loading = undefined;
      throw fail(cause instanceof Error ? cause.message : String(cause), cause);
    });
    return loading;
  };
}

let cpuIsReady = false;

/** Loads the CPU file. */
export const loadCpu: () => Promise<typeof cpu> = once(
  async () => {
    if (!cpuIsReady) {
      checkOurs(await initCpu({ module_or_path: sourceOf("cpu") }));
      cpuIsReady = true;
    }
    return cpu;
  },
  (reason, cause) => new OodgateError("wasm-unavailable", `the CPU engine's wasm could not be loaded: ${reason}`, { cause }),
);

/** The generated code keeps the first file that could be instantiated, whatever it holds. */
function checkOurs(exports: object): void {
  if ("panicText" in exports) return;
  throw new OodgateError("wasm-unavailable", "another wasm file was handed over before: the page has to be reloaded");
}

/** The loaded CPU file, for what must answer at once. Node loads it on the spot; a browser cannot. */
export function loadedCpu(): typeof cpu {
  if (!cpuIsReady) {
    const bytes = readLocal(own.cpu());
    if (bytes === undefined) {
      throw new OodgateError("wasm-unavailable", "the wasm is not loaded yet: await init() or createHead() first");
    }
    checkOurs(cpu.initSync({ module: bytes }));
    cpuIsReady = true;
  }
  return cpu;
}

/** Fetches the WebGPU file on first use. */
export const loadWebGpu: () => Promise<RawEngine> = once(
  async () => {
    const glue = await import("../wasm/webgpu/oodgate.js");
    await glue.default({ module_or_path: sourceOf("webgpu") });
    // Built from the same exports; TypeScript tells the two classes apart by their private pointers.
    return glue as unknown as RawEngine;
  },
  (reason, cause) => new OodgateError("webgpu-unavailable", `the WebGPU engine's wasm could not be loaded: ${reason}`, { cause }),
);

/** Fetches the file formats' file on first use. */
export const loadFiles: () => Promise<Files> = once(
  async () => {
    const glue = await import("../wasm/files/oodgate.js");
    await glue.default({ module_or_path: sourceOf("files") });
    return glue;
  },
  (reason, cause) => new OodgateError("wasm-unavailable", `the file formats' wasm could not be loaded: ${reason}`, { cause }),
);
