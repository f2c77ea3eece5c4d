// The bench for a real GPU, which hardly ever meets one: that it can be carried, and that it runs.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { at } from "../../pkg/scripts/shell.mjs";
import { lavapipe } from "../../pkg/scripts/vulkan.mjs";

const MiB = /target\/gpu, (\d+) MiB/;
const scripts = (...parts) => at(...parts, "tests", "bench", "gpu");

const title = "what the GPU bench carries runs by itself, on a GPU that the CPU plays";
test(title, { timeout: 300_000 }, () => {
  const options = { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"], timeout: 280_000 };
  const packed = execFileSync(process.execPath, [`${scripts()}/pack.mjs`], options);
  assert.ok(Number(MiB.exec(packed)?.[1]) <= 64, packed);

  const driver = lavapipe();
  assert.ok(driver, "there is no driver that the CPU plays: Debian's mesa-vulkan-drivers has one");
  const env = { ...process.env, VK_DRIVER_FILES: driver, VK_ICD_FILENAMES: driver };
  const run = [`${scripts("target", "gpu")}/run.sh`, "--small"];
  const printed = execFileSync("bash", run, { ...options, env });
  assert.match(printed, /llvmpipe/);
  for (const part of ["What heads learn", "Training", "Scores", 'What "auto" takes']) {
    assert.ok(printed.includes(`## ${part}\n`), `no part "${part}" in:\n${printed}`);
  }
  assert.doesNotMatch(printed, /FAILED|NaN/);
  assert.match(printed, /tfjs \d+\.\d+\.\d+ on WebGPU is measured beside/);
});
