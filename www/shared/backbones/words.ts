import { keepFolderOffline } from "../offline";
import { Backbone } from "./backbone";
import { Calls } from "./calls";
import { download, type OnBytes } from "./download";
import { engineOf, runtime, type Engine } from "./runtime";
import type { Start } from "./start";

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

/** What the Worker says unasked: how far its files have come, until it starts the model. */
export interface WordProgress {
  readonly progress: { readonly loaded: number; readonly total: number } | "starting";
}

/** The language model: MiniLM, on transformers.js. */
export class WordBackbone extends Backbone<WordQuestion, WordAnswer> {
  async embed(words: string): Promise<Float32Array> {
    const answer = await this.ask({ kind: "embed", words });
    if (answer.kind !== "embedded") throw new Error("The language model gave no features.");
    return answer.features;
  }

  protected override async start({
    threads,
    signal,
    onFiles,
  }: Start): Promise<Calls<WordQuestion, WordAnswer>> {
    const total = runtime.size + SIZE;
    const onBytes: OnBytes = (received) => {
      this.loading.value = { kind: "loading", received, total };
    };
    const [wasm] = await download([runtime], onBytes, signal);
    if (wasm === undefined) throw new Error("A file is missing.");
    const local = new URL(LOCAL, document.baseURI);
    // Not by HEAD, which nothing answers offline.
    const here = await fetch(new URL(`${NAME}/config.json`, local)).then(
      (response) => response.ok,
      () => false,
    );
    signal.throwIfAborted();
    const worker = new Worker(new URL("./words.worker.ts", import.meta.url), { type: "module" });
    worker.addEventListener("message", ({ data }: MessageEvent<WordProgress | { id: number }>) => {
      if (!("progress" in data)) return;
      if (data.progress === "starting") {
        onFiles();
        this.loading.value = { kind: "starting" };
      } else {
        const received = runtime.size + data.progress.loaded;
        this.loading.value = { kind: "loading", received, total };
      }
    });
    const calls = new Calls<WordQuestion, WordAnswer>(worker, signal);
    // transformers.js takes a path as a folder of models, and a full address as none.
    const source = here ? { model: NAME, localPath: local.pathname } : { model: `Xenova/${NAME}` };
    await calls.ask({ kind: "load", engine: engineOf(wasm, threads), ...source }, [wasm]);
    if (here) void keepFolderOffline(new URL(`${NAME}/`, local));
    return calls;
  }
}
