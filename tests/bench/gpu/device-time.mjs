// How long the device itself works: timestamps around every compute pass that anybody in this
// program encodes. Imported first: it wraps the prototypes that all calls go through.

/** Two for each pass; WebGPU allows no more in a set. */
const capacity = 4096;

/** What is known of a device: its timestamps, and how many passes there were. */
const devices = new Map();
const deviceOf = new WeakMap();
let isRecording = false;

function stateOf(device) {
  const known = devices.get(device);
  if (known) return known;
  const timestamps = device.features.has("timestamp-query")
    ? device.createQuerySet({ type: "timestamp", count: capacity })
    : undefined;
  const state = { timestamps, used: 0, passes: 0 };
  devices.set(device, state);
  return state;
}

const { createCommandEncoder } = GPUDevice.prototype;
GPUDevice.prototype.createCommandEncoder = function noted(...given) {
  const encoder = createCommandEncoder.apply(this, given);
  deviceOf.set(encoder, this);
  return encoder;
};

const { beginComputePass } = GPUCommandEncoder.prototype;
GPUCommandEncoder.prototype.beginComputePass = function timed(descriptor = {}) {
  const device = isRecording ? deviceOf.get(this) : undefined;
  if (!device) return beginComputePass.call(this, descriptor);
  const state = stateOf(device);
  state.passes += 1;
  const hasRoom = state.timestamps && state.used + 2 <= capacity && !descriptor.timestampWrites;
  if (!hasRoom) return beginComputePass.call(this, descriptor);
  const timestampWrites = {
    querySet: state.timestamps,
    beginningOfPassWriteIndex: state.used,
    endOfPassWriteIndex: state.used + 1,
  };
  state.used += 2;
  return beginComputePass.call(this, { label: descriptor.label ?? "", timestampWrites });
};

/** Milliseconds that the recorded passes of a device took. */
async function read(device, { timestamps, used }) {
  const size = 8 * used;
  const { QUERY_RESOLVE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage;
  const resolved = device.createBuffer({ size, usage: QUERY_RESOLVE | COPY_SRC });
  const mapped = device.createBuffer({ size, usage: COPY_DST | MAP_READ });
  const encoder = device.createCommandEncoder();
  encoder.resolveQuerySet(timestamps, 0, used, resolved, 0);
  encoder.copyBufferToBuffer(resolved, 0, mapped, 0, size);
  device.queue.submit([encoder.finish()]);
  await mapped.mapAsync(GPUMapMode.READ);
  const times = new BigUint64Array(mapped.getMappedRange().slice(0));
  let nanoseconds = 0;
  for (let pass = 0; pass < used; pass += 2) nanoseconds += Number(times[pass + 1] - times[pass]);
  resolved.destroy();
  mapped.destroy();
  return nanoseconds / 1e6;
}

/**
 * Milliseconds that devices worked in the passes of `work`: where there were more than fit into a
 * set, those that fit stand for all. NaN without timestamps.
 */
export async function deviceTime(work) {
  for (const state of devices.values()) Object.assign(state, { used: 0, passes: 0 });
  isRecording = true;
  try {
    await work();
  } finally {
    isRecording = false;
  }
  let sum = 0;
  for (const [device, state] of devices) {
    if (state.passes === 0) continue;
    if (state.used === 0) return NaN;
    sum += (await read(device, state)) * ((2 * state.passes) / state.used);
  }
  return sum;
}
