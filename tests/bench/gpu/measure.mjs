// How things are timed here.

import { quantile } from "../samples.mjs";

/** The median milliseconds of a call over about so many of them, after two that do not count. */
export async function medianTime(call, budgetMs, atLeast = 5) {
  for (let i = 0; i < 2; i += 1) await call(i);
  const times = [];
  const end = performance.now() + budgetMs;
  while (times.length < atLeast || (performance.now() < end && times.length < 200)) {
    const started = performance.now();
    await call(times.length);
    times.push(performance.now() - started);
  }
  return quantile(times, 0.5);
}

/** Milliseconds of a call. */
export async function time(call) {
  const started = performance.now();
  await call();
  return performance.now() - started;
}

/** An empty round trip to the device: a copy of four bytes that is read. */
export function floorOf(device) {
  const { COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage;
  const from = device.createBuffer({ size: 4, usage: COPY_SRC | COPY_DST });
  return medianTime(async () => {
    const to = device.createBuffer({ size: 4, usage: COPY_DST | MAP_READ });
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(from, 0, to, 0, 4);
    device.queue.submit([encoder.finish()]);
    await to.mapAsync(GPUMapMode.READ);
    to.destroy();
  }, 300);
}
