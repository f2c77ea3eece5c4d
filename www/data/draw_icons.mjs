// Draws ../public/icon-app.svg as the PNG files of the sizes that systems want for an app.
//   node draw_icons.mjs

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { launch } from "../../pkg/scripts/browser.mjs";

const file = (name) => fileURLToPath(new URL(`../public/${name}`, import.meta.url));

const browser = await launch();
try {
  for (const size of [192, 512]) {
    const page = await browser.newPage({ viewport: { width: size, height: size } });
    const picture = `data:image/svg+xml;base64,${readFileSync(file("icon-app.svg"), "base64")}`;
    await page.setContent(`<body style="margin: 0"><img width=${size} src="${picture}">`);
    await page.locator("img").screenshot({ path: file(`icon-${size}.png`) });
    await page.close();
  }
} finally {
  await browser.close();
}
