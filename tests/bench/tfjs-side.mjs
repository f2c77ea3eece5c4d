// The other side: TensorFlow.js on its wasm or webgpu backend, as a linear head with the same loss and optimiser. Two everyday
// ways of writing it, for which is faster depends on the shapes: variables and gradients of the core API, and the Layers API.
// And one that nobody writes, but that is fair to know: our own step, with its closed-form gradient, in tfjs operations.

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
function logitNorm(tf, oneHot, logits, tau) {
  const norm = tf.sqrt(tf.sum(tf.square(logits), 1, true));
  const scaled = tf.div(logits, tf.mul(tf.add(norm, 1e-7), tau));
  return tf.neg(tf.sum(tf.mul(oneHot, tf.logSoftmax(scaled)), 1));
}

function upload(tf, { x, labels }, features, classes) {
  const inputs = tf.tensor2d(x, [labels.length, features]);
  // By a cast: asked for float32 itself, the wasm kernel of 4.22.0 writes integer ones, which read as 1.4e-45.
  const oneHot = tf.tidy(() => tf.cast(tf.oneHot(tf.tensor1d(labels, "int32"), classes), "float32"));
  return [inputs, oneHot];
}

/** Variables, gradients and the momentum optimiser of the core API. */
function openCore({ features, classes, tau, learningRate, momentum, weights }) {
  const { tf } = globalThis;
  const weight = tf.variable(tf.tensor2d(weights.weight, [features, classes]));
  const bias = tf.variable(tf.tensor1d(weights.bias));
  const optimizer = tf.train.momentum(learningRate, momentum);
  async function step(batch) {
    const [inputs, oneHot] = upload(tf, batch, features, classes);
    const loss = tf.tidy(() => {
      const forward = () => tf.mean(logitNorm(tf, oneHot, tf.add(tf.matMul(inputs, weight), bias), tau));
      const { value, grads } = tf.variableGrads(forward, [weight, bias]);
      optimizer.applyGradients(grads);
      return value;
    });
    const [value] = await loss.data();
    tf.dispose([inputs, oneHot, loss]);
    return value;
  }
  const close = () => {
    tf.dispose([weight, bias]);
    optimizer.dispose();
  };
  return { name: "core API", step, close };
}

/** Every day's way: a dense layer, compile(), trainOnBatch(). */
function openLayers({ features, classes, tau, learningRate, momentum, weights }) {
  const { tf } = globalThis;
  const model = tf.sequential({ layers: [tf.layers.dense({ units: classes, inputShape: [features] })] });
  const optimizer = tf.train.momentum(learningRate, momentum);
  model.compile({ optimizer, loss: (oneHot, logits) => logitNorm(tf, oneHot, logits, tau) });
  tf.tidy(() => model.setWeights([tf.tensor2d(weights.weight, [features, classes]), tf.tensor1d(weights.bias)]));
  async function step(batch) {
    const [inputs, oneHot] = upload(tf, batch, features, classes);
    const loss = await model.trainOnBatch(inputs, oneHot);
    tf.dispose([inputs, oneHot]);
    return loss;
  }
  const close = () => {
    model.dispose();
    optimizer.dispose();
  };
  return { name: "Layers API", step, close };
}

/**
 * No autodiff: the loss's gradient in closed form, and explicit transposes. tfjs differentiates a product into one with a
 * transposed argument, for which its wasm backend has only a plain loop; a transpose and then a product is ten times faster.
 */
function openByHand({ features, classes, tau, learningRate, momentum, weights }) {
  const { tf } = globalThis;
  const parameters = [tf.variable(tf.tensor2d(weights.weight, [features, classes])), tf.variable(tf.tensor1d(weights.bias))];
  const velocities = parameters.map((parameter) => tf.variable(tf.zerosLike(parameter)));
  const gradients = (inputs, oneHot, logits, norm, scaled) => {
    const outer = tf.div(tf.sub(tf.softmax(scaled), oneHot), tau * inputs.shape[0]);
    const guarded = tf.add(norm, 1e-7);
    const along = tf.div(tf.sum(tf.mul(outer, logits), 1, true), tf.mul(norm, guarded));
    const inner = tf.div(tf.sub(outer, tf.mul(logits, along)), guarded);
    return [tf.matMul(tf.transpose(inputs), inner), tf.sum(inner, 0)];
  };
  async function step(batch) {
    const [inputs, oneHot] = upload(tf, batch, features, classes);
    const loss = tf.tidy(() => {
      const logits = tf.add(tf.matMul(inputs, parameters[0]), parameters[1]);
      const norm = tf.sqrt(tf.sum(tf.square(logits), 1, true));
      const scaled = tf.div(logits, tf.mul(tf.add(norm, 1e-7), tau));
      for (const [i, gradient] of gradients(inputs, oneHot, logits, norm, scaled).entries()) {
        velocities[i].assign(tf.add(tf.mul(velocities[i], momentum), gradient));
        parameters[i].assign(tf.sub(parameters[i], tf.mul(velocities[i], learningRate)));
      }
      return tf.neg(tf.mean(tf.sum(tf.mul(oneHot, tf.logSoftmax(scaled)), 1)));
    });
    const [value] = await loss.data();
    tf.dispose([inputs, oneHot, loss]);
    return value;
  }
  return { name: "closed form", step, close: () => tf.dispose([...parameters, ...velocities]) };
}

/** The ways in which people write it. */
export const everydayWays = [openCore, openLayers];

export { openByHand };
