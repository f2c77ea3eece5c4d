// Holds the built package to the budgets in .size-limit.mjs, and prints its sizes.

import { at, run } from "./shell.mjs";

export const checkSizes = () => run(process.execPath, [at("node_modules", "size-limit", "bin.js")]);
