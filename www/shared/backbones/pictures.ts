import { signal } from "@preact/signals";
import runtimeUrl from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";
import { Calls } from "./calls";
import { download } from "./download";

/** Width and height of what the model is shown. */
const SIDE = 224;

/** In the folder of the site, so that it is fetched from where the page came from. */
const MODEL = "../models/efficientnet-lite0-int8.onnx";
const SIZES = { runtime: 14_264_838, model: 3_525_350 };

export type PictureQuestion =
  | { readonly kind: "load"; readonly runtime: ArrayBuffer; readonly model: ArrayBuffer }
  | { readonly kind: "embed"; readonly bitmap: ImageBitmap; readonly keep: boolean };

export type PictureAnswer =
  | { readonly kind: "loaded" }
  | { readonly kind: "embedded"; readonly features: Float32Array<ArrayBuffer>; readonly picture?: Blob };

export interface Embedded {
  readonly features: Float32Array;
  /** The square that the model saw, as a file; only when it was asked for. */
  readonly picture?: Blob;
}

export type Loading =
  | { readonly kind: "waiting" }
  | { readonly kind: "loading"; readonly received: number; readonly total: number }
  | { readonly kind: "starting" }
  | { readonly kind: "ready" }
  | { readonly kind: "failed"; readonly error: unknown };

/** The vision model in a Worker of its own. */
export class PictureBackbone {
  readonly loading = signal<Loading>({ kind: "waiting" });
  #calls: Promise<Calls<PictureQuestion, PictureAnswer>> | undefined;

  /** Once; again after a failure. */
  load(): Promise<unknown> {
    return (this.#calls ??= this.#start().catch((error: unknown) => {
      this.#calls = undefined;
      this.loading.value = { kind: "failed", error };
      throw error;
    }));
  }

  async embed(bitmap: ImageBitmap, keep: boolean): Promise<Embedded> {
    await this.load();
    const calls = await this.#calls;
    const answer = await calls?.ask({ kind: "embed", bitmap, keep }, [bitmap]);
    if (answer?.kind !== "embedded") throw new Error("The vision model was ended.");
    return answer;
  }

  async #start(): Promise<Calls<PictureQuestion, PictureAnswer>> {
    const total = SIZES.runtime + SIZES.model;
    this.loading.value = { kind: "loading", received: 0, total };
    const files = [
      { url: runtimeUrl, size: SIZES.runtime },
      { url: new URL(MODEL, document.baseURI).href, size: SIZES.model },
    ];
    const [runtime, model] = await download(files, (received, of) => {
      this.loading.value = { kind: "loading", received: Math.min(received, of), total: of };
    });
    if (runtime === undefined || model === undefined) throw new Error("A file is missing.");
    this.loading.value = { kind: "starting" };
    const worker = new Worker(new URL("./pictures.worker.ts", import.meta.url), { type: "module" });
    const calls = new Calls<PictureQuestion, PictureAnswer>(worker);
    await calls.ask({ kind: "load", runtime, model }, [runtime, model]);
    this.loading.value = { kind: "ready" };
    return calls;
  }
}

/** The middle square of a picture, as large as the model wants it. */
export async function squareOf(source: HTMLVideoElement | ImageBitmap): Promise<ImageBitmap> {
  const [width, height] =
    source instanceof HTMLVideoElement ? [source.videoWidth, source.videoHeight] : [source.width, source.height];
  const side = Math.min(width, height);
  const options: ImageBitmapOptions = { resizeWidth: SIDE, resizeHeight: SIDE, resizeQuality: "medium" };
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
