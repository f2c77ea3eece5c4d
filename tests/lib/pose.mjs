// A software adapter that says it is a real GPU, in a page that has not asked for one yet.

/** Everything that an adapter's information holds: the WebGPU engine reads all of it. */
const info = { vendor: "posing", architecture: "posing", device: "", description: "", isFallbackAdapter: false };

export function pose() {
  Object.defineProperty(GPUAdapter.prototype, "info", { get: () => info });
}
