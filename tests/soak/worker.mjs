// The package's Worker, which also tells of its wasm memories.

import { wasmBytes } from "../lib/instances.mjs";
import "../../pkg/dist/worker.js";
import { tellBytes } from "./worker-bytes.mjs";

tellBytes(wasmBytes);
