// Pages that nothing has been loaded into: in a browser context of their own, without anyone's caches.

/** Opens `module` in such a page on the server of `page`, and hands it to `body`. */
export async function withFreshPage(page, module, body) {
  const context = await page.context().browser().newContext();
  try {
    const fresh = await context.newPage();
    await fresh.goto(page.url());
    await fresh.evaluate((place) => import(place), `/tests/bench/${module}`);
    return await body(fresh);
  } finally {
    await context.close();
  }
}
