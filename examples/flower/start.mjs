// A federation on this machine by one command: SuperLink, proxy, page, and runs of the app one after the other.
//   npm run together [-- --port 4173] [--min-nodes 2] [--rounds 10]

import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { serveSite } from "../../pkg/scripts/serve-site.mjs";
import { at, Failure, main, say } from "../../pkg/scripts/shell.mjs";
import { fleetProxy, preparePython, startSuperLink } from "./superlink.mjs";

/** What the page's heads are, see www/pages/together/rows.ts. */
const head = { features: 2, "class-names": "north,northeast,southeast,south,southwest,northwest" };

await main(import.meta, async () => {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: "4173" },
      "min-nodes": { type: "string", default: "2" },
      rounds: { type: "string", default: "10" },
    },
  });
  if (!existsSync(at("www", "dist", "together", "index.html")))
    throw new Failure('The page is not built: "npm run build" and "npm run build -w www" first.');
  const config = { ...head, "min-nodes": Number(values["min-nodes"]), "num-rounds": Number(values.rounds) };
  say("Preparing Flower's server ...");
  const python = preparePython(at(".tools", "flower-python"));
  const folder = mkdtempSync(path.join(tmpdir(), "oodgate-flower-"));
  const link = await startSuperLink({ python, folder });
  const server = await serveSite({ port: Number(values.port), handle: fleetProxy(link.port) });
  let isEnding = false;
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.once(signal, async () => {
      isEnding = true;
      await server.close();
      await link.stop();
      rmSync(folder, { recursive: true, force: true });
      process.exit(0);
    });
  }
  say(`Open ${server.url}together/ in ${config["min-nodes"]} tabs or more, and join (Ctrl-C ends it)`);
  // One run after the other, so that whoever comes finds one.
  while (!isEnding) {
    const onLine = (line) => /\[ROUND|Received|LEFT OUT|error/i.test(line) && say(line.trim());
    const printed = await link.run(config, { onLine });
    if (isEnding) return;
    if (!printed.includes("FEDERATION")) throw new Failure(`The run ended early:\n${printed.slice(-2000)}`);
    say("The run is over; the next one begins.");
  }
});
