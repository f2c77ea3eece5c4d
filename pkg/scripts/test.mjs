// Everything that must hold, several stages at a time; ends at the first failure. This is also all
// of CI.
//   node pkg/scripts/test.mjs [--only GROUP[,...]] [--built]
// --only brings along what its groups need, the build for one; --built takes the package as it was
// built before. What a stage prints is shown when it ends, and kept in target/test.

import { mkdirSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import { parseArgs } from "node:util";
import { consumersBuilt, forgetConsumers } from "../../tests/package/consumers.mjs";
import { schedule } from "./schedule.mjs";
import { setup } from "./setup.mjs";
import { at, duration, Failure, main } from "./shell.mjs";
import { startStage } from "./stage-process.mjs";
import { stages } from "./stages.mjs";

const rule = "=".repeat(78);

/** How many stages run at a time: a browser beside a compiler takes some gigabytes. */
function slots() {
  const fitting = Math.floor(os.totalmem() / (6 * 2 ** 30));
  // SwiftShader uses every core by itself: more pages at a time gain little.
  return Math.max(1, Math.min(os.availableParallelism(), fitting, 4));
}

/** The stages of the named groups, or of all, and those that they need. */
function choose({ only, built }) {
  const all = stages().filter(({ group }) => !built || group !== "build");
  const groups = [...new Set(all.map(({ group }) => group))];
  const named = only?.split(",") ?? groups;
  const unknown = named.find((group) => !groups.includes(group));
  if (unknown) {
    throw new Failure(`There is no group "${unknown}". The groups: ${groups.join(", ")}.`);
  }
  const find = (id) => all.find((stage) => stage.id === id);
  const chosen = new Set();
  const take = (stage) => {
    // With --built, what builds the package is not there.
    if (!stage || chosen.has(stage)) return;
    chosen.add(stage);
    for (const id of stage.needs ?? []) take(find(id));
  };
  for (const stage of all) if (named.includes(stage.group)) take(stage);
  const ordered = all.filter((stage) => chosen.has(stage));
  return ordered.map((stage) => ({ ...stage, needs: stage.needs?.filter(find) }));
}

/** Shows what a stage has printed, unless it was shown already, and how it ended. */
function show({ heading, group }, log, { problem, unchecked, took }) {
  const title = `${heading} [${group}]`;
  if (log) {
    console.log(`\n${rule}\n${title}\n${rule}`);
    process.stdout.write(readFileSync(log));
  }
  if (problem) console.log(`FAILED after ${duration(took)}: ${title}, ${problem}`);
  else if (unchecked.length > 0) console.log(`NOT CHECKED: ${unchecked.join("; ")}`);
  else console.log(`passed in ${duration(took)}`);
}

/** Runs the stages; answers the outcome of each that has ended by itself, by its id. */
async function runStages(chosen) {
  const logs = at("target", "test");
  rmSync(logs, { recursive: true, force: true });
  mkdirSync(logs, { recursive: true });
  // One by itself needs no file to keep its output apart.
  const logOf = ({ id }) =>
    chosen.length === 1 ? undefined : at("target", "test", `${id.replaceAll("/", "-")}.log`);

  const atATime = slots();
  console.log(`Stages: ${chosen.length}, ${atATime} at a time`);
  const began = performance.now();
  const note = (text) => console.log(`[${duration(performance.now() - began)}] ${text}`);
  const running = new Map();
  for (const [signal, number] of [["SIGINT", 2], ["SIGTERM", 15], ["SIGHUP", 1]]) {
    process.on(signal, () => {
      for (const stop of running.values()) stop();
      process.exit(128 + number);
    });
  }
  const stillThere = setInterval(
    () => note(`still running: ${[...running.keys()].map(({ heading }) => heading).join(", ")}`),
    60_000,
  );
  const outcomes = new Map();
  const start = (stage) => {
    note(`${stage.heading} ...`);
    const { done, stop } = startStage(stage, logOf(stage));
    let isStopped = false;
    const ended = done.then((outcome) => {
      running.delete(stage);
      if (isStopped) return false;
      outcomes.set(stage.id, outcome);
      show(stage, logOf(stage), outcome);
      return !outcome.problem;
    });
    running.set(stage, stop);
    return {
      done: ended,
      stop: () => {
        isStopped = true;
        stop();
      },
    };
  };
  await schedule(chosen, atATime, start);
  clearInterval(stillThere);
  return outcomes;
}

/** Prints a line for each stage, then the counts; answers whether none failed. */
function summarise(chosen, outcomes, took) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const line = (count, { heading }, text) => {
    counts[count] += 1;
    console.log(`${heading.padEnd(48)}${text.padStart(14)}`);
  };
  console.log(`\n${rule}`);
  for (const stage of chosen) {
    const outcome = outcomes.get(stage.id);
    if (!outcome) line("skipped", stage, "not run");
    else if (outcome.problem) line("failed", stage, "FAILED");
    else if (outcome.unchecked.length > 0) line("skipped", stage, "NOT CHECKED");
    else line("passed", stage, duration(outcome.took));
  }
  console.log(`${"in all".padEnd(48)}${duration(took).padStart(14)}`);
  const failed = chosen.filter(({ id }) => outcomes.get(id)?.problem);
  for (const { heading, group } of failed) console.log(`FAILED: ${heading} [${group}]`);
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : "";
  console.log(`${counts.passed} passed, ${counts.failed} failed${skipped}`);
  return counts.failed === 0;
}

await main(import.meta, async () => {
  const options = { only: { type: "string" }, built: { type: "boolean" } };
  const chosen = choose(parseArgs({ options }).values);
  const has = (...names) => chosen.some(({ group }) => names.includes(group));
  const began = performance.now();
  setup({
    browser: has("browser", "faults", "flower", "interop", "package", "site"),
    firefox: has("browser", "flower", "package", "site"),
    webkit: has("browser", "flower", "site"),
    vulkan: has("package"),
  });
  forgetConsumers();
  const outcomes = await runStages(chosen);
  if (has("package")) console.log(`\n${consumersBuilt()}`);
  if (!summarise(chosen, outcomes, performance.now() - began)) process.exitCode = 1;
});
