// The suite on the CPU: in a window, in a worker, with heads in Workers, and in Node.

import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { names, run } from "../suite/index.mjs";
import { suiteIn } from "./suite.mjs";

suiteIn("cpu", "a window");
suiteIn("cpu", "a worker");
suiteIn("cpu", "heads' own Workers");

test("cpu in Node", async (t) => {
  const oodgate = await import("../../pkg/dist/index.js");
  const read = (name) => readFile(new URL(`../golden/${name}`, import.meta.url));
  const bytes = async (name) => new Uint8Array(await read(name));
  const golden = async (name) => JSON.parse(await read(name));
  const place = { oodgate, backend: "cpu", worker: false, golden, bytes };
  for (const name of names) await t.test(name, () => run(name, place));
});
