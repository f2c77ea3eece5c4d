export { createHead, loadHead } from "./create.js";
export { OodgateError, type ErrorCode } from "./errors.js";
export { init, type InitOptions, type WasmSource } from "./init.js";
export { metrics } from "./metrics.js";
export type * from "./types.js";
