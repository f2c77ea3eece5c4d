// Everything in one file without `import()`, which service workers forbid: those of extensions too.
export * from "./index.js";
export * from "./storage/index.js";
