// The other side: TensorFlow.js on its wasm or webgpu backend, as a head with the same layers, loss and optimiser. Two everyday
// ways of writing it, for which is faster depends on the shapes: variables and gradients of the core API, and the Layers API.

const files = {
  wasm: ["tfjs/dist/tf.min.js", "tfjs-backend-wasm/dist/tf-backend-wasm.min.js"],
  webgpu: ["tfjs/dist/tf.min.js", "tfjs-backend-webgpu/dist/tf-backend-webgpu.min.js"],
};

const loaded = new Map();

/** Its published files are classic scripts that share one global, `tf`. */
function loadScript(src) {
  const load = () =>
    new Promise((done, failed) => {
      const script = document.createElement("script");
      Object.assign(script, { src, onload: done, onerror: () => failed(new Error(`Could not load ${src}.`)) });
      document.head.append(script);
    });
  if (!loaded.has(src)) loaded.set(src, load());
  return loaded.get(src);
}

/** Loads and starts one backend; says which version and which instructions it runs on. */
export async function startTfjs(backend) {
  for (const file of files[backend]) await loadScript(`/node_modules/@tensorflow/${file}`);
  const { tf } = globalThis;
  if (backend === "wasm") {
    tf.wasm.setWasmPaths("/node_modules/@tensorflow/tfjs-backend-wasm/dist/");
    // The bench page is cross-origin isolated for its clock. Ordinary pages are not, and get one thread, as ours does.
    tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
  }
  if (!(await tf.setBackend(backend))) throw new Error(`tfjs did not start its ${backend} backend.`);
  await tf.ready();
  const simd = backend === "wasm" ? `, SIMD ${await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT")}, one thread` : "";
  return `tfjs ${tf.version.tfjs} ${backend}${simd}`;
}

/** Mean cross-entropy on f / ((|f| + 1e-7) tau) of each row, [rows]. */
export function logitNorm(tf, oneHot, logits, tau) {
  const norm = tf.sqrt(tf.sum(tf.square(logits), 1, true));
  const scaled = tf.div(logits, tf.mul(tf.add(norm, 1e-7), tau));
  return tf.neg(tf.sum(tf.mul(oneHot, tf.logSoftmax(scaled)), 1));
}

export function upload(tf, { x, labels }, features, classes) {
  const inputs = tf.tensor2d(x, [labels.length, features]);
  // By a cast: asked for float32 itself, the wasm kernel of 4.22.0 writes integer ones, which read as 1.4e-45.
  const oneHot = tf.tidy(() => tf.cast(tf.oneHot(tf.tensor1d(labels, "int32"), classes), "float32"));
  return [inputs, oneHot];
}

/** The same update rules. tfjs has no decoupled decay: its Adam is AdamW without decay, epsilon outside the root in both. */
function makeOptimizer({ kind, learningRate, momentum }) {
  const { train } = globalThis.tf;
  return kind === "sgd" ? train.momentum(learningRate, momentum) : train.adam(learningRate, 0.9, 0.999, 1e-8);
}

/** Weights [inputs, outputs] and biases of all layers as tensors. */
const tensors = (tf, weights) => weights.flatMap(({ weight, bias }) =>
  [tf.tensor2d(weight, [weight.length / bias.length, bias.length]), tf.tensor1d(bias)]);

/** Variables, gradients and an optimiser of the core API. */
function openCore({ features, classes, tau, optimizer: rule, weights }) {
  const { tf } = globalThis;
  const variables = tf.tidy(() => tensors(tf, weights).map((tensor) => tf.variable(tensor)));
  const optimizer = makeOptimizer(rule);
  const linear = (inputs, layer) => tf.add(tf.matMul(inputs, variables[2 * layer]), variables[2 * layer + 1]);
  const run = (inputs) => weights.slice(1).reduce((values, _, i) => linear(tf.relu(values), i + 1), linear(inputs, 0));
  async function step(batch) {
    const [inputs, oneHot] = upload(tf, batch, features, classes);
    const loss = tf.tidy(() => {
      const { value, grads } = tf.variableGrads(() => tf.mean(logitNorm(tf, oneHot, run(inputs), tau)), variables);
      optimizer.applyGradients(grads);
      return value;
    });
    const [value] = await loss.data();
    tf.dispose([inputs, oneHot, loss]);
    return value;
  }
  const close = () => {
    tf.dispose(variables);
    optimizer.dispose();
  };
  return { name: "core API", step, close };
}

/** Dense layers, ReLU between them, compiled with the loss and the optimiser. Starts from `weights` where they are given. */
export function makeModel({ features, classes, hidden = [], tau, optimizer: rule, weights }) {
  const { tf } = globalThis;
  const widths = [...hidden, classes];
  const dense = (units, i) =>
    tf.layers.dense({ units, ...(i === 0 && { inputShape: [features] }), ...(i < hidden.length && { activation: "relu" }) });
  const model = tf.sequential({ layers: widths.map(dense) });
  const optimizer = makeOptimizer(rule);
  model.compile({ optimizer, loss: (oneHot, logits) => logitNorm(tf, oneHot, logits, tau) });
  if (weights) tf.tidy(() => model.setWeights(tensors(tf, weights)));
  const close = () => {
    model.dispose();
    optimizer.dispose();
  };
  return { model, close };
}

/** Every day's way: dense layers, compile(), trainOnBatch(). */
export function openLayers(setup) {
  const { tf } = globalThis;
  const { model, close } = makeModel(setup);
  async function step(batch) {
    const [inputs, oneHot] = upload(tf, batch, setup.features, setup.classes);
    const loss = await model.trainOnBatch(inputs, oneHot);
    tf.dispose([inputs, oneHot]);
    return loss;
  }
  return { name: "Layers API", step, close };
}

/** The ways in which people write it. */
export const everydayWays = [openCore, openLayers];
