// Counts the page's live GPU buffers. Imported first: what was made before is not counted.

const live = new Map();
let next = 0;
const numbers = new WeakMap();
// A buffer that is dropped without destroy() lives until it is collected.
const collected = new FinalizationRegistry((number) => live.delete(number));

const { GPUDevice, GPUBuffer } = globalThis;
if (GPUDevice) {
  const { createBuffer } = GPUDevice.prototype;
  GPUDevice.prototype.createBuffer = function counted(descriptor) {
    const buffer = createBuffer.call(this, descriptor);
    numbers.set(buffer, next);
    collected.register(buffer, next);
    live.set(next, descriptor.size);
    next += 1;
    return buffer;
  };
  const { destroy } = GPUBuffer.prototype;
  GPUBuffer.prototype.destroy = function counted() {
    live.delete(numbers.get(this));
    return destroy.call(this);
  };
}

/** How many there are, and their bytes. */
export const liveBuffers = () => ({ count: live.size, bytes: [...live.values()].reduce((sum, size) => sum + size, 0) });
