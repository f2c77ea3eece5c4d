// The system's Firefox, as it is: driven through WebDriver BiDi, which it has built in.

import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { at, Failure } from "./shell.mjs";
import { find, install } from "./system.mjs";

const firefox = {
  title: "Firefox",
  variable: "FIREFOX_PATH",
  names: ["firefox-esr", "firefox"],
  places: { darwin: ["/Applications/Firefox.app/Contents/MacOS/firefox"], win32: ["C:\\Program Files\\Mozilla Firefox\\firefox.exe"] },
  debian: "firefox-esr",
};

export const findFirefox = () => find(firefox);
export const installFirefox = () => install(firefox);

/** A camera that shows a test picture, which pages get without a question. */
const preferences = {
  "media.navigator.streams.fake": true,
  "media.navigator.permission.disabled": true,
};

/** A running Firefox without a window, as puppeteer's Browser; the caller closes it. */
export async function launchFirefox() {
  const executablePath = findFirefox();
  if (!executablePath) throw new Failure('There is no Firefox: "npm run setup -- --firefox" installs it, FIREFOX_PATH names another.');
  // puppeteer-core is a dependency of tests/, not of the package that this folder belongs to. Playwright drives only its own build of Firefox.
  const entry = createRequire(at("tests", "package.json")).resolve("puppeteer-core");
  const { default: puppeteer } = await import(pathToFileURL(entry));
  return puppeteer.launch({
    browser: "firefox",
    executablePath,
    headless: true,
    // Puppeteer gives it half a minute: a machine that compiles meanwhile may take longer.
    timeout: 180_000,
    extraPrefsFirefox: preferences,
  });
}
