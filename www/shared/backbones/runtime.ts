import url from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";

/** The one build of onnxruntime that all models of the site run on. */
export const runtime = { url, size: 14_264_838 } as const;
