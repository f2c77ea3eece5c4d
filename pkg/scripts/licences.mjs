// Holds the licences of everything that ships, and of the crates that tests use here, to the list in deny.toml.
//   node pkg/scripts/licences.mjs
// cargo deny says the same of more platforms, and takes minutes to install; npm run release asks it.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { target } from "./build.mjs";
import { at, capture, Failure, main, say } from "./shell.mjs";

// Dependencies of tests/, not of the package that this folder belongs to; loaded late, for they are installed by the set-up.
const load = (name) => import(createRequire(at("tests", "package.json")).resolve(name));

/** The crates behind the wasm files and behind the native tests: { name, version, license }. */
function crates() {
  const host = /^host: (.+)$/m.exec(capture("rustc", ["-vV"]))[1];
  const found = new Map();
  for (const platform of [target, host]) {
    // Not `cargo metadata`: it lists crates of features that nobody turned on.
    const args = ["tree", "--locked", "--all-features", "--target", platform, "--prefix", "none", "--format", "{p}|{l}"];
    const tree = capture("cargo", args);
    if (!tree) throw new Failure(`cargo ${args.join(" ")} failed.`);
    for (const line of tree.split("\n")) {
      const [, name, version, license] = /^(\S+) v(\S+)[^|]*\|(.*?)(?: \(\*\))?$/.exec(line);
      found.set(`${name} ${version}`, { name, version, license });
    }
  }
  return [...found.values()];
}

/** The npm packages that the package depends on or bundles, with theirs. */
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
      found.set(place, { name, version, license });
      visit(place, Object.keys(dependencies));
    }
  };
  const { dependencies = {}, devDependencies = {} } = packages["pkg"];
  visit("pkg", Object.keys({ ...dependencies, ...devDependencies }));
  return [...found.values()];
}

/** Throws unless every licence is allowed. */
export async function checkLicences() {
  const [{ parse }, { default: satisfies }] = [await load("smol-toml"), await load("spdx-satisfies")];
  const { allow, exceptions } = parse(readFileSync(at("deny.toml"), "utf8")).licenses;
  const allowed = ({ name, license }) => {
    const more = exceptions.filter(({ crate }) => crate === name).flatMap((exception) => exception.allow);
    // A slash is how Cargo wrote "or" before it knew SPDX expressions.
    return license && satisfies(license.replace(/\s*\/\s*/g, " OR "), [...allow, ...more]);
  };
  const [rust, npm] = [crates(), modules()];
  const refused = [...rust, ...npm].filter((part) => !allowed(part));
  if (refused.length > 0) {
    const list = refused.map(({ name, version, license }) => `  ${name} ${version}: ${license ?? "no licence"}`).join("\n");
    throw new Failure(`Licences that deny.toml does not allow:\n${list}`);
  }
  say(`Licences allowed by deny.toml: ${rust.length} crates, ${npm.length} npm packages that ship.`);
}

await main(import.meta, checkLicences);
