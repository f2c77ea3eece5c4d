// The licences of everything inside the wasm files and scripts of the package, for those who redistribute it: a file of the package,
// kept in the repository so that a change is seen in review.
//   node pkg/scripts/notices.mjs [--accept]     writes pkg/THIRD-PARTY-LICENSES; without --accept it only compares

import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { featureArguments, target, wasmFiles } from "./build.mjs";
import { modules, policy, tree } from "./licences.mjs";
import { at, Failure, main, root, say } from "./shell.mjs";

const file = at("pkg", "THIRD-PARTY-LICENSES");
const key = ({ name, version }) => `${name} ${version}`;

/** Crates compiled into some wasm file, with their folders: { name, version, license, folder, source }. */
function crates() {
  const args = ["metadata", "--locked", "--format-version", "1", "--filter-platform", target];
  const { status, stdout } = spawnSync("cargo", args, { cwd: root, encoding: "utf8", maxBuffer: 2 ** 28 });
  if (status !== 0) throw new Failure(`cargo ${args.join(" ")} failed.`);
  const known = new Map(JSON.parse(stdout).packages.map((crate) => [key(crate), crate]));
  // Macros and build scripts run where the package is built, and are not in it.
  const edges = ["--target", target, "--edges", "normal,no-proc-macro"];
  const inside = Object.keys(wasmFiles).flatMap((name) => tree(...featureArguments(name), ...edges));
  const unique = new Map(inside.filter(({ name }) => name !== "oodgate").map((crate) => [key(crate), crate]));
  return [...unique.values()].map((crate) => {
    const { manifest_path: manifest, repository } = known.get(key(crate));
    return { ...crate, folder: path.dirname(manifest), source: repository };
  });
}

/** npm packages bundled into the scripts, likewise. */
function packages() {
  return modules().map(({ place, ...module }) => {
    const { homepage, repository } = JSON.parse(readFileSync(at(place, "package.json"), "utf8"));
    return { ...module, folder: at(place), source: (repository?.url ?? homepage).replace(/^git\+|\.git$/g, "") };
  });
}

/** The fewest of the allowed licences that a part can be used under; those that come first in deny.toml are preferred. */
function choose(part, { allowed, enough }) {
  const all = allowed(part);
  if (!enough(part, all)) throw new Failure(`deny.toml does not allow ${part.license} of ${key(part)}.`);
  return all.toReversed().reduce((kept, one) => {
    const others = kept.filter((other) => other !== one);
    return others.length > 0 && enough(part, others) ? others : kept;
  }, all);
}

const tidy = (text) => text.replace(/\r\n?/g, "\n").replace(/[ \t]+$/gm, "").trim();
const readIn = (folder, name) => tidy(readFileSync(path.join(folder, name), "utf8"));

// Texts that are the same for every holder, whatever the folder of a part calls its copy or whether it has one.
const common = {
  "Apache-2.0": () => readIn(root, "LICENSE-APACHE"),
  "MPL-2.0": () => "The Mozilla Public License, version 2.0, is at https://mozilla.org/MPL/2.0/. The source code is used unmodified.",
};

/** The text of a licence as a part brings it. */
function textOf(part, licence) {
  if (licence in common) return common[licence]();
  const names = readdirSync(part.folder).filter((name) => /^(licen[cs]e|copying)/i.test(name)).sort();
  const word = licence.split("-")[0].toLowerCase();
  const general = names.find((name) => /^licen[cs]e(\.\w+)?$/i.test(name));
  const named = names.find((name) => name.toLowerCase().includes(word)) ?? general;
  if (!named) throw new Failure(`${key(part)} brings no text of ${licence}: it has ${names.join(", ") || "no licence file"}.`);
  return readIn(part.folder, named);
}

/** The whole file, and how many parts it names. */
async function notices() {
  const rules = await policy();
  const parts = [...crates(), ...packages()].sort((a, b) => (key(a) < key(b) ? -1 : 1));
  const groups = new Map();
  const notes = [];
  for (const part of parts) {
    for (const licence of choose(part, rules)) {
      const text = textOf(part, licence);
      const group = groups.get(text) ?? { licence, users: [] };
      group.users.push(`  ${key(part)}${part.source ? `  ${part.source}` : ""}`);
      groups.set(text, group);
    }
    const own = readdirSync(part.folder).filter((name) => /^notice/i.test(name)).sort();
    notes.push(...own.map((name) => `${key(part)}\n\n${readIn(part.folder, name)}`));
  }
  // cargo does not list it.
  const standard = "  The Rust standard library  https://github.com/rust-lang/rust";
  groups.get(common["Apache-2.0"]()).users.push(standard);

  const rule = "=".repeat(100);
  const sorted = [...groups].sort(([, a], [, b]) => b.users.length - a.users.length || (a.users[0] < b.users[0] ? -1 : 1));
  const sections = sorted.map(([text, { licence, users }]) => `${licence}\n\n${users.join("\n")}\n\n${text}`);
  const head = `The wasm files and scripts of oodgate contain the parts below, each under the licence above its list.
Of parts with a choice of licences, the one that is used is named.`;
  const tail = notes.length > 0 ? [`Notices\n\n${notes.join("\n\n")}`] : [];
  return { text: `${[head, ...sections, ...tail].join(`\n\n${rule}\n`)}\n`, count: parts.length };
}

/** Throws unless the file is what the present dependencies make of it. */
export async function checkNotices() {
  const { text, count } = await notices();
  if (!existsSync(file) || readFileSync(file, "utf8") !== text) {
    throw new Failure('pkg/THIRD-PARTY-LICENSES is not up to date: "node pkg/scripts/notices.mjs --accept", and commit what it writes.');
  }
  say(`pkg/THIRD-PARTY-LICENSES names the ${count} parts inside the package.`);
}

await main(import.meta, async () => {
  if (!process.argv.includes("--accept")) return checkNotices();
  writeFileSync(file, (await notices()).text);
  say("pkg/THIRD-PARTY-LICENSES was written.");
});
