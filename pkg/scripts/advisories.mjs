// Asks for known vulnerabilities of what ships: cargo deny for crates (with its other checks, as deny.toml sets them), npm's
// audit for packages. Where they cannot be asked, that is said, and is no pass.
//   node pkg/scripts/advisories.mjs

import { spawnSync } from "node:child_process";
import { modules } from "./licences.mjs";
import { at, capture, Failure, main, npmCommand, root, say } from "./shell.mjs";

// A database that does not answer must not hold up the tests.
const limit = 60_000;

const ask = (program, args) => spawnSync(program, args, { cwd: root, encoding: "utf8", timeout: limit });

/** Why the crates could not be checked, or undefined when they were; throws when something is wrong with them. */
function crates() {
  const suffix = process.platform === "win32" ? ".exe" : "";
  const program = [at(".tools", "bin", `cargo-deny${suffix}`), "cargo-deny"].find((name) => capture(name, ["--version"]));
  if (!program) return "cargo-deny is not installed (cargo install cargo-deny)";
  for (const check of ["licenses", "bans", "sources", "advisories"]) {
    const { status, stdout, stderr } = ask(program, ["check", "--hide-inclusion-graph", check]);
    const unreachable = check === "advisories" && (status === null || /failed to (fetch|load) advisory database/.test(stderr));
    if (unreachable) return "cargo-deny could not fetch its database";
    if (status !== 0) throw new Failure(`cargo deny check ${check}:\n${stdout}${stderr}`);
  }
  return undefined;
}

/** The same for npm packages. */
function packages() {
  if (modules().length === 0) return undefined;
  const [program, ...args] = npmCommand("audit", "--json", "--workspace", "pkg");
  const { stdout } = ask(program, args);
  let report;
  try {
    report = JSON.parse(stdout);
  } catch {
    return "npm audit gave no answer";
  }
  if (!report.metadata) return `npm audit was refused: ${report.message ?? report.error?.summary ?? "no reason given"}`;
  if (report.metadata.vulnerabilities.total > 0) throw new Failure(`npm audit:\n${stdout}`);
  return undefined;
}

/** Throws when something that ships has a known vulnerability; answers what could not be asked. */
export function checkAdvisories() {
  const outcomes = [["crates", crates()], [`${modules().length} npm packages that ship`, packages()]];
  for (const [what, problem] of outcomes) say(problem ? `NOT CHECKED for advisories: ${what}: ${problem}.` : `No advisory against ${what}.`);
  return outcomes.flatMap(([what, problem]) => (problem ? [`advisories of ${what}: ${problem}`] : []));
}

await main(import.meta, () => {
  checkAdvisories();
});
