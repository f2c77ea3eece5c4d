// The suite on WebGPU with heads in Workers, each of which compiles its own shaders: every other
// case.

import { suiteIn } from "./suite.mjs";

suiteIn("webgpu", "heads' own Workers", { half: 1 });
