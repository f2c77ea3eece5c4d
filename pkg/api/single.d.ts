export * from "./index.js";
export * from "./storage.js";
