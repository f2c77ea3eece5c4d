// Before `npm pack` and `npm publish`: the package must be built, and carries the repository's README, changelog, licences and what they refer to.
// They are copied, not kept twice: the copies are ignored by git.

import { copyFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { at, Failure, main } from "./shell.mjs";

// All that the package offers.
const { exports } = JSON.parse(readFileSync(at("pkg", "package.json"), "utf8"));
const built = Object.values(exports).flatMap((target) => (typeof target === "string" ? target : Object.values(target)));
const docs = [
  "docs/bundlers.md", "docs/calibration.md", "docs/errors.md", "docs/files.md", "docs/fit-growth.svg",
  "docs/frameworks.md", "docs/onnx.md", "docs/ood.md", "docs/platforms.md", "docs/rows.md", "docs/rust.md",
  "docs/servers.md", "docs/training.md", "docs/unknowns.md",
];
const carried = ["README.md", "ARCHITECTURE.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE", ...docs];

await main(import.meta, () => {
  const missing = [...built.map((name) => at("pkg", name)), ...carried.map((name) => at(name))].filter((file) => !existsSync(file));
  if (missing.length > 0) throw new Failure(`The package is not complete: "npm run build" first. Missing:\n${missing.join("\n")}`);
  mkdirSync(at("pkg", "docs"), { recursive: true });
  for (const name of carried) copyFileSync(at(name), at("pkg", name));
});
