// The products of a training step and nothing else, in plain WGSL: tiles of 16 x 16 in workgroup
// memory, a thread for each number. What any step on this device has to do at least.

const TILE = 16;

/**
 * C [m, n] = A B over k. `a` and `b` say how the factors lie in memory: "mk" or "km", "kn" or "nk",
 * the last letter contiguous. Threads that are neighbours read neighbours.
 */
function code({ m, n, k, a, b }) {
  const aIndex = a === "mk" ? "row * K + depth" : "depth * M + row";
  const bIndex = b === "kn" ? "depth * N + column" : "column * K + depth";
  // Which of a tile's two coordinates runs along memory.
  const [aRow, aDepth] = a === "mk" ? ["y", "x"] : ["x", "y"];
  const [bDepth, bColumn] = b === "kn" ? ["y", "x"] : ["x", "y"];
  return `
    const M = ${m}u; const N = ${n}u; const K = ${k}u;
    @group(0) @binding(0) var<storage, read> A: array<f32>;
    @group(0) @binding(1) var<storage, read> B: array<f32>;
    @group(0) @binding(2) var<storage, read_write> C: array<f32>;
    var<workgroup> tileA: array<array<f32, ${TILE + 1}>, ${TILE}>;
    var<workgroup> tileB: array<array<f32, ${TILE + 1}>, ${TILE}>;
    fn loadA(row: u32, depth: u32) -> f32 {
      if (row >= M || depth >= K) { return 0.0; }
      return A[${aIndex}];
    }
    fn loadB(depth: u32, column: u32) -> f32 {
      if (depth >= K || column >= N) { return 0.0; }
      return B[${bIndex}];
    }
    @compute @workgroup_size(${TILE}, ${TILE})
    fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) me: vec3<u32>) {
      let top = group.y * ${TILE}u;
      let left = group.x * ${TILE}u;
      var sum = 0.0;
      for (var start = 0u; start < K; start += ${TILE}u) {
        tileA[me.${aRow}][me.${aDepth}] = loadA(top + me.${aRow}, start + me.${aDepth});
        tileB[me.${bDepth}][me.${bColumn}] = loadB(start + me.${bDepth}, left + me.${bColumn});
        workgroupBarrier();
        for (var i = 0u; i < ${TILE}u; i++) { sum += tileA[me.y][i] * tileB[i][me.x]; }
        workgroupBarrier();
      }
      let row = top + me.y;
      let column = left + me.x;
      if (row < M && column < N) { C[row * N + column] = sum; }
    }
  `;
}

/** A product whose buffers are there, ready to be dispatched. */
function product(device, shape, [A, B, C]) {
  const module = device.createShaderModule({ code: code(shape) });
  const pipeline = device.createComputePipeline({
    layout: "auto",
    compute: { module, entryPoint: "main" },
  });
  const entries = [A, B, C].map((buffer, binding) => ({ binding, resource: { buffer } }));
  const group = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
  const counts = [Math.ceil(shape.n / TILE), Math.ceil(shape.m / TILE)];
  return (pass) => {
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(...counts);
  };
}

const { STORAGE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage;

function buffer(device, length) {
  const made = device.createBuffer({ size: 4 * length, usage: STORAGE | COPY_SRC | COPY_DST });
  const numbers = Float32Array.from({ length }, (_, index) => Math.sin(index * 0.37));
  device.queue.writeBuffer(made, 0, numbers);
  return made;
}

/** The first numbers of a buffer. */
async function first(device, from, count) {
  const mapped = device.createBuffer({ size: 4 * count, usage: COPY_DST | MAP_READ });
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(from, 0, mapped, 0, 4 * count);
  device.queue.submit([encoder.finish()]);
  await mapped.mapAsync(GPUMapMode.READ);
  return new Float32Array(mapped.getMappedRange().slice(0));
}

/** Throws unless the logits' first row is what it has to be. */
async function check(device, logits, { features, outputs }) {
  const found = await first(device, logits, outputs);
  for (let output = 0; output < outputs; output += 1) {
    let expected = 0;
    for (let i = 0; i < features; i += 1) {
      expected += Math.sin(i * 0.37) * Math.sin((output * features + i) * 0.37);
    }
    if (!(Math.abs(found[output] - expected) < 1e-3 * Math.sqrt(features))) {
      throw new Error(`bare product ${output}: ${found[output]}, expected ${expected}`);
    }
  }
}

/**
 * The products of a head's step: forward through all layers, back to the weights, and to the inputs
 * of all layers but the first. `run(steps)` does so many.
 */
export async function openBare(device, { features, hidden = [], classes, rows }) {
  const widths = [features, ...hidden, classes];
  const values = widths.map((width) => buffer(device, rows * width));
  const all = [...values];
  const forward = [];
  const backward = [];
  for (let layer = 0; layer + 1 < widths.length; layer += 1) {
    const [inputs, outputs] = [widths[layer], widths[layer + 1]];
    const [weights, gradient] = [0, 1].map(() => buffer(device, inputs * outputs));
    const [from, to] = [values[layer], values[layer + 1]];
    const out = { m: rows, n: outputs, k: inputs, a: "mk", b: "nk" };
    forward.push(product(device, out, [from, weights, to]));
    const own = { m: outputs, n: inputs, k: rows, a: "km", b: "kn" };
    backward.unshift(product(device, own, [to, from, gradient]));
    if (layer > 0) {
      const below = buffer(device, rows * inputs);
      const back = { m: rows, n: inputs, k: outputs, a: "mk", b: "kn" };
      backward.unshift(product(device, back, [to, weights, below]));
      all.push(below);
    }
    all.push(weights, gradient);
  }
  const run = async (steps) => {
    const encoder = device.createCommandEncoder();
    for (let step = 0; step < steps; step += 1) {
      const pass = encoder.beginComputePass();
      for (const dispatch of [...forward, ...backward]) dispatch(pass);
      pass.end();
    }
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
  };
  await run(1);
  await check(device, values[1], { features, outputs: widths[1] });
  return { run, close: () => all.forEach((one) => one.destroy()) };
}
