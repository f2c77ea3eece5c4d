// The Together page: a simulation in one page, a page without a server, and a node of a federation.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "../../pkg/scripts/browser.mjs";
import { fakeFleet } from "../flower/fake-fleet.mjs";
import { loadInternals } from "../flower/internals.mjs";
import { assertAccessible } from "./axe.mjs";
import { assertFitsAndStands, countJumps, OUTPUT, visitPage } from "./site.mjs";

let browser;

before(async () => {
  browser = await launch();
});

after(() => browser?.close());

const visit = (body, options) => visitPage(browser, "together/", body, options);
const progressOf = (page) => page.locator(".progress").evaluate(({ dataset }) => ({ ...dataset }));

/** Hands the page's calls of the Fleet API to a server of ours, as a proxy would. */
const passTo = (page, url) =>
  page.route("**/v1/fleet/**", async (route) => {
    const request = route.request();
    const name = new URL(request.url()).pathname.split("/").at(-1);
    const answer = await fetch(`${url}/v1/fleet/${name}`, {
      method: "POST",
      headers: await request.allHeaders(),
      body: request.postDataBuffer(),
    });
    const { status } = answer;
    const headers = Object.fromEntries(answer.headers);
    await route.fulfill({ status, headers, body: Buffer.from(await answer.arrayBuffer()) });
  });

for (const [name, options] of [
  ["wide", {}],
  ["narrow and dark", { viewport: { width: 360, height: 780 }, colorScheme: "dark" }],
]) {
  test(`tabs with two classes each know all six together: ${name}`, { timeout: 120_000 }, () =>
    visit(
      async (page) => {
        await page.getByRole("button", { name: "Train together" }).click();
        await page.locator('.progress[data-state="done"]').waitFor();
        const { accuracy, alone } = await progressOf(page);
        assert.ok(Number(accuracy) > 0.85, accuracy);
        assert.ok(Number(alone) < 0.6, `two classes of six alone: ${alone}`);
        const cards = page.locator(".tabs > li");
        assert.equal(await cards.count(), 4);
        const text = await cards.first().innerText();
        assert.match(text, /its gate accepts/);
        assert.match(text, /beyond its gate.s promise: southeast, south, southwest, northwest/);
        await assertFitsAndStands(page);
        await assertAccessible(page, "the end of a simulation");
        await page.screenshot({ path: `${OUTPUT}/together-${name.split(" ")[0]}.png`, fullPage: true });
      },
      { ...options, prepare: countJumps },
    ));
}

test("a simulation is stopped, and begins anew with other tabs", { timeout: 120_000 }, () =>
  visit(async (page) => {
    await page.locator('label:has(input[name="tabs"][value="8"])').click();
    await page.locator('label:has(input[name="division"][value="even"])').click();
    await page.getByRole("button", { name: "Train together" }).click();
    await page.locator(".progress").waitFor();
    await page.getByRole("button", { name: "Stop" }).click();
    await page.locator('.progress[data-state="stopped"]').waitFor();
    await page.getByRole("button", { name: "Train together" }).click();
    await page.locator('.progress[data-state="done"]').waitFor();
    assert.equal(await page.locator(".tabs > li").count(), 8);
    assert.ok(Number((await progressOf(page)).accuracy) > 0.85);
  }));

test("without a server the page says so, in German too", { timeout: 60_000 }, () =>
  visit(async (page) => {
    await page.route("**/v1/fleet/**", (route) =>
      route.fulfill({ contentType: "text/html", body: "<!doctype html>" }));
    await page.locator("[data-join]").click();
    await page.getByText("There is no Flower server behind this page").waitFor();
    assert.match(await page.locator(".error").innerText(), /server-incompatible/);
    await page.getByLabel("Language").selectOption("de");
    await page.getByText("steht kein Flower-Server").waitFor();
    await page.getByRole("heading", { name: "Viele Tabs trainieren einen Kopf" }).waitFor();
    await assertAccessible(page, "a page without a server");
  }));

test("the tab joins, trains, measures, is told that the run is over, and leaves", { timeout: 120_000 }, async () => {
  const fleet = await fakeFleet(await loadInternals());
  const weights = [
    ["0.weight", { shape: [6, 2], data: Float32Array.from({ length: 12 }, (_, i) => Math.sin(i)) }],
    ["0.bias", { shape: [6], data: new Float32Array(6) }],
  ];
  try {
    await visit(async (page) => {
      await passTo(page, fleet.url);
      await page.getByLabel("Rows of tab").selectOption({ label: "2" });
      await page.locator("[data-join]").click();
      await page.getByRole("button", { name: "Leave" }).waitFor();
      for (const round of [1, 2]) {
        await fleet.order("train", weights, { "server-round": round, epochs: 2 });
        await fleet.replied(2 * round - 1);
        await fleet.order("evaluate", weights, { "server-round": round, "num-rounds": 2 });
        await fleet.replied(2 * round);
      }
      await page.getByText("Beyond its promise: north, northeast, southwest, northwest").waitFor();
      const member = page.locator(".member");
      assert.equal(await member.getAttribute("data-round"), "2");
      assert.match(await member.innerText(), /60 rows/);
      await assertAccessible(page, "a node at the end of a run");
      await page.screenshot({ path: `${OUTPUT}/together-joined.png`, fullPage: true });
      await page.getByRole("button", { name: "Leave" }).click();
      await page.getByRole("button", { name: "Join" }).waitFor();
      assert.equal(fleet.state.online.size, 0);
    });
  } finally {
    await fleet.close();
  }
});
