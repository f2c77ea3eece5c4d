// Builds, checks and packs a release, and prints exactly what would be published. It publishes nothing.
//   node pkg/scripts/release.mjs [--built]     --built takes the package as it was built before

import { mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { checkAdvisories } from "./advisories.mjs";
import { checkApi } from "./api.mjs";
import { build } from "./build.mjs";
import { checkLicences } from "./licences.mjs";
import { checkNotices } from "./notices.mjs";
import { reference } from "./reference.mjs";
import { setup } from "./setup.mjs";
import { at, capture, Failure, main, say } from "./shell.mjs";
import { checkSizes } from "./sizes.mjs";
import { lint, pack } from "./tarball.mjs";

const read = (...parts) => readFileSync(at(...parts), "utf8");

/** The changelog's text for a version; throws when there is none. */
export function changelogEntry(version) {
  const sections = read("CHANGELOG.md").split(/^## /m);
  const section = sections.find((text) => text.split(/\s/, 1)[0] === version);
  const text = section?.slice(section.indexOf("\n")).trim();
  if (!text) throw new Failure(`CHANGELOG.md has nothing under "## ${version}".`);
  return text;
}

/** The version of the package, which the crate must share. */
function sharedVersion() {
  const { version } = JSON.parse(read("pkg", "package.json"));
  const crate = /^version = "(.+)"$/m.exec(read("Cargo.toml"))[1];
  if (crate !== version) throw new Failure(`pkg/package.json says ${version}, Cargo.toml ${crate}.`);
  return version;
}

/** What the repository itself has open. */
function openInGit() {
  const status = capture("git", ["status", "--porcelain"]);
  if (status === undefined) return ["this is no git checkout: nobody can tell which commit it is"];
  return status === "" ? [] : ["the working tree has changes that are not committed"];
}

const kib = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`;

function print({ name, version, filename, size, unpackedSize, integrity, files }, folder, changes) {
  console.log(`\n${name} ${version}, commit ${capture("git", ["rev-parse", "HEAD"]) ?? "unknown"}\n\n${changes}\n`);
  for (const file of files) console.log(`${kib(file.size).padStart(12)}  ${file.path}`);
  console.log(`\n${files.length} files, ${kib(unpackedSize)}, packed ${kib(size)}\n${path.join(folder, filename)}\n${integrity}\n`);
}

await main(import.meta, async () => {
  const { values } = parseArgs({ options: { built: { type: "boolean" } } });
  setup();
  const changes = changelogEntry(sharedVersion());
  if (!values.built) await build();

  checkSizes();
  await checkApi();
  reference();
  await checkLicences();
  await checkNotices();
  const open = [...openInGit(), ...checkAdvisories()];

  const folder = at("target", "package");
  mkdirSync(folder, { recursive: true });
  const packed = pack(folder);
  lint(path.join(folder, packed.filename));
  print(packed, path.relative(at(), folder), changes);
  for (const what of open) say(`OPEN: ${what}.`);
  say(`Nothing was published. "npm publish ${path.join(path.relative(at(), folder), packed.filename)}" would.`);
});
