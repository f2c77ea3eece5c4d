import { keepFolderOffline } from "../offline";
import { Backbone } from "./backbone";
import { Calls } from "./calls";
import { download } from "./download";
import { engineOf, runtime, type Engine } from "./runtime";

/** Where the site has the model, if the build could fetch it; else it comes from the usual hub. */
const LOCAL = "../models/";
const NAME = "all-MiniLM-L6-v2";
const SIZE = 22_928_619;

export type WordQuestion =
  | {
      readonly kind: "load";
      readonly engine: Engine;
      readonly model: string;
      readonly localPath?: string;
    }
  | { readonly kind: "embed"; readonly words: string };

export type WordAnswer =
  | { readonly kind: "loaded" }
  | { readonly kind: "embedded"; readonly features: Float32Array<ArrayBuffer> };

/** What the Worker says unasked while its files come. */
export interface WordProgress {
  readonly progress: { readonly loaded: number; readonly total: number };
}

/** The language model: MiniLM, on transformers.js. */
export class WordBackbone extends Backbone<WordQuestion, WordAnswer> {
  async embed(words: string): Promise<Float32Array> {
    const answer = await this.ask({ kind: "embed", words });
    if (answer.kind !== "embedded") throw new Error("The language model gave no features.");
    return answer.features;
  }

  protected override async start(): Promise<Calls<WordQuestion, WordAnswer>> {
    const total = runtime.size + SIZE;
    const [wasm] = await download([runtime], (received) => {
      this.loading.value = { kind: "loading", received, total };
    });
    if (wasm === undefined) throw new Error("A file is missing.");
    const local = new URL(LOCAL, document.baseURI);
    // Not by HEAD, which nothing answers offline.
    const here = await fetch(new URL(`${NAME}/config.json`, local)).then(
      (response) => response.ok,
      () => false,
    );
    const worker = new Worker(new URL("./words.worker.ts", import.meta.url), { type: "module" });
    worker.addEventListener("message", ({ data }: MessageEvent<WordProgress | { id: number }>) => {
      if ("progress" in data)
        this.loading.value = {
          kind: "loading",
          received: runtime.size + data.progress.loaded,
          total,
        };
    });
    const calls = new Calls<WordQuestion, WordAnswer>(worker);
    // transformers.js takes a path as a folder of models, and a full address as none.
    const source = here ? { model: NAME, localPath: local.pathname } : { model: `Xenova/${NAME}` };
    try {
      await calls.ask({ kind: "load", engine: engineOf(wasm), ...source }, [wasm]);
    } catch (error) {
      calls.end();
      throw error;
    }
    if (here) void keepFolderOffline(new URL(`${NAME}/`, local));
    return calls;
  }
}
