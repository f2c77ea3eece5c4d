// How often a call waits for the GPU, where JavaScript can see it: in pages and in Deno.

/** Answers the waits of a call: what is asked for together is waited for once. */
export async function waitsOf(call) {
  const { mapAsync } = GPUBuffer.prototype;
  let [waits, pending] = [0, 0];
  GPUBuffer.prototype.mapAsync = async function counted(...given) {
    if (pending === 0) waits += 1;
    pending += 1;
    await mapAsync.apply(this, given);
    pending -= 1;
  };
  await call();
  GPUBuffer.prototype.mapAsync = mapAsync;
  return waits;
}
