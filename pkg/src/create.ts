import type { Core } from "./core.js";
import { mismatch } from "./errors.js";
import { fileBytes, fromFile } from "./files.js";
import { QueuedHead, type Named } from "./head.js";
import { LocalCore } from "./local.js";
import { copyOptions } from "./options.js";
import { translated } from "./traps.js";
import type { Head, HeadOptions, LoadOptions } from "./types.js";
import { loadCpu } from "./wasm.js";

/** Creates a head: seeded, untrained weights on the backend asked for. */
export async function createHead(options: HeadOptions): Promise<Head> {
  const given = copyOptions(options);
  return new QueuedHead(await (isRemote(given) ? (await remote()).create(given) : createLocal(given)));
}

/**
 * Restores a head from the bytes that `save` made: the next `trainStep`, scores, gate and p-values are those of the head that was
 * saved. Also takes weights from PyTorch: a safetensors file with the state dict of a `Linear`, or of a `Sequential` of `Linear`
 * layers with ReLU between them, which gets default options and classes named "0", "1", ...
 */
export async function loadHead(file: Uint8Array | ArrayBuffer, options: LoadOptions = {}): Promise<Head> {
  const bytes = fileBytes(file);
  const given = copyOptions(options);
  return new QueuedHead(await (isRemote(given) ? (await remote()).load(bytes, given) : loadLocal(bytes, given)));
}

function isRemote(options: { worker?: unknown }): boolean {
  if (typeof options !== "object" || options === null) return false;
  const { worker } = options;
  if (worker !== undefined && typeof worker !== "boolean") throw mismatch("invalid-option", "options.worker", "true or false", worker);
  return worker === true;
}

/** What runs heads in Workers, fetched when it is first asked for. */
const remote = (): Promise<{
  create(options: HeadOptions): Promise<Named<Core>>;
  load(bytes: Uint8Array, options: LoadOptions): Promise<Named<Core>>;
}> => import("./remote.js");

/** A head in this thread. */
export async function createLocal(options: HeadOptions): Promise<Named<LocalCore>> {
  const cpu = await loadCpu();
  const classes = translated(cpu, () => cpu.checkHeadOptions(options));
  return { core: await LocalCore.create(options, classes.length), features: options.features, classes };
}

/** A saved head in this thread. */
export async function loadLocal(bytes: Uint8Array, options: LoadOptions): Promise<Named<LocalCore>> {
  const cpu = await loadCpu();
  translated(cpu, () => cpu.checkLoadOptions(options));
  const snapshot = await fromFile(bytes);
  const saved: HeadOptions = { ...snapshot.meta.options, ...(options.backend !== undefined && { backend: options.backend }) };
  const classes = saved.classes as readonly string[];
  return { core: await LocalCore.create(saved, classes.length, snapshot), features: saved.features, classes };
}
