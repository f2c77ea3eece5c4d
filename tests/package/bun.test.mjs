// The packed package in Bun.

import { testRuntime } from "./script-runtimes.mjs";

testRuntime("bun", "Bun", []);
