// One more way to write the tfjs side, that nobody takes but that is fair to know: our own step of a linear head under SGD with
// momentum, with its closed-form gradient, in tfjs operations.

import { upload } from "./tfjs-side.mjs";

/**
 * No autodiff: the loss's gradient in closed form, and explicit transposes. tfjs differentiates a product into one with a
 * transposed argument, for which its wasm backend has only a plain loop; a transpose and then a product is ten times faster.
 */
export function openByHand({ features, classes, tau, optimizer: { learningRate, momentum }, weights: [start] }) {
  const { tf } = globalThis;
  const parameters = [tf.variable(tf.tensor2d(start.weight, [features, classes])), tf.variable(tf.tensor1d(start.bias))];
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
