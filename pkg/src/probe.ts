/** The part of the browser's WebGPU interface that is looked at here. */
interface Adapter {
  readonly features: { has(name: string): boolean };
  readonly limits: Readonly<Record<string, number>>;
  readonly info: { readonly architecture: string; readonly vendor: string; readonly isFallbackAdapter?: boolean };
}

/** What there is to work with, or why nothing can be done with it. */
type Probe = { software: boolean; name: string } | { reason: string };

/** What the engine's kernels need. WebGPU guarantees as much; an adapter that only emulates it may not. */
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
