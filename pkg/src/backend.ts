import { OodgateError } from "./errors.js";
import { probeWebGpu } from "./probe.js";
import { guarded, translated } from "./traps.js";
import { Trial } from "./trial.js";
import type { Backend, HeadOptions } from "./types.js";
import { loadCpu, loadWebGpu, type RawEngine, type RawHead } from "./wasm.js";

/** A new head and where it runs. */
export interface Opened {
  raw: RawHead;
  module: RawEngine;
  backend: Backend;
  fallbackReason?: string;
}

/** Builds a head of checked options on the backend they ask for. */
export async function open(options: HeadOptions, classes: number): Promise<Opened> {
  switch (options.backend) {
    case "cpu":
      return openCpu(options);
    case "webgpu": {
      const probe = await probeWebGpu();
      if ("reason" in probe) throw new OodgateError("webgpu-unavailable", `WebGPU cannot be used: ${probe.reason}`);
      return openWebGpu(options);
    }
    default:
      return openFastest(options, classes);
  }
}

async function openCpu(options: HeadOptions, fallbackReason?: string): Promise<Opened> {
  const opened = await create(await loadCpu(), options, "cpu");
  return { ...opened, ...(fallbackReason !== undefined && { fallbackReason }) };
}

async function openWebGpu(options: HeadOptions): Promise<Opened> {
  return create(await loadWebGpu(), options, "webgpu");
}

async function create(module: RawEngine, options: HeadOptions, backend: Backend): Promise<Opened> {
  const raw = await translated(module, () => module.RawHead.create(options));
  return { raw: guarded(module, raw), module, backend };
}

/**
 * Builds the head again after it was lost: on WebGPU once more when a first device was lost, for a driver may only have been
 * restarted; else on the CPU.
 */
export async function reopen(options: HeadOptions, backend: Backend, lost: { reason: string; devices: number }): Promise<Opened> {
  if (backend === "webgpu" && lost.devices < 2) {
    try {
      return await openWebGpu(options);
    } catch {
      // No device any more.
    }
  }
  return backend === "cpu" ? openCpu(options) : openCpu(options, `the WebGPU engine was lost: ${lost.reason}`);
}

/**
 * The order of events behind "auto", cheapest first: is there a real GPU behind WebGPU; does a step on the CPU take longer than an
 * empty round trip to that GPU, so that the WebGPU file is worth fetching; does the GPU give the CPU's results; is it faster. Any
 * "no" is CPU, with the reason.
 */
async function openFastest(options: HeadOptions, classes: number): Promise<Opened> {
  const probe = await probeWebGpu();
  if ("reason" in probe) return openCpu(options, probe.reason);
  if (probe.software) return openCpu(options, `the WebGPU adapter is software (${probe.name}), slower than the CPU engine`);

  const trial = new Trial(options.features, classes);
  try {
    const cpu = await trial.run(() => openCpu(options));
    const waiting = await probe.roundTrip();
    if (cpu.milliseconds <= waiting) {
      const [took, trip] = [cpu.milliseconds, waiting].map((milliseconds) => milliseconds.toFixed(2));
      return openCpu(options, `a step of ${Trial.ROWS} rows takes ${took} ms on the CPU, an empty round trip to the GPU ${trip} ms`);
    }
    const gpu = await trial.run(() => openWebGpu(options), Math.max(cpu.losses.length, 2));
    const last = cpu.losses.length - 1;
    const [own, loss] = [cpu.losses[last] ?? NaN, gpu.losses[last] ?? NaN];
    if (!(Math.abs(loss - own) <= 1e-3 * Math.max(1, Math.abs(own)))) {
      return openCpu(options, `WebGPU gave another loss than the CPU for the same steps: ${loss} against ${own}`);
    }
    if (gpu.milliseconds > cpu.milliseconds) {
      const times = `${gpu.milliseconds.toFixed(1)} ms against ${cpu.milliseconds.toFixed(1)} ms`;
      return openCpu(options, `WebGPU is slower here: ${times} for a step of ${Trial.ROWS} rows`);
    }
    return await openWebGpu(options);
  } catch (error) {
    return openCpu(options, error instanceof Error ? error.message : String(error));
  }
}
