import type { OpenedHead } from "../core/core.js";
import { copyFile } from "../core/file-copy.js";
import { createLocal, loadLocal } from "../core/open.js";
import { copyOptions } from "../input/options.js";
import { mismatch } from "../input/refusals.js";
import { publicHead } from "./head.js";
import type { Head, HeadOptions, LoadOptions } from "./types.js";

/** Creates a head: seeded, untrained weights on the backend asked for. */
export async function createHead(options: HeadOptions): Promise<Head> {
  const given = copyOptions(options);
  checkKinds(given);
  return publicHead(await (isRemote(given) ? createRemote(given) : createLocal(given)));
}

/**
 * Restores a head from the bytes that `save` made: the next `trainStep`, scores, gate and p-values
 * are those of the head that was saved. Also takes weights from PyTorch: a safetensors file with
 * the state dict of a `Linear`, or of a `Sequential` of `Linear` layers with ReLU between them,
 * which gets default options and classes named "0", "1", ... Of a file beyond 16 MiB the rest is
 * copied while the page goes on: leave it as it is until the head is there.
 */
export async function loadHead(
  file: Uint8Array | ArrayBuffer,
  options: LoadOptions = {},
): Promise<Head> {
  const given = copyOptions(options);
  const bytes = await copyFile(file);
  return publicHead(await (isRemote(given) ? loadRemote(bytes, given) : loadLocal(bytes, given)));
}

/** Tells whoever named a loss or an optimiser by itself how to say it. */
function checkKinds(options: Partial<Record<"loss" | "optimizer", unknown>> = {}): void {
  for (const name of ["loss", "optimizer"] as const) {
    const { [name]: kind } = options;
    if (typeof kind !== "string") continue;
    throw mismatch("invalid-option", `options.${name}`, `{ kind: ${JSON.stringify(kind)} }`, kind);
  }
}

function isRemote(options: { worker?: unknown }): boolean {
  if (typeof options !== "object" || options === null) return false;
  const { worker } = options;
  if (worker === undefined || typeof worker === "boolean") return worker === true;
  throw mismatch("invalid-option", "options.worker", "true or false", worker);
}

// What runs heads in Workers is fetched when it is first asked for.

async function createRemote(options: HeadOptions): Promise<OpenedHead> {
  return (await import("../worker/remote.js")).create(options);
}

async function loadRemote(
  bytes: Uint8Array<ArrayBuffer>,
  options: LoadOptions,
): Promise<OpenedHead> {
  return (await import("../worker/remote.js")).load(bytes, options);
}
