// The API reference beside the pages, which every page links to.

import { test } from "node:test";
import { launch } from "../../pkg/scripts/browser.mjs";
import { addressOf, watchFaults } from "./site.mjs";

test("every page leads to the API reference, which documents createHead", async () => {
  const browser = await launch();
  try {
    for (const name of ["teach", "text", "logitnorm", "playground", "together"]) {
      const page = await browser.newPage();
      const assertNoFaults = watchFaults(page);
      await page.goto(addressOf(`${name}/`));
      await page.getByRole("link", { name: "API", exact: true }).click();
      await page.locator('.tsd-page-title, h1').first().waitFor();
      await page.locator('.col-content a[href="modules/index.html"]').click();
      await page.locator('.col-content a[href$="createHead.html"]').first().click();
      await page.getByRole("heading", { name: /createHead/ }).first().waitFor();
      assertNoFaults();
      await page.close();
    }
  } finally {
    await browser.close();
  }
});
