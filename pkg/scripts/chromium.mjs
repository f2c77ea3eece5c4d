// The system's Chromium or Chrome.

import { find, install } from "./system.mjs";

const chromium = {
  title: "Chromium",
  variable: "CHROMIUM_PATH",
  names: ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"],
  places: {
    darwin: ["/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium"],
    win32: ["C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe"],
  },
  debian: "chromium",
};

export const findChromium = () => find(chromium);
export const installChromium = () => install(chromium);
