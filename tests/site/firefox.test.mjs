// The site in Firefox.

import { launchFirefox } from "../../pkg/scripts/firefox.mjs";
import { testPages } from "./engines.mjs";

async function launch() {
  const firefox = await launchFirefox();
  const page = await firefox.newPage();
  return {
    goto: (url) => page.goto(url),
    evaluate: (source, ...args) => page.evaluate(`(${source})(...${JSON.stringify(args)})`),
    screenshot: (options) => page.screenshot(options),
    resize: (width, height) => page.setViewport({ width, height }),
    close: () => firefox.close(),
  };
}

testPages("firefox", launch);
