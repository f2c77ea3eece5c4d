export type * from "./types/head.js";
export type * from "./types/inputs.js";
export type * from "./types/options.js";
export type * from "./types/results.js";
export type * from "./types/scorers.js";
