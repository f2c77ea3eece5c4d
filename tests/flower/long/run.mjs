// The long federation: 8 tabs of Chromium, CLINC150 divided evenly and by intent, beside central training.
//   npm run federation [-- --tabs 8] [--rounds 24,30] [--kinds iid,intent] [--plot]
// --rounds: of the even and of the other federation. --plot draws docs/flower-rounds.svg of this run's curves and of those kept in
// target/flower by the last run of a kind that this one leaves out.

import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { fleetProxy, preparePython, startSuperLink } from "../../../examples/flower/superlink.mjs";
import { launch } from "../../../pkg/scripts/browser.mjs";
import { serve } from "../../../pkg/scripts/serve.mjs";
import { at, duration, main } from "../../../pkg/scripts/shell.mjs";
import { table } from "../../lib/markdown.mjs";
import { needBuild } from "../../lib/page.mjs";
import { choices, wholeNumbers } from "../../lib/options.mjs";
import { plot } from "./plot.mjs";

const kinds = {
  iid: { title: "evenly divided", config: { epochs: 4 } },
  // Each intent is known to one tab in eight, and the mean moves an eighth of the way: it is taken
  // further, and tabs go less far by themselves.
  intent: { title: "divided by intent", config: { epochs: 2, "server-learning-rate": 2.0 } },
};

const curveOf = (kind) => at("target", "flower", `curve-${kind}.json`);

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
    features: 384, classes: 150, "num-rounds": rounds, "min-nodes": tabs, timeout: 60.0, ...kinds[kind].config,
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
    options: {
      tabs: { type: "string", default: "8" },
      rounds: { type: "string", default: "24,30" },
      kinds: { type: "string", default: "iid,intent" },
      plot: { type: "boolean" },
    },
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
    for (const kind of choices("kinds", values.kinds, Object.keys(kinds))) {
      const page = await browser.newPage();
      await page.goto(server.url);
      const central = await page.evaluate(async (given) => (await import("/tests/flower/long/page.mjs")).central(...given), [kind, tabs]);
      await page.close();
      console.error(`${kinds[kind].title}: central ${percent(central.accuracy)} %`);
      const count = rounds[Object.keys(kinds).indexOf(kind)] ?? rounds.at(-1);
      const { curve, homes, took } = await federate({ kind, tabs, rounds: count, browser, url: server.url, link });
      const failures = homes.flatMap((home) => home.failures);
      if (failures.length > 0) console.error(failures.join("\n"));
      const of = (name) => homes.map((home) => home[name]);
      writeFileSync(curveOf(kind), JSON.stringify({ accuracy: curve, central: central.accuracy }));
      rows.push([
        kinds[kind].title, curve.length, percent(mean(of("accuracy"))), percent(central.accuracy),
        `${percent(mean(of("auroc")))} (${percent(Math.min(...of("auroc")))})`, percent(mean(central.home)),
        percent(mean(of("rejected"))), percent(mean(of("rejectedByCross"))), duration(took),
      ]);
      console.error(curve.map(percent).join(" "));
    }
    console.log(table(rows));
    if (!values.plot) return;
    const known = Object.keys(kinds).filter((kind) => existsSync(curveOf(kind)));
    const curves = known.map((kind) => ({ name: kind, title: kinds[kind].title, ...JSON.parse(readFileSync(curveOf(kind), "utf8")) }));
    writeFileSync(at("docs", "flower-rounds.svg"), plot(curves, curves[0].central));
  } finally {
    await browser.close();
    await server.close();
    await link.stop();
  }
});
