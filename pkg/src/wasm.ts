import initCpu, * as cpu from "../wasm/cpu/oodgate.js";
import { OodgateError, type ErrorCode } from "./errors.js";
import type { WasmSource } from "./init.js";

/** A function that may have to wait for a device. */
type Waiting<F> = F extends (...given: infer A) => infer R ? (...given: A) => R | Promise<R> : never;
type Waits = "trainStep" | "runFit" | "endEpoch" | "logits" | "predict" | "oodScore" | "runSelection" | "calibrate" | "gate" | "evaluate";
/** A head of either file: the CPU's answers at once, WebGPU's with promises. */
export type RawHead = Omit<cpu.RawHead, Waits> & { [K in Waits]: Waiting<cpu.RawHead[K]> };
/** What both files export. */
export interface RawModule {
  RawHead: { create(options: unknown): RawHead | Promise<RawHead> };
  panicText: typeof cpu.panicText;
}

/** Node's file system, where there is one, without an import that a bundler for browsers would trip over. */
function nodeFiles(): { readFileSync(path: URL): Uint8Array<ArrayBuffer> } | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): never } };
  return process?.getBuiltinModule?.("node:fs");
}

function cpuUrl(): URL {
  return new URL("../wasm/cpu/oodgate_bg.wasm", import.meta.url);
}

/** The bytes of a file that lies on this machine's disk: Node's fetch does not read `file:` addresses. */
function readLocal(url: URL): Uint8Array<ArrayBuffer> | undefined {
  return url.protocol === "file:" ? nodeFiles()?.readFileSync(url) : undefined;
}

let cpuIsReady = false;
let cpuLoading: Promise<typeof cpu> | undefined;

/** Loads the CPU file once; a failed attempt may be repeated. */
export function loadCpu(source?: WasmSource): Promise<typeof cpu> {
  cpuLoading ??= start(source).catch((cause: unknown) => {
    cpuLoading = undefined;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new OodgateError("wasm-unavailable", `the CPU engine's wasm could not be loaded: ${reason}`, { cause });
  });
  return cpuLoading;
}

async function start(source: WasmSource | undefined): Promise<typeof cpu> {
  if (!cpuIsReady) {
    const url = cpuUrl();
    checkOurs(await initCpu({ module_or_path: source ?? readLocal(url) ?? url }));
    cpuIsReady = true;
  }
  return cpu;
}

/** The generated code keeps the first file that could be instantiated, whatever it holds. */
function checkOurs(exports: object): void {
  if ("panicText" in exports) return;
  throw new OodgateError("wasm-unavailable", "another wasm file was handed over before: the page has to be reloaded");
}

/** The loaded CPU file, for what must answer at once. Node loads it on the spot; a browser cannot. */
export function core(): typeof cpu {
  if (!cpuIsReady) {
    const bytes = readLocal(cpuUrl());
    if (bytes === undefined) {
      throw new OodgateError("wasm-unavailable", "the wasm is not loaded yet: await init() or createHead() first");
    }
    checkOurs(cpu.initSync({ module: bytes }));
    cpuIsReady = true;
  }
  return cpu;
}

let webGpuLoading: Promise<RawModule> | undefined;

/** Fetches the WebGPU file on first use; a failed attempt may be repeated. */
export function loadWebGpu(): Promise<RawModule> {
  webGpuLoading ??= importWebGpu().catch((cause: unknown) => {
    webGpuLoading = undefined;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new OodgateError("webgpu-unavailable", `the WebGPU engine's wasm could not be loaded: ${reason}`, { cause });
  });
  return webGpuLoading;
}

async function importWebGpu(): Promise<RawModule> {
  const glue = await import("../wasm/webgpu/oodgate.js");
  await glue.default({ module_or_path: new URL("../wasm/webgpu/oodgate_bg.wasm", import.meta.url) });
  // Built from the same exports; TypeScript tells the two classes apart by their private pointers.
  return glue as unknown as RawModule;
}

/**
 * What a call into wasm threw, as the caller should see it: errors of the core by their code, anything after a panic as
 * "crashed", and what is neither (an abort's reason, a callback's own error) as it is.
 */
export function toOodgateError(thrown: unknown, module: RawModule = cpu): unknown {
  if (thrown instanceof Error && thrown.name === "OodgateCoreError") {
    return new OodgateError((thrown as Error & { code: ErrorCode }).code, thrown.message);
  }
  const panicText = cpuIsReady ? module.panicText() : undefined;
  if (panicText !== undefined || thrown instanceof WebAssembly.RuntimeError) {
    const text = panicText ?? String(thrown);
    return new OodgateError("crashed", `the engine stopped and cannot be used again: ${text}`, { cause: thrown });
  }
  return thrown;
}

/** Runs a synchronous call into the core and translates what it throws. */
export function translated<T>(call: () => T): T {
  try {
    return call();
  } catch (thrown) {
    throw toOodgateError(thrown);
  }
}
