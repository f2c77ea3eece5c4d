// What Deno and Bun do alike with the packed package: train, gate, save and load, in their own
// thread and with heads in Workers.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, test } from "node:test";
import { works } from "./consumers.mjs";
import { createProject, program } from "./project.mjs";
import { recipe } from "./recipe.mjs";
import { checkGate, labels, rows, runtime, stranger } from "./runtimes.mjs";
import { checkAnswer } from "./visit.mjs";

const asking = `
  import { storage } from "oodgate/storage";
  import { use } from "./use.js";
  import { teach } from "./main.js";
  const rows = Float32Array.from(${JSON.stringify([...rows])});
  const labels = ${JSON.stringify(labels)};
  const answers = {};
  for (const [name, worker] of [["thread", false], ["worker", true]]) {
    const options = { backend: "cpu", worker };
    answers[name] = await use("cpu", { worker, saved: true });
    const head = await teach(rows, labels, options);
    const asked = Float32Array.from([...rows, ...${JSON.stringify(stranger)}]);
    const { accepted, label } = await head.gate(asked);
    head.dispose();
    answers[name].gate = { accepted: [...accepted], label };
  }
  answers.storage = await storage.list().catch(({ code }) => code);
  console.log(JSON.stringify(answers));
`;

/**
 * Tests a runtime that runs scripts.
 * @param {"deno" | "bun"} name
 * @param {string} title
 * @param {string[]} args before the script
 */
export function testRuntime(name, title, args) {
  let project;
  before(() => {
    project = createProject();
    const { "main.js": main } = recipe("Deno", "platforms.md");
    project.write(".", { "use.js": program(), "main.js": main, "ask.js": asking });
  });
  after(() => project?.remove());

  test(`${title} trains, gates, saves and loads`, { timeout: 300_000 }, () => {
    const options = { cwd: project.folder, encoding: "utf8", timeout: 280_000 };
    const printed = execFileSync(runtime(name), [...args, "ask.js"], options);
    const { thread, worker, storage } = JSON.parse(printed.trim().split("\n").at(-1));
    for (const answer of [thread, worker]) {
      checkAnswer(answer, "cpu");
      checkGate(answer.gate);
    }
    assert.deepEqual(worker.gate, thread.gate);
    assert.equal(storage, "storage-unavailable");
    works(title);
  });
}
