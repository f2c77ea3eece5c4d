import { OodgateError } from "../api/errors.js";
import type { Backend, HeadOptions } from "../api/types.js";
import { BackendBenchmark } from "./backend-benchmark.js";
import { guardedCall, guardedObject } from "./instance-recovery.js";
import { loadCpu, loadWebGpu, type RawEngine, type RawHead } from "./wasm.js";
import { probeWebGpu } from "./webgpu-probe.js";

/** A new head on its engine. */
export interface OpenedEngine {
  raw: RawHead;
  module: RawEngine;
  backend: Backend;
  fallbackReason?: string;
}

/** Builds a head of checked options on the backend that they ask for. */
export async function openEngine(options: HeadOptions, classes: number): Promise<OpenedEngine> {
  switch (options.backend) {
    case "cpu":
      return openCpu(options);
    case "webgpu": {
      const probe = await probeWebGpu();
      if (!("reason" in probe)) return openWebGpu(options);
      throw new OodgateError("webgpu-unavailable", `WebGPU cannot be used: ${probe.reason}`);
    }
    default:
      return openFastest(options, classes);
  }
}

async function openCpu(options: HeadOptions, fallbackReason?: string): Promise<OpenedEngine> {
  const engine = await create(await loadCpu(), options, "cpu");
  return { ...engine, ...(fallbackReason !== undefined && { fallbackReason }) };
}

async function openWebGpu(options: HeadOptions): Promise<OpenedEngine> {
  return create(await loadWebGpu(), options, "webgpu");
}

async function create(
  module: RawEngine,
  options: HeadOptions,
  backend: Backend,
): Promise<OpenedEngine> {
  const raw = await guardedCall(module, () => module.RawHead.create(options));
  return { raw: guardedObject(module, raw), module, backend };
}

/**
 * Builds the head again after it was lost. On WebGPU once more after a first lost device, because
 * the driver may only have been restarted; else on the CPU.
 */
export async function reopenEngine(
  options: HeadOptions,
  backend: Backend,
  loss: { reason: string; devices: number },
): Promise<OpenedEngine> {
  if (backend === "webgpu" && loss.devices < 2) {
    try {
      return await openWebGpu(options);
    } catch {
      // There is no device any more.
    }
  }
  if (backend === "cpu") return openCpu(options);
  return openCpu(options, `the WebGPU engine was lost: ${loss.reason}`);
}

/**
 * What "auto" asks, cheapest question first: is there a real GPU behind WebGPU; does a step on the
 * CPU take longer than an empty round trip to that GPU, so that the WebGPU file is worth fetching;
 * does the GPU give the CPU's results; is it faster. Any "no" means the CPU, with the reason.
 */
async function openFastest(options: HeadOptions, classes: number): Promise<OpenedEngine> {
  const probe = await probeWebGpu();
  if ("reason" in probe) return openCpu(options, probe.reason);
  if (probe.software) {
    const reason = `the WebGPU adapter is software (${probe.name}), slower than the CPU engine`;
    return openCpu(options, reason);
  }
  let reason: string | undefined;
  try {
    reason = await whyNotWebGpu(options, classes, probe.roundTrip);
    if (reason === undefined) return await openWebGpu(options);
  } catch (error) {
    reason = error instanceof Error ? error.message : String(error);
  }
  return openCpu(options, reason);
}

/** The reason to stay on the CPU that a few steps on both backends give, if there is one. */
async function whyNotWebGpu(
  options: HeadOptions,
  classes: number,
  roundTrip: () => Promise<number>,
): Promise<string | undefined> {
  const rows = BackendBenchmark.ROWS;
  const benchmark = new BackendBenchmark(options.features, classes);
  const cpu = await benchmark.run(() => openCpu(options));
  const waiting = await roundTrip();
  if (cpu.milliseconds <= waiting) {
    const [step, trip] = [cpu.milliseconds, waiting].map((time) => time.toFixed(2));
    const onCpu = `a step of ${rows} rows takes ${step} ms on the CPU`;
    return `${onCpu}, an empty round trip to the GPU ${trip} ms`;
  }
  const gpu = await benchmark.run(() => openWebGpu(options), Math.max(cpu.losses.length, 2));
  const last = cpu.losses.length - 1;
  const [expected, loss] = [cpu.losses[last] ?? NaN, gpu.losses[last] ?? NaN];
  if (!(Math.abs(loss - expected) <= 1e-3 * Math.max(1, Math.abs(expected)))) {
    const losses = `${loss} against ${expected}`;
    return `WebGPU gave another loss than the CPU for the same steps: ${losses}`;
  }
  if (gpu.milliseconds <= cpu.milliseconds) return undefined;
  const times = `${gpu.milliseconds.toFixed(1)} ms against ${cpu.milliseconds.toFixed(1)} ms`;
  return `WebGPU is slower here: ${times} for a step of ${rows} rows`;
}
