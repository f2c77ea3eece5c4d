// Cameras that are denied, unplugged, or two.

import assert from "node:assert/strict";
import { test } from "node:test";
import { launch } from "../../pkg/scripts/browser.mjs";
import { assertAccessible } from "./axe.mjs";
import { visitTeach } from "./teach.mjs";

async function withBrowser(args, body) {
  const browser = await launch({ args });
  try {
    await visitTeach(browser, body);
  } finally {
    await browser.close();
  }
}

const plays = (page) =>
  page.waitForFunction(() => (document.querySelector(".viewer video")?.currentTime ?? 0) > 0);

test("a camera that is denied is said to be, and can be tried again", async () => {
  await withBrowser(
    ["--use-fake-device-for-media-stream", "--deny-permission-prompts"],
    async (page) => {
      await page.click("text=Use the camera");
      await page
        .locator(".no-picture", { hasText: "The camera is blocked for this page" })
        .waitFor();
      await assertAccessible(page, "a denied camera");
      await page.context().grantPermissions(["camera"]);
      await page.locator(".no-picture button").click();
      await plays(page);
    },
  );
});

test("one of two cameras is chosen, and one that is unplugged is missed", async () => {
  const args = [
    "--use-fake-device-for-media-stream=device-count=2",
    "--use-fake-ui-for-media-stream",
  ];
  await withBrowser(args, async (page) => {
    await page.click("text=Use the camera");
    await plays(page);
    const choice = page.locator('select[aria-label="Camera"]');
    const names = await choice.locator("option").allTextContents();
    assert.equal(names.length, 2);
    await assertAccessible(page, "two cameras");
    const label = () =>
      page.evaluate(
        () => document.querySelector(".viewer video").srcObject?.getVideoTracks()[0].label,
      );
    const before = await label();
    const other = names.find((name) => name !== before);
    await choice.selectOption({ label: other });
    await page.waitForFunction(
      (wanted) =>
        document.querySelector(".viewer video").srcObject?.getVideoTracks()[0].label === wanted,
      other,
    );
    await plays(page);

    // What a browser tells a page when the plug is pulled.
    await page.evaluate(() => {
      const [track] = document.querySelector(".viewer video").srcObject.getVideoTracks();
      track.stop();
      track.dispatchEvent(new Event("ended"));
    });
    await page.locator(".no-picture", { hasText: "The camera is gone" }).waitFor();
    await page.locator(".no-picture button").click();
    await plays(page);
  });
});
