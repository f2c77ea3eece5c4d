export { OodgateError, type ErrorCode } from "./errors.js";
export { createHead } from "./head.js";
export { metrics } from "./metrics.js";
export { init, type InitOptions, type WasmSource } from "./init.js";
export type * from "./types.js";
