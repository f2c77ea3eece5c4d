// Counts what a page asks of WebGPU, by wrapping the prototypes that every library's calls go through.
// Imported first: what was called before is not counted.

const zero = { dispatches: 0, submits: 0, writes: 0, mappedUploads: 0, readbacks: 0 };
let counts = { ...zero };
const queues = new Set();

function wrap(prototype, method, before) {
  const original = prototype?.[method];
  if (!original) return;
  prototype[method] = function counted(...args) {
    before(this, args);
    return original.apply(this, args);
  };
}

wrap(globalThis.GPUComputePassEncoder?.prototype, "dispatchWorkgroups", () => (counts.dispatches += 1));
wrap(globalThis.GPUComputePassEncoder?.prototype, "dispatchWorkgroupsIndirect", () => (counts.dispatches += 1));
wrap(globalThis.GPUQueue?.prototype, "submit", (queue) => {
  counts.submits += 1;
  queues.add(queue);
});
wrap(globalThis.GPUQueue?.prototype, "writeBuffer", () => (counts.writes += 1));
// The other way up: a buffer that is born mapped, filled by the page and then copied from.
wrap(globalThis.GPUDevice?.prototype, "createBuffer", (_, [{ mappedAtCreation }]) => {
  if (mappedAtCreation) counts.mappedUploads += 1;
});
wrap(globalThis.GPUBuffer?.prototype, "mapAsync", (_, [mode]) => {
  if (mode & GPUMapMode.READ) counts.readbacks += 1;
});

/** The counts since the last call, which start again at zero. */
export function takeCounts() {
  const taken = counts;
  counts = { ...zero };
  return taken;
}

/** Resolves when every device of the page has finished what it was given. */
export const drain = () => Promise.all([...queues].map((queue) => queue.onSubmittedWorkDone()));
