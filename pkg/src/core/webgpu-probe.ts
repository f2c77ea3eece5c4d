/** The part of the browser's WebGPU interface that is used here. */
interface Gpu {
  requestAdapter(options: { powerPreference: string }): Promise<Adapter | null>;
}
interface Adapter {
  readonly features: { has(name: string): boolean };
  readonly limits: Readonly<Record<string, number>>;
  readonly info: AdapterInfo;
  requestDevice(): Promise<Device>;
}
interface AdapterInfo {
  readonly architecture: string;
  readonly description?: string;
  readonly vendor: string;
  readonly isFallbackAdapter?: boolean;
}
interface Device {
  readonly queue: { submit(commands: unknown[]): void };
  createBuffer(descriptor: { size: number; usage: number }): Buffer;
  createCommandEncoder(): CommandEncoder;
  destroy(): void;
}
interface CommandEncoder {
  copyBufferToBuffer(from: Buffer, start: number, to: Buffer, at: number, size: number): void;
  finish(): unknown;
}
interface Buffer {
  mapAsync(mode: number): Promise<void>;
  unmap(): void;
}

/** The adapter, or why there is none that can be used. */
type Probe =
  { software: boolean; name: string; roundTrip: () => Promise<number> } | { reason: string };

/**
 * What the engine's kernels need. WebGPU guarantees it; an adapter that emulates WebGPU may not.
 */
const LIMITS = { maxStorageBuffersPerShaderStage: 8, maxComputeInvocationsPerWorkgroup: 256 };

/** The round trip's time once it was measured, which takes a device of its own. */
let measured: number | undefined;

/** Looks for an adapter before any of the WebGPU engine is fetched. Never throws. */
export async function probeWebGpu(): Promise<Probe> {
  const { navigator } = globalThis as { navigator?: { gpu?: Gpu } };
  const gpu = navigator?.gpu;
  if (gpu === undefined) {
    return { reason: "this environment has no WebGPU (navigator.gpu is missing)" };
  }
  try {
    const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
    if (adapter === null) return { reason: "the browser has WebGPU but offers no adapter" };
    return examine(adapter);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { reason: `asking for a WebGPU adapter failed: ${message}` };
  }
}

function examine(adapter: Adapter): Probe {
  // Without it CubeCL's runtime panics when it starts.
  if (!adapter.features.has("timestamp-query")) {
    return { reason: "the WebGPU adapter lacks timestamp-query" };
  }
  for (const [limit, least] of Object.entries(LIMITS)) {
    const offered = adapter.limits[limit] ?? 0;
    if (offered < least) {
      return { reason: `the WebGPU adapter's ${limit} is ${offered}, below ${least}` };
    }
  }
  const { architecture, description, vendor, isFallbackAdapter } = adapter.info;
  // wgpu leaves the architecture empty, and its vendor is a number.
  const name = architecture || description || vendor || "unnamed";
  return {
    software: isFallbackAdapter === true || /swiftshader|llvmpipe|lavapipe/i.test(name),
    name,
    roundTrip: async () => (measured ??= await measureRoundTrip(adapter)),
  };
}

// Bits of GPUBufferUsage and GPUMapMode, which are not defined where there is no WebGPU.
const [MAP_READ, COPY_SRC, COPY_DST, READ] = [1, 4, 8, 1];

/**
 * Milliseconds from a submission until the page has its answer, the least of a few: no step that
 * reads its loss takes less.
 */
async function measureRoundTrip(adapter: Adapter): Promise<number> {
  const device = await adapter.requestDevice();
  try {
    const from = device.createBuffer({ size: 4, usage: COPY_SRC });
    const to = device.createBuffer({ size: 4, usage: COPY_DST | MAP_READ });
    let least = Infinity;
    for (let round = 0; round < 5; round++) {
      const start = performance.now();
      const encoder = device.createCommandEncoder();
      encoder.copyBufferToBuffer(from, 0, to, 0, 4);
      device.queue.submit([encoder.finish()]);
      await to.mapAsync(READ);
      least = Math.min(least, performance.now() - start);
      to.unmap();
    }
    return least;
  } finally {
    device.destroy();
  }
}
