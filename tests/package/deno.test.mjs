// The packed package in Deno.

import { testRuntime } from "./script-runtimes.mjs";

testRuntime("deno", "Deno", ["run", "--no-prompt", "--allow-read", "--node-modules-dir=manual"]);
