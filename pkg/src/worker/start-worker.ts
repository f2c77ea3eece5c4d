import { OodgateError } from "../api/errors.js";
import type { WorkerSource } from "../api/types.js";
import { absolute, workerScript } from "../core/wasm.js";
import { version } from "../version.js";
import { isGreeting } from "./protocol.js";

/**
 * How long a script may take to greet. A script of something else may load and then stay silent;
 * this package's has nothing to do before it greets but to be fetched.
 */
const GREETING_MS = 20_000;

/**
 * The limit is counted in so many timers, one after the other. Time in which the page's thread
 * stood still, asleep or busy, thus counts as one of them: a greeting that came meanwhile is heard.
 */
const TURNS = 4;

function unavailable(reason: string, cause?: unknown): OodgateError {
  const message = `the Worker could not be started: ${reason}`;
  return new OodgateError("worker-unavailable", message, { cause });
}

/** Starts a Worker. Resolves once its script has greeted with this package's version. */
export async function startWorker(): Promise<Worker> {
  if (typeof Worker !== "function") {
    const expected = "an environment that has Workers, got one without";
    throw new OodgateError("invalid-option", `options.worker: expected ${expected}`);
  }
  // Written out because bundlers look for exactly this expression. The script is one file by
  // itself, so that they can take it for an asset.
  const script = workerScript() ?? new URL("./worker.js", import.meta.url);
  const { address, release } = reachable(script);
  try {
    const worker = construct(address);
    try {
      await greeting(worker, String(script));
      return worker;
    } catch (thrown) {
      worker.terminate();
      throw thrown;
    }
  } finally {
    release();
  }
}

function construct(address: WorkerSource): Worker {
  try {
    return new Worker(address as URL, { type: "module", name: "oodgate" });
  } catch (cause) {
    throw unavailable(String(cause), cause);
  }
}

/**
 * An address that a Worker's script may have: browsers require the page's own origin. A script of
 * another origin is imported by a blob of the page's.
 */
function reachable(script: WorkerSource): { address: WorkerSource; release(): void } {
  const foreign = foreignAddress(script);
  if (foreign === undefined) return { address: script, release: () => undefined };
  const text = `import ${JSON.stringify(foreign)};`;
  const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  return { address, release: () => URL.revokeObjectURL(address) };
}

/** The script's address if it is of another origin than the page. */
function foreignAddress(script: WorkerSource): string | undefined {
  if (typeof script !== "string" && !(script instanceof URL)) return undefined;
  // Where an environment has no origin, or no such address, the Worker says what it makes of it.
  const url = parse(absolute(String(script)));
  const isForeign = url !== undefined && url.origin !== (globalThis.origin ?? url.origin);
  return isForeign && /^https?:$/.test(url.protocol) ? url.href : undefined;
}

function parse(address: string): URL | undefined {
  try {
    return new URL(address);
  } catch {
    return undefined;
  }
}

/** Waits for the greeting; rejects when it does not come, or is that of something else. */
function greeting(worker: Worker, script: string): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    let timer: ReturnType<typeof setTimeout>;
    const wait = (turns: number): void => {
      if (turns > 0) {
        timer = setTimeout(wait, GREETING_MS / TURNS, turns - 1);
        return;
      }
      const limit = `${GREETING_MS / 1000} s`;
      reject(unavailable(`${script} did not answer as this package's script within ${limit}`));
    };
    wait(TURNS);
    worker.onerror = (event) => {
      event.preventDefault();
      clearTimeout(timer);
      // Browsers give no message for a script that cannot be loaded.
      const reason = event.message || "it could not be loaded, or a policy of the page forbids it";
      reject(unavailable(`${script}: ${reason}`));
    };
    worker.onmessage = ({ data }: MessageEvent<unknown>) => {
      clearTimeout(timer);
      if (!isGreeting(data)) reject(unavailable(`${script} is not this package's script`));
      else if (data.oodgate === version) resolve();
      else reject(unavailable(`${script} is of version ${data.oodgate}, the page's of ${version}`));
    };
  }).finally(() => (worker.onmessage = null));
}
