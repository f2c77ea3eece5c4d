// Pages that nothing has been loaded into: in a browser context of their own, without anyone's caches.

import { broken } from "../lib/page.mjs";

/** Opens `module` in such a page on the server of `page`, and hands it to `body`. */
export async function withFreshPage(page, module, body) {
  const context = await page.context().browser().newContext();
  try {
    const fresh = await context.newPage();
    const failure = broken(fresh);
    await fresh.goto(page.url());
    const work = fresh.evaluate((place) => import(place), `/tests/bench/${module}`).then(() => body(fresh));
    return await Promise.race([work, failure]);
  } finally {
    await context.close();
  }
}
