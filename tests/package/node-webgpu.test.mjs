// The packed package's WebGPU engine in Node, by the npm package webgpu, on a GPU that the CPU plays.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, test } from "node:test";
import { swiftShader } from "../../pkg/scripts/vulkan.mjs";
import { works } from "./consumers.mjs";
import { createProject, program } from "./project.mjs";
import { recipe } from "./recipe.mjs";
import { labels, rows, stranger } from "./runtimes.mjs";
import { checkAnswer } from "./visit.mjs";

let project;

before(() => {
  project = createProject();
  project.lend("webgpu");
  project.write(".", { "use.js": program(), ...recipe("WebGPU in Node", "platforms.md") });
});
after(() => project?.remove());

/** Runs a script behind the recipe; answers the last line that it printed, as JSON. */
function answer(script) {
  const options = {
    cwd: project.folder,
    encoding: "utf8",
    timeout: 280_000,
    env: { ...process.env, VK_DRIVER_FILES: swiftShader(), VK_ICD_FILENAMES: swiftShader() },
  };
  const printed = execFileSync(process.execPath, ["--input-type=module", "-e", `import "./gpu.js"; ${script}`], options);
  return JSON.parse(printed.trim().split("\n").at(-1));
}

test("Node trains, saves, loads and scores on WebGPU", { timeout: 300_000 }, () => {
  const script = 'const { use } = await import("./use.js"); console.log(JSON.stringify(await use("webgpu", { saved: true })));';
  checkAnswer(answer(script), "webgpu");
  works("WebGPU in Node");
});

test("its gate is the CPU's", { timeout: 300_000 }, () => {
  const { webgpu, cpu } = answer(`
    const { createHead } = await import("oodgate");
    const rows = Float32Array.from(${JSON.stringify([...rows])});
    const asked = Float32Array.from([...rows, ...${JSON.stringify(stranger)}]);
    const answers = {};
    for (const backend of ["webgpu", "cpu"]) {
      const head = await createHead({ features: 8, classes: ["left", "right"], backend });
      await head.fit(rows, ${JSON.stringify(labels)});
      await head.calibrate();
      const { score, accepted } = await head.gate(asked);
      answers[backend] = { score: [...score], accepted: [...accepted] };
      head.dispose();
    }
    console.log(JSON.stringify(answers));
  `);
  webgpu.score.forEach((score, row) => {
    assert.ok(Math.abs(score - cpu.score[row]) <= 1e-3 * (1 + Math.abs(cpu.score[row])), `row ${row}: ${score}, ${cpu.score[row]}`);
  });
  assert.equal(webgpu.accepted.at(-1), 0, "the stranger is rejected");
});

test("\"auto\" stays on the CPU where the CPU plays the GPU", { timeout: 300_000 }, () => {
  const { backend, reason } = answer(`
    const { createHead } = await import("oodgate");
    const head = await createHead({ features: 2048, classes: 500 });
    console.log(JSON.stringify({ backend: head.backend, reason: head.fallbackReason }));
  `);
  assert.equal(backend, "cpu");
  assert.match(reason, /swiftshader|software|CPU/i);
});
