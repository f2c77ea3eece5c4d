// The flow in TensorFlow.js, as far as it goes: a softmax classifier trained by its own fit, and the
// threshold on the largest probability that a share alpha of held-out rows does not reach.

import { upload } from "./tfjs-side.mjs";

/**
 * Multiplications of an epoch, forward, from which one takes seconds: of such a fit one epoch is
 * timed, and `share` says so.
 */
const long = 2e9;

export function openFlow({ features, classes, alpha }) {
  const { tf } = globalThis;
  const model = tf.sequential({
    layers: [tf.layers.dense({ units: classes, inputShape: [features], activation: "softmax" })],
  });
  const optimizer = tf.train.adam(0.01);
  model.compile({ optimizer, loss: "categoricalCrossentropy" });
  let threshold;

  /** Largest probability of each row, and its class. */
  async function predict(x) {
    const [largest, classIndex] = tf.tidy(() => {
      const probabilities = model.predict(tf.tensor2d(x, [x.length / features, features]));
      return [tf.max(probabilities, 1), tf.argMax(probabilities, 1)];
    });
    const answers = await Promise.all([largest.data(), classIndex.data()]);
    tf.dispose([largest, classIndex]);
    return answers;
  }

  return {
    /** As many updates, of as many rows, as ours made. */
    async fit(data, { epochs, steps }) {
      const rows = data.labels.length;
      const timed = rows * features * classes > long ? 1 : epochs;
      const tensors = upload(tf, data, features, classes);
      await model.fit(...tensors, {
        epochs: timed,
        batchSize: Math.ceil((rows * epochs) / steps),
        shuffle: true,
        verbose: 0,
      });
      tf.dispose(tensors);
      return timed === epochs ? {} : { share: timed / epochs };
    },
    async calibrate({ x }) {
      const [largest] = await predict(x);
      threshold = largest.sort()[Math.floor(alpha * largest.length)];
    },
    async gate(x) {
      const [largest, classIndex] = await predict(x);
      return {
        classIndex,
        accepted: Array.from(largest, (probability) => probability >= threshold),
      };
    },
    async bytes() {
      let size;
      await model.save(
        tf.io.withSaveHandler(async ({ weightData, modelTopology }) => {
          size = weightData.byteLength + JSON.stringify(modelTopology).length;
          return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: "JSON" } };
        }),
      );
      return size;
    },
    close() {
      model.dispose();
      optimizer.dispose();
    },
  };
}
