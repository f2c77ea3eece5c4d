// Which backend a head runs on, and why.

import { check, same } from "./check.mjs";

export default {
  "a head says where it runs": async ({ create, backend }) => {
    const head = await create({ features: 2, classes: 2 });
    same([head.backend, head.fallbackReason], [backend, undefined], "backend and reason");
    same([head.features, head.steps], [2, 0], "features and steps");
  },

  "auto takes the CPU here, and says why": async ({ oodgate }) => {
    const head = await oodgate.createHead({ features: 2, classes: 2 });
    same(head.backend, "cpu", "backend");
    // Node has no WebGPU; the test browser and Deno have software adapters. A real GPU is too far away for so small a head.
    const reasons = /no WebGPU|software \((swiftshader|llvmpipe)|an empty round trip to the GPU/;
    check(reasons.test(head.fallbackReason), `reason: ${head.fallbackReason}`);
    head.dispose();
  },
};
