// The long federation: 8 tabs of Chromium, CLINC150 divided evenly and by intent, beside central training.
//   npm run federation [-- --tabs 8] [--rounds 20,30] [--plot]
// --rounds: of the even and of the other federation. --plot writes docs/flower-rounds.svg.

import { rmSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { fleetProxy, preparePython, startSuperLink } from "../../../examples/flower/superlink.mjs";
import { launch } from "../../../pkg/scripts/browser.mjs";
import { serve } from "../../../pkg/scripts/serve.mjs";
import { at, duration, main } from "../../../pkg/scripts/shell.mjs";
import { table } from "../../lib/markdown.mjs";
import { needBuild } from "../../lib/page.mjs";
import { wholeNumbers } from "../../lib/options.mjs";
import { plot } from "./plot.mjs";

const kinds = {
  iid: { title: "evenly divided", "server-learning-rate": 1.0 },
  // Each intent is known to one tab in eight: their mean moves an eighth of the way.
  intent: { title: "divided by intent", "server-learning-rate": 2.0 },
};

const percent = (share) => (100 * share).toFixed(1);
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** One federation from its tabs' joining to their measures at home. */
async function federate({ kind, tabs, rounds, browser, url, link }) {
  const context = await browser.newContext();
  const pages = [];
  for (let tab = 0; tab < tabs; tab += 1) {
    const page = await context.newPage();
    await page.goto(url);
    await page.evaluate(async (given) => (await import("/tests/flower/long/page.mjs")).join(given), { kind, tab, tabs });
    pages.push(page);
  }
  const began = performance.now();
  const config = {
    features: 384, classes: 150, "num-rounds": rounds, "min-nodes": tabs, epochs: 2, timeout: 60.0,
    "server-learning-rate": kinds[kind]["server-learning-rate"],
  };
  const onLine = (line) => /\[ROUND|Received|LEFT OUT/.test(line) && console.error(`  ${line.trim().slice(-80)}`);
  const printed = await link.run(config, { onLine });
  const took = performance.now() - began;
  const found = /FEDERATION (\{.*\})/.exec(printed);
  if (!found) throw new Error(printed.slice(-3000));
  const curve = Object.values(JSON.parse(found[1]).evaluate).map(({ accuracy }) => accuracy);
  const homes = [];
  for (const page of pages) homes.push(await page.evaluate(() => globalThis.finish()));
  await context.close();
  return { curve, homes, took };
}

await main(import.meta, async () => {
  const { values } = parseArgs({
    options: { tabs: { type: "string", default: "8" }, rounds: { type: "string", default: "20,30" }, plot: { type: "boolean" } },
  });
  needBuild();
  const [tabs] = wholeNumbers("tabs", values.tabs);
  const rounds = wholeNumbers("rounds", values.rounds);
  const folder = at("target", "flower", "long");
  rmSync(folder, { recursive: true, force: true });
  const link = await startSuperLink({ python: preparePython(at(".tools", "flower-python")), folder });
  const mounts = {
    "/": at("tests", "lib", "page.html"), "/tests/": at("tests"), "/pkg/": at("pkg"),
    "/clinc150.safetensors": at("www", "public", "clinc150.safetensors"),
  };
  const server = await serve({ mounts, handle: fleetProxy(link.port) });
  const browser = await launch();
  try {
    const rows = [["", "rounds", "accuracy, %", "central, %", "AUROC of \"auto\" at home, mean (least), %", "central head on the same rows, %", "known rows rejected at home, held-out calibration, %", "by cross-validation, %", "time"]];
    const curves = [];
    let level;
    for (const [index, kind] of Object.keys(kinds).entries()) {
      const page = await browser.newPage();
      await page.goto(server.url);
      const central = await page.evaluate(async (given) => (await import("/tests/flower/long/page.mjs")).central(...given), [kind, tabs]);
      await page.close();
      level = central.accuracy;
      console.error(`${kinds[kind].title}: central ${percent(level)} %`);
      const { curve, homes, took } = await federate({ kind, tabs, rounds: rounds[index] ?? rounds.at(-1), browser, url: server.url, link });
      const failures = homes.flatMap((home) => home.failures);
      if (failures.length > 0) console.error(failures.join("\n"));
      const of = (name) => homes.map((home) => home[name]);
      curves.push({ name: kind, title: kinds[kind].title, accuracy: curve });
      rows.push([
        kinds[kind].title, curve.length, percent(mean(of("accuracy"))), percent(level),
        `${percent(mean(of("auroc")))} (${percent(Math.min(...of("auroc")))})`, percent(mean(central.home)),
        percent(mean(of("rejected"))), percent(mean(of("rejectedByCross"))), duration(took),
      ]);
      console.error(curve.map(percent).join(" "));
    }
    console.log(table(rows));
    if (values.plot) writeFileSync(at("docs", "flower-rounds.svg"), plot(curves, level));
  } finally {
    await browser.close();
    await server.close();
    await link.stop();
  }
});
