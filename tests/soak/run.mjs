// The long soak: 20 000 steps, 20 000 rounds of rows that come and go, 200 fits with heads created and disposed, 500 saves and loads, and heads that are forgotten or live in
// Workers, on each backend; some ten minutes.
//   npm run soak [-- --only steps,fits,rows,saves,forgotten,answers,workers] [-- --backend cpu,webgpu]

import { parseArgs } from "node:util";
import { main } from "../../pkg/scripts/shell.mjs";
import { choices } from "../lib/options.mjs";
import { needBuild } from "../lib/page.mjs";
import { soak } from "./soak.mjs";

/**
 * Units of the warm-up and after it. A head remembers its latest 65 536 rows, which 512 steps fill; CubeCL keeps some hundred
 * small buffers for reuse.
 */
const amounts = { steps: [800, 20_000], fits: [20, 200], rows: [200, 20_000], saves: [40, 500], forgotten: [900, 600], answers: [100, 2000], workers: [8, 100] };
const names = Object.keys(amounts);
const backends = ["cpu", "webgpu"];

await main(import.meta, async () => {
  const { values } = parseArgs({ options: { only: { type: "string" }, backend: { type: "string" } } });
  needBuild();
  for (const backend of choices("backend", values.backend ?? "cpu,webgpu", backends)) {
    for (const part of choices("only", values.only ?? names.join(), names)) {
      const [warmUp, units] = amounts[part];
      await soak({ part, backend, warmUp, units });
    }
  }
});
