// From a bare machine with Rust and Node to the demo page in one command.
//   npm start [-- --port 4173] [-- --fast]
// The page is built and then served as files, as a host would: what is shown here is what gets published, but for the
// service worker. For editing the page with hot reloading there is `npm run dev -w www`.

import { spawn } from "node:child_process";
import { parseArgs } from "node:util";
import { build } from "./build.mjs";
import { serveSite } from "./serve-site.mjs";
import { setup } from "./setup.mjs";
import { main, npm, say } from "./shell.mjs";

/** Opens the address in the user's browser, where there is a screen to show it on. Failing to is no failure. */
function open(url) {
  const { platform, env } = process;
  const screen = platform === "darwin" || platform === "win32" || env.DISPLAY || env.WAYLAND_DISPLAY;
  if (!screen || env.CI) return;
  const [program, ...args] = { darwin: ["open"], win32: ["cmd", "/c", "start", ""] }[platform] ?? ["xdg-open"];
  spawn(program, [...args, url], { stdio: "ignore", detached: true }).on("error", () => {}).unref();
}

await main(import.meta, async () => {
  const { values } = parseArgs({ options: { port: { type: "string", default: "4173" }, fast: { type: "boolean" } } });
  setup();
  await build({ fast: values.fast });
  say("Building the demo page ...");
  npm("run", "build", "-w", "www");
  const { url } = await serveSite({ port: Number(values.port), isolated: true });
  say(`The demo page is at ${url} (Ctrl-C ends it)`);
  open(url);
});
