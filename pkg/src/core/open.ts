import type { HeadOptions, LoadOptions } from "../api/types.js";
import { completeOptions } from "./complete-options.js";
import type { OpenedHead } from "./core.js";
import { fromFile } from "./files.js";
import { guardedCall } from "./instance-recovery.js";
import { LocalCore } from "./local-core.js";
import { loadCpu } from "./wasm.js";

/** A head in this thread. */
export async function createLocal(options: HeadOptions): Promise<OpenedHead<LocalCore>> {
  const cpu = await loadCpu();
  const classes = guardedCall(cpu, () => cpu.checkHeadOptions(options));
  const core = await LocalCore.create(options, classes.length);
  return { core, options: completeOptions(core.options, options) };
}

/** A saved head in this thread. */
export async function loadLocal(
  bytes: Uint8Array,
  options: LoadOptions,
): Promise<OpenedHead<LocalCore>> {
  const cpu = await loadCpu();
  guardedCall(cpu, () => cpu.checkLoadOptions(options));
  const snapshot = await fromFile(bytes);
  const { backend } = options;
  const saved: HeadOptions = {
    ...snapshot.meta.options,
    ...(backend !== undefined && { backend }),
  };
  const classes = saved.classes as readonly string[];
  const core = await LocalCore.create(saved, classes.length, snapshot);
  return { core, options: completeOptions(core.options, options) };
}
