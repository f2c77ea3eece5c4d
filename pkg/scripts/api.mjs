// The public declarations, one rolled-up file an entry point, are kept in pkg/api: a change of what users compile against is
// then seen in review, and never made by accident.
//   node pkg/scripts/api.mjs [--accept]

import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { spawnSync } from "node:child_process";
import { at, Failure, main, say } from "./shell.mjs";

const accepted = at("pkg", "api");

// Dependencies of tests/, not of the package that this folder belongs to.
const tools = createRequire(at("tests", "package.json"));
const load = (name) => import(pathToFileURL(tools.resolve(name)));

/** The entry points that have declarations: { name: path of its .d.ts }, named "index" for "oodgate" itself. */
function entries() {
  const { exports } = JSON.parse(readFileSync(at("pkg", "package.json"), "utf8"));
  const typed = Object.entries(exports).filter(([, target]) => target.types);
  return Object.fromEntries(typed.map(([name, target]) => [name === "." ? "index" : name.slice(2), at("pkg", target.types)]));
}

/** The rolled-up declarations of the built package, { file name: text }. */
async function declarations() {
  const [{ rollup }, { dts }] = [await load("rollup"), await load("rollup-plugin-dts")];
  const texts = {};
  for (const [name, input] of Object.entries(entries())) {
    if (!existsSync(input)) throw new Failure(`${input} is missing: "npm run build" first.`);
    const bundle = await rollup({ input, plugins: [dts()] });
    const { output } = await bundle.generate({ format: "es" });
    texts[`${name}.d.ts`] = output.map(({ code }) => code).join("\n");
    await bundle.close();
  }
  return texts;
}

function write(folder, texts) {
  rmSync(folder, { recursive: true, force: true });
  for (const [name, text] of Object.entries(texts)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
}

/** Throws, with the differences, unless the built declarations are those in pkg/api. */
export async function checkApi() {
  const built = mkdtempSync(path.join(tmpdir(), "oodgate-api-"));
  try {
    write(built, await declarations());
    const { status, stdout } = spawnSync("git", ["diff", "--no-index", "--", accepted, built], { encoding: "utf8" });
    if (status === 0) return say(`The public declarations are as accepted: ${readdirSync(accepted).join(", ")}.`);
    throw new Failure(`${stdout}\nThe public declarations differ from pkg/api. If that is meant: "npm run api", and commit what it writes.`);
  } finally {
    rmSync(built, { recursive: true, force: true });
  }
}

await main(import.meta, async () => {
  if (!process.argv.includes("--accept")) return checkApi();
  write(accepted, await declarations());
  say("The public declarations were written to pkg/api.");
});
