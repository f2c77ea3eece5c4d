// Fuzzes what reads a head's file, with libFuzzer and AddressSanitizer, from the committed corpus on: five minutes unless told otherwise.
//   npm run fuzz [-- --seconds 300]
// Needs a nightly Rust and cargo-fuzz. What it finds is written to target/fuzz-artifacts; new inputs stay in target/fuzz-corpus.

import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { at, capture, Failure, main, root } from "../pkg/scripts/shell.mjs";
import { wholeNumbers } from "../tests/lib/options.mjs";

/** Files of the corpus are smaller; a crash needs no large one. */
const mostBytes = 16 * 1024;
/** One allocation, for the largest file: beyond what loading may hold and what asking the head of 64 features takes. */
const mostMebibytes = 8;

function needTools() {
  if (!capture("cargo", ["+nightly", "--version"])) throw new Failure('There is no nightly Rust: "rustup toolchain install nightly --profile minimal".');
  if (!capture("cargo", ["fuzz", "--version"])) throw new Failure('There is no cargo-fuzz: "cargo install cargo-fuzz".');
}

/** Runs libFuzzer, shows what it says, and answers its final figures. */
function fuzz(seconds) {
  const [found, artifacts] = [at("target", "fuzz-corpus"), at("target", "fuzz-artifacts")];
  for (const folder of [found, artifacts]) mkdirSync(folder, { recursive: true });
  const limits = [`-max_total_time=${seconds}`, `-max_len=${mostBytes}`, `-malloc_limit_mb=${mostMebibytes}`, "-rss_limit_mb=1024", "-timeout=10"];
  const words = [`-dict=${at("fuzz", "load_head.dict")}`, `-artifact_prefix=${artifacts}/`, "-print_final_stats=1"];
  const program = ["+nightly", "fuzz", "run", "--target-dir", at("target", "fuzz"), "load_head", found, at("fuzz", "corpus", "load_head")];
  const child = spawn("cargo", [...program, "--", ...limits, ...words], { cwd: root, stdio: ["ignore", "inherit", "pipe"] });
  const figures = {};
  createInterface({ input: child.stderr }).on("line", (line) => {
    console.error(line);
    const [, name, value] = /^stat::(\w+):\s+(\d+)$/.exec(line) ?? [];
    if (name) figures[name] = Number(value);
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) => resolve({ status, figures }));
  });
}

await main(import.meta, async () => {
  const { values } = parseArgs({ options: { seconds: { type: "string", default: "300" } } });
  const [seconds] = wholeNumbers("seconds", values.seconds);
  needTools();
  const { status, figures } = await fuzz(seconds);
  const executions = figures.number_of_executed_units;
  if (status !== 0 || !executions) throw new Failure(`Fuzzing ended with status ${status}: what it found is above and in target/fuzz-artifacts.`);
  console.log(`${executions} executions in ${seconds} s, ${figures.new_units_added} new inputs, crashes 0; at most ${figures.peak_rss_mb} MiB`);
});
