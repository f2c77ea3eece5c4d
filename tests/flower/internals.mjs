// The modules behind oodgate/flower, which its entry does not export, bundled for Node.

import { build } from "esbuild";
import { pathToFileURL } from "node:url";
import { at } from "../../pkg/scripts/shell.mjs";

const names = ["bytes", "fleet", "keys", "message", "npy", "objects", "protobuf", "record", "work"];

export async function loadInternals() {
  // One file for each process: tests run side by side.
  const outfile = at("target", "flower", `internals-${process.pid}.mjs`);
  await build({
    stdin: {
      contents: names.map((name) => `export * as ${name} from "./${name}.ts";`).join("\n"),
      resolveDir: at("pkg", "src", "flower"),
    },
    bundle: true,
    format: "esm",
    platform: "neutral",
    outfile,
    logLevel: "warning",
  });
  return import(pathToFileURL(outfile).href);
}
