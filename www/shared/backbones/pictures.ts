import { Backbone } from "./backbone";
import { Calls } from "./calls";
import { download, type OnBytes } from "./download";
import { engineOf, runtime, type Engine } from "./runtime";
import type { Start } from "./start";

/** Width and height of what the model is shown. */
const SIDE = 224;

/** In the folder of the site, so that it is fetched from where the page came from. */
const MODEL = { path: "../models/efficientnet-lite0-int8.onnx", size: 3_525_350 };

export type PictureQuestion =
  | { readonly kind: "load"; readonly engine: Engine; readonly model: ArrayBuffer }
  | { readonly kind: "embed"; readonly bitmap: ImageBitmap; readonly keep: boolean };

export type PictureAnswer =
  | { readonly kind: "loaded" }
  | {
      readonly kind: "embedded";
      readonly features: Float32Array<ArrayBuffer>;
      readonly picture?: Blob;
    };

export interface Embedded {
  readonly features: Float32Array;
  /** The square that the model saw, as a file; only when it was asked for. */
  readonly picture?: Blob;
}

/** The vision model. */
export class PictureBackbone extends Backbone<PictureQuestion, PictureAnswer> {
  async embed(bitmap: ImageBitmap, keep: boolean): Promise<Embedded> {
    const answer = await this.ask({ kind: "embed", bitmap, keep }, [bitmap]);
    if (answer.kind !== "embedded") throw new Error("The vision model gave no features.");
    return answer;
  }

  protected override async start({
    threads,
    signal,
    onFiles,
  }: Start): Promise<Calls<PictureQuestion, PictureAnswer>> {
    const model = { url: new URL(MODEL.path, document.baseURI).href, size: MODEL.size };
    const onBytes: OnBytes = (received, total) => {
      this.loading.value = { kind: "loading", received: Math.min(received, total), total };
    };
    const [wasm, weights] = await download([runtime, model], onBytes, signal);
    if (wasm === undefined || weights === undefined) throw new Error("A file is missing.");
    signal.throwIfAborted();
    onFiles();
    this.loading.value = { kind: "starting" };
    const worker = new Worker(new URL("./pictures.worker.ts", import.meta.url), { type: "module" });
    const calls = new Calls<PictureQuestion, PictureAnswer>(worker, signal);
    const engine = engineOf(wasm, threads);
    await calls.ask({ kind: "load", engine, model: weights }, [wasm, weights]);
    return calls;
  }
}

/** The middle square of a picture, as large as the model wants it. */
export async function squareOf(source: HTMLVideoElement | ImageBitmap): Promise<ImageBitmap> {
  const [width, height] =
    source instanceof HTMLVideoElement
      ? [source.videoWidth, source.videoHeight]
      : [source.width, source.height];
  const side = Math.min(width, height);
  const options: ImageBitmapOptions = {
    resizeWidth: SIDE,
    resizeHeight: SIDE,
    resizeQuality: "medium",
  };
  return createImageBitmap(source, (width - side) / 2, (height - side) / 2, side, side, options);
}

/** Of a picture in a file. Rejects when the browser cannot read it. */
export async function squareOfFile(file: Blob): Promise<ImageBitmap> {
  const whole = await createImageBitmap(file);
  try {
    return await squareOf(whole);
  } finally {
    whole.close();
  }
}
