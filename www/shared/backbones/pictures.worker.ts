// Turns pictures into features with EfficientNet-Lite0 on onnxruntime-web.

import * as ort from "onnxruntime-web/wasm";
import { messageOf, type Answer, type Question } from "./calls";
import type { PictureAnswer, PictureQuestion } from "./pictures";
import type { Engine } from "./runtime";
import { sessionOptions } from "./session";

/** Small enough to keep a thousand of, large enough to be shown the model again. */
const KEPT = { type: "image/jpeg", quality: 0.85 } as const;

let session: ort.InferenceSession | undefined;
let canvas: OffscreenCanvas | undefined;

self.addEventListener(
  "message",
  ({ data: { id, ask } }: MessageEvent<Question<PictureQuestion>>) => {
    answer(ask).then(
      (given) => reply({ id, answer: given }, "features" in given ? [given.features.buffer] : []),
      (error: unknown) => reply({ id, error: messageOf(error) }),
    );
  },
);

function reply(message: Answer<PictureAnswer>, transfer: Transferable[] = []): void {
  self.postMessage(message, { transfer });
}

async function answer(ask: PictureQuestion): Promise<PictureAnswer> {
  if (ask.kind === "load") return load(ask.engine, ask.model);
  return embed(ask.bitmap, ask.keep);
}

async function load(engine: Engine, model: ArrayBuffer): Promise<PictureAnswer> {
  Object.assign(ort.env.wasm, engine);
  const options = { ...sessionOptions, executionProviders: ["wasm"] };
  session = await ort.InferenceSession.create(model, options);
  return { kind: "loaded" };
}

async function embed(bitmap: ImageBitmap, keep: boolean): Promise<PictureAnswer> {
  if (session === undefined) throw new Error("The model has not been loaded.");
  const { width, height } = bitmap;
  canvas ??= new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null) throw new Error("There is no canvas in this worker.");
  // Transparent parts of a picture lie on white, as they do on paper.
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const { data } = context.getImageData(0, 0, width, height);
  const rgba = new ort.Tensor("uint8", new Uint8Array(data.buffer), [1, height, width, 4]);
  const kept = keep ? canvas.convertToBlob(KEPT) : undefined;
  const { features } = await session.run({ rgba });
  if (features === undefined) throw new Error("The model gave no features.");
  // A copy: the tensor's own memory is the runtime's.
  const copy = Float32Array.from(features.data as Float32Array);
  const picture = await kept;
  return { kind: "embedded", features: copy, ...(picture && { picture }) };
}
