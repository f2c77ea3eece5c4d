// The package's createHead with exportOnnx, as far as these tests need it, straight from the wasm files.

import { readFileSync } from "node:fs";
import { at } from "../../pkg/scripts/shell.mjs";
import * as cpu from "../../pkg/wasm/cpu/oodgate.js";
import * as files from "../../pkg/wasm/files/oodgate.js";

for (const [name, glue] of Object.entries({ cpu, files })) {
  glue.initSync({ module: readFileSync(at("pkg", "wasm", name, "oodgate_bg.wasm")) });
}

export async function createHead(options) {
  const head = cpu.RawHead.create(options);
  return {
    async fit(features, labels, fitOptions) {
      head.beginFit(features, Float64Array.from(labels), fitOptions);
      do {
        while (!head.runFit(100));
      } while (!head.endEpoch(false).last);
      head.endFit();
    },
    calibrate: async (features, labels, calibration) => head.calibrate(features, Float64Array.from(labels), calibration),
    logits: async (features) => head.logits(features),
    async gate(features) {
      const { prediction, ...verdicts } = head.gate(features);
      return { ...prediction, ...verdicts };
    },
    async exportOnnx() {
      const meta = JSON.stringify(head.meta());
      const arrays = [head.state(), head.trainingFeatures(), head.trainingLabels(), head.seen(), head.calibrationScores()];
      return new files.RawSnapshot(meta, ...arrays).onnx();
    },
  };
}
