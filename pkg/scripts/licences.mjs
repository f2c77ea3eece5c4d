// Holds the licences of everything that ships, and of the crates that tests use here, to the list in deny.toml.
//   node pkg/scripts/licences.mjs
// cargo deny says the same of more platforms, and takes minutes to install; advisories.mjs asks it where it is there.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { target } from "./build.mjs";
import { at, capture, Failure, main, say } from "./shell.mjs";

// Dependencies of tests/, not of the package that this folder belongs to; loaded late, for they are installed by the set-up.
const load = (name) => import(createRequire(at("tests", "package.json")).resolve(name));

/** What `cargo tree` lists with these arguments: { name, version, license }. */
export function tree(...args) {
  // Not `cargo metadata`: it lists crates of features that nobody turned on.
  const all = ["tree", "--locked", ...args, "--prefix", "none", "--format", "{p}|{l}"];
  const printed = capture("cargo", all);
  if (!printed) throw new Failure(`cargo ${all.join(" ")} failed.`);
  return printed.split("\n").map((line) => {
    const [, name, version, license] = /^(\S+) v(\S+)[^|]*\|(.*?)(?: \(\*\))?$/.exec(line);
    return { name, version, license };
  });
}

/** The crates behind the wasm files and behind the native tests. */
function crates() {
  const host = /^host: (.+)$/m.exec(capture("rustc", ["-vV"]))[1];
  const all = [target, host].flatMap((platform) => tree("--all-features", "--target", platform));
  return [...new Map(all.map((crate) => [`${crate.name} ${crate.version}`, crate])).values()];
}

/** The npm packages that the package depends on or bundles: { name, version, license, place: its folder below the root }. */
export function modules() {
  const { packages } = JSON.parse(readFileSync(at("package-lock.json"), "utf8"));
  const found = new Map();
  const visit = (from, names) => {
    for (const name of names) {
      // Node's own search: the nearest node_modules wins.
      const folders = [...from.matchAll(/(?=\/node_modules\/|$)/g)].map(({ index }) => from.slice(0, index)).reverse();
      const place = [...folders.map((folder) => `${folder}/node_modules/${name}`), `node_modules/${name}`].find((key) => key in packages);
      if (!place) throw new Failure(`package-lock.json has no ${name}.`);
      if (found.has(place)) continue;
      const { version, license, dependencies = {} } = packages[place];
      found.set(place, { name, version, license, place });
      visit(place, Object.keys(dependencies));
    }
  };
  const { dependencies = {}, devDependencies = {} } = packages["pkg"];
  visit("pkg", Object.keys({ ...dependencies, ...devDependencies }));
  return [...found.values()];
}

/** What deny.toml allows: answers the licences that may be chosen for a part, and whether some of them are all that it asks for. */
export async function policy() {
  const [{ parse }, { default: satisfies }] = [await load("smol-toml"), await load("spdx-satisfies")];
  const { allow, exceptions } = parse(readFileSync(at("deny.toml"), "utf8")).licenses;
  return {
    allowed: ({ name }) => [...allow, ...exceptions.filter(({ crate }) => crate === name).flatMap((exception) => exception.allow)],
    // A slash is how Cargo wrote "or" before it knew SPDX expressions.
    enough: ({ license }, chosen) => Boolean(license) && satisfies(license.replace(/\s*\/\s*/g, " OR "), chosen),
  };
}

/** Throws unless every licence is allowed. */
export async function checkLicences() {
  const { allowed, enough } = await policy();
  const [rust, npm] = [crates(), modules()];
  const refused = [...rust, ...npm].filter((part) => !enough(part, allowed(part)));
  if (refused.length > 0) {
    const list = refused.map(({ name, version, license }) => `  ${name} ${version}: ${license ?? "no licence"}`).join("\n");
    throw new Failure(`Licences that deny.toml does not allow:\n${list}`);
  }
  say(`Licences allowed by deny.toml: ${rust.length} crates, ${npm.length} npm packages that ship.`);
}

await main(import.meta, checkLicences);
