// Repeats one part of tests/soak/page.mjs and compares the page's memory after the warm-up with that at the end.

import { withPage } from "../lib/page.mjs";

const mebibytes = (bytes) => (bytes / 2 ** 20).toFixed(2);

/** What a garbage collection leaves, and what the page knows of itself. */
async function read(page, session) {
  // Twice, with a turn between: finalizers run after the first one, and free what the second one finds.
  for (let round = 0; round < 2; round += 1) {
    await session.send("HeapProfiler.collectGarbage");
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 50)));
  }
  // Arrays lie beside the heap.
  const { usedSize, backingStorageSize } = await session.send("Runtime.getHeapUsage");
  return { heap: usedSize + backingStorageSize, workers: page.workers().length, ...(await page.evaluate(() => globalThis.soak.read())) };
}

/** Growth between two readings beyond which it is a leak: a heap's size depends on when the compiler last ran. */
const allowed = { wasm: 0, heap: 2 ** 20, workers: 0, count: 0, bytes: 0 };

/**
 * One part on one backend, in a page of its own. Throws when memory grew.
 * @param {object} options
 * @param {string} options.part one of tests/soak/page.mjs
 * @param {"cpu" | "webgpu"} options.backend
 * @param {number} options.warmUp units before the first reading
 * @param {number} options.units units after it, in four pieces with a reading after each
 */
export async function soak({ part, backend, warmUp, units }) {
  await withPage({ entry: "soak/page.mjs" }, async (page) => {
    const session = await page.context().newCDPSession(page);
    const work = (count) => page.evaluate(([name, n]) => globalThis.soak.work(name, n), [part, count]);
    const started = performance.now();
    await page.evaluate(([name, where]) => globalThis.soak.start(name, where), [part, backend]);
    await work(warmUp);
    const readings = [await read(page, session)];
    for (let piece = 0; piece < 4; piece += 1) {
      await work(units / 4);
      readings.push(await read(page, session));
    }
    const series = (name, show) => readings.map((reading) => show(reading[name])).join(" ");
    const gpu = backend === "webgpu" ? `; GPU buffers ${series("count", String)}, MiB ${series("bytes", mebibytes)}` : "";
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(`${part}, ${backend}: ${warmUp} to warm up and ${units} more in ${seconds} s; ` +
      `wasm MiB ${series("wasm", mebibytes)}; heap MiB ${series("heap", mebibytes)}; Workers ${series("workers", String)}${gpu}`);
    for (const [name, most] of Object.entries(allowed)) {
      const growth = readings.at(-1)[name] - readings[0][name];
      if (growth > most) throw new Error(`${part}, ${backend}: ${name} grew by ${growth} from ${readings[0][name]}`);
    }
  });
}
