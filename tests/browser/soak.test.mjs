// Memory stays flat: the short form of "npm run soak".

import { test } from "node:test";
import { needBuild } from "../lib/page.mjs";
import { soak } from "../soak/soak.mjs";

needBuild();

// The warm-up of the steps fills what a head remembers of its latest rows, 512 batches, and CubeCL's store of small buffers. That store
// follows the most heads alive at once: to warm up, more are forgotten than between two readings.
for (const [backend, part, warmUp, units] of [
  ["cpu", "steps", 600, 1000], ["cpu", "fits", 20, 40], ["cpu", "rows", 100, 400], ["cpu", "saves", 20, 60], ["cpu", "forgotten", 50, 200], ["cpu", "answers", 50, 400], ["cpu", "workers", 4, 16],
  ["webgpu", "steps", 560, 80], ["webgpu", "fits", 3, 4], ["webgpu", "rows", 100, 100], ["webgpu", "saves", 4, 8], ["webgpu", "forgotten", 40, 40], ["webgpu", "answers", 10, 40], ["webgpu", "workers", 2, 4],
]) test(`memory is flat: ${part} on ${backend}`, () => soak({ part, backend, warmUp, units }));
