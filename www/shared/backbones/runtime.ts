import script from "onnxruntime-web/ort-wasm-simd-threaded.mjs?url";
import url from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";

/** The one build of onnxruntime that all models of the site run on. */
export const runtime = { url, size: 14_264_838 } as const;

/** What a Worker sets in `ort.env.wasm`. */
export interface Engine {
  readonly wasmBinary: ArrayBuffer;
  readonly numThreads: number;
  readonly wasmPaths: { readonly mjs: string; readonly wasm: string };
}

/** The script is a file of its own, for its threads are Workers that run it once more. */
export const engineOf = (wasmBinary: ArrayBuffer, numThreads: number): Engine => ({
  wasmBinary,
  numThreads,
  wasmPaths: { mjs: script, wasm: url },
});

/**
 * Threads share memory, which browsers allow to isolated pages alone. Half of the cores are left
 * to the page, the head and the camera: with two, a second thread only takes time from these.
 */
export function threadsOfPage(): number {
  // Isolated or not, WebKit for GTK has no shared memory unless it is told to.
  if (!crossOriginIsolated || typeof SharedArrayBuffer === "undefined") return 1;
  return Math.max(1, Math.min(4, Math.floor(navigator.hardwareConcurrency / 2)));
}
