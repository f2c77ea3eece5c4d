// The life of a head in a page, on real sentences: taught, extended, shown what is not wanted,
// corrected, saved, loaded in a Worker, taught on. Prints what each step comes to.

import assert from "node:assert/strict";
import { test } from "node:test";
import { at } from "../../pkg/scripts/shell.mjs";
import { needBuild, withPage } from "../lib/page.mjs";

needBuild();

const percent = (share) => `${(100 * share).toFixed(1)} %`.padStart(8);

test("a head's life on real sentences", { timeout: 300_000 }, () => {
  const mounts = { "/clinc150.safetensors": at("www", "public", "clinc150.safetensors") };
  return withPage({ entry: "browser/story-page.mjs", mounts }, async (page) => {
    const told = await page.evaluate((backend) => globalThis.story(backend), "cpu");
    console.log("  accuracy, known rejected, unknown rejected, unwanted rejected");
    for (const { step, rows, ...shares } of told) {
      const { accuracy, knownRejected, unknownRejected, unwantedRejected } = shares;
      const figures = [accuracy, knownRejected, unknownRejected, unwantedRejected].map(percent);
      console.log(`  ${figures.join(" ")}  ${step} (${rows.perClass.join(" + ")} rows, ${rows.unknown})`);
      assert.ok(accuracy >= 0.9, `${step}: accuracy`);
      assert.ok(knownRejected <= 0.15, `${step}: known rejected`);
      assert.ok(unknownRejected >= 0.9, `${step}: unknown rejected`);
    }
    const step = (start) => told.find((one) => one.step.startsWith(start));
    assert.deepEqual(told.at(-1).rows, { count: 60, perClass: [40, 20], unknown: 10, dropped: 0 });
    assert.ok(
      step("ten").unwantedRejected >= step("a third").unwantedRejected,
      "examples of what is not wanted help",
    );
    assert.deepEqual({ ...step("loaded"), step: "" }, { ...step("a class"), step: "" });
  });
});
