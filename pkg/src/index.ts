export { createHead, loadHead } from "./api/create.js";
export { OodgateError, type ErrorCode } from "./api/errors.js";
export { init, type InitOptions } from "./api/init.js";
export { metrics } from "./api/metrics.js";
export type * from "./api/types.js";
