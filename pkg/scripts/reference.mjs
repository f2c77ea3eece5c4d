// The API reference, by TypeDoc from the declarations' own comments. A member without one is an error.
//   node pkg/scripts/reference.mjs [--check | --site]     writes docs/reference, which git ignores; with --site the built site's
//                                                        reference; --check writes nothing

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { entries } from "./bundle.mjs";
import { at, main, run, say } from "./shell.mjs";

// TypeDoc stands on the compiler interface of TypeScript 6, and so lives beside it, below tests/.
const tools = createRequire(at("tests", "package.json"));
const typedoc = () => path.join(path.dirname(tools.resolve("typedoc/package.json")), "bin", "typedoc");

const documented = ["Function", "Variable", "Class", "Constructor", "Interface", "TypeAlias", "Property", "Method", "Accessor", "Enum", "EnumMember"];

/** The sources of the entry points that have declarations. */
function entryPoints() {
  const { exports } = JSON.parse(readFileSync(at("pkg", "package.json"), "utf8"));
  const typed = Object.values(exports).filter(({ types }) => types);
  return typed.map(({ types }) => at("pkg", "src", entries[path.basename(types, ".d.ts")]));
}

/** Throws unless every exported member is documented and every link leads somewhere; writes the reference to `out`, if there is one. */
export function reference({ out } = {}) {
  const options = {
    tsconfig: at("pkg", "tsconfig.json"),
    name: "oodgate",
    readme: "none",
    favicon: at("www", "shared", "ui", "icon.svg"),
    disableSources: "true",
    excludePrivate: "true",
    treatWarningsAsErrors: "true",
    treatValidationWarningsAsErrors: "true",
    "validation.notDocumented": "true",
    "validation.notExported": "true",
    "validation.invalidLink": "true",
    ...(out ? { out } : { emit: "none" }),
  };
  const kinds = documented.flatMap((kind) => ["--requiredToBeDocumented", kind]);
  run(process.execPath, [typedoc(), ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]), ...kinds, ...entryPoints()]);
}

await main(import.meta, () => {
  const given = (flag) => process.argv.includes(flag);
  const folder = given("--site") ? at("www", "dist", "reference") : at("docs", "reference");
  const out = given("--check") ? undefined : folder;
  reference({ out });
  if (out) say(`The reference is at ${path.join(out, "index.html")}`);
});
