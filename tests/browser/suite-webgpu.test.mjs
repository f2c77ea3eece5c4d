// The suite on WebGPU, in a window and in a worker.

import { suiteIn } from "./suite.mjs";

suiteIn("webgpu", "a window");
suiteIn("webgpu", "a worker");
