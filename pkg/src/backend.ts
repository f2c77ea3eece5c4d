import { OodgateError } from "./errors.js";
import type { Backend, HeadOptions } from "./types.js";
import { loadCpu, loadWebGpu, type RawHead, type RawModule } from "./wasm.js";

/** A new head and where it runs. */
export interface Opened {
  raw: RawHead;
  module: RawModule;
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
  const module = await loadCpu();
  const raw = await module.RawHead.create(options);
  return { raw, module, backend: "cpu", ...(fallbackReason !== undefined && { fallbackReason }) };
}

async function openWebGpu(options: HeadOptions): Promise<Opened> {
  const module = await loadWebGpu();
  return { raw: await module.RawHead.create(options), module, backend: "webgpu" };
}

/**
 * The order of events behind "auto", cheapest first: is there a real GPU behind WebGPU; is a step on the CPU slow enough that
 * the WebGPU file is worth fetching; does the GPU give the CPU's results; is it faster. Any "no" is CPU, with the reason.
 */
async function openFastest(options: HeadOptions, classes: number): Promise<Opened> {
  const probe = await probeWebGpu();
  if ("reason" in probe) return openCpu(options, probe.reason);
  if (probe.software) return openCpu(options, `the WebGPU adapter is software (${probe.name}), slower than the CPU engine`);

  const trial = new Trial(options.features, classes);
  const cpu = await trial.run(() => openCpu(options));
  if (cpu.milliseconds < WORTH_A_GPU_MS) {
    const took = cpu.milliseconds.toFixed(2);
    return openCpu(options, `a step of ${Trial.ROWS} rows takes ${took} ms on the CPU, less than a WebGPU step costs in waiting`);
  }
  try {
    const gpu = await trial.run(() => openWebGpu(options));
    if (!(Math.abs(gpu.loss - cpu.loss) <= 1e-3 * Math.max(1, Math.abs(cpu.loss)))) {
      return openCpu(options, `WebGPU gave another loss than the CPU for the same steps: ${gpu.loss} against ${cpu.loss}`);
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

/** Submitting a step to a GPU and reading its loss takes a browser about this long whatever the step holds. */
const WORTH_A_GPU_MS = 2;

/** A few steps on made-up rows, to compare backends by result and by time. */
class Trial {
  /** The default batch size of `fit`. */
  static readonly ROWS = 128;
  static readonly STEPS = 4;

  readonly #features: Float32Array;
  readonly #labels: Float64Array;

  constructor(width: number, classes: number) {
    // Any spread of values does: this is a sine, so that no random state is needed.
    this.#features = Float32Array.from({ length: Trial.ROWS * width }, (_, index) => Math.sin(index * 0.37));
    this.#labels = Float64Array.from({ length: Trial.ROWS }, (_, row) => row % classes);
  }

  /** The loss of the last step and the time of the fastest, on a head of its own. The first step compiles the shaders. */
  async run(open: () => Promise<Opened>): Promise<{ loss: number; milliseconds: number }> {
    const { raw } = await open();
    try {
      let milliseconds = Infinity;
      let loss = NaN;
      for (let step = 0; step < Trial.STEPS; step++) {
        const start = performance.now();
        loss = (await raw.trainStep(this.#features, this.#labels, undefined)).loss;
        if (step > 0) milliseconds = Math.min(milliseconds, performance.now() - start);
      }
      return { loss, milliseconds };
    } finally {
      raw.free();
    }
  }
}

/** The part of the browser's WebGPU interface that is looked at here. */
interface Adapter {
  readonly features: { has(name: string): boolean };
  readonly limits: Readonly<Record<string, number>>;
  readonly info: { readonly architecture: string; readonly vendor: string; readonly isFallbackAdapter?: boolean };
}

type Probe = { software: boolean; name: string } | { reason: string };

/** What the engine's kernels need of an adapter; WebGPU guarantees less than some browsers offer. */
const LIMITS = { maxStorageBuffersPerShaderStage: 8, maxComputeInvocationsPerWorkgroup: 256 };

/** Asks the browser for an adapter and looks at it before any of the WebGPU engine is fetched. Never throws. */
export async function probeWebGpu(): Promise<Probe> {
  const { navigator } = globalThis as { navigator?: { gpu?: { requestAdapter(): Promise<Adapter | null> } } };
  const gpu = navigator?.gpu;
  if (gpu === undefined) return { reason: "this environment has no WebGPU (navigator.gpu is missing)" };
  try {
    const adapter = await gpu.requestAdapter();
    if (adapter === null) return { reason: "the browser has WebGPU but offers no adapter" };
    // Without it CubeCL's runtime panics when it starts.
    if (!adapter.features.has("timestamp-query")) return { reason: "the WebGPU adapter lacks timestamp-query" };
    for (const [limit, least] of Object.entries(LIMITS)) {
      const offered = adapter.limits[limit] ?? 0;
      if (offered < least) return { reason: `the WebGPU adapter's ${limit} is ${offered}, below ${least}` };
    }
    const { architecture, vendor, isFallbackAdapter } = adapter.info;
    const software = isFallbackAdapter === true || /swiftshader|llvmpipe|lavapipe/i.test(architecture);
    return { software, name: architecture || vendor || "unnamed" };
  } catch (error) {
    return { reason: `asking for a WebGPU adapter failed: ${error instanceof Error ? error.message : String(error)}` };
  }
}
