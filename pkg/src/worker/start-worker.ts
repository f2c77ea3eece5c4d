import { OodgateError } from "../api/errors.js";
import { workerScript } from "../core/wasm.js";
import { version } from "../version.js";
import { isGreeting } from "./protocol.js";

/**
 * How long a script may take to greet. A script of something else may load and then stay silent;
 * this package's has nothing to do before it greets but to be fetched.
 */
const GREETING_MS = 20_000;

function unavailable(reason: string, cause?: unknown): OodgateError {
  const message = `the Worker could not be started: ${reason}`;
  return new OodgateError("worker-unavailable", message, { cause });
}

/** Starts a Worker, and answers it once its script has said that it is this package's. */
export async function startWorker(): Promise<Worker> {
  if (typeof Worker !== "function") {
    const expected = "an environment that has Workers, got one without";
    throw new OodgateError("invalid-option", `options.worker: expected ${expected}`);
  }
  // Written out because bundlers look for exactly this expression. The script is one file by
  // itself, so that they can take it for an asset.
  const script = workerScript() ?? new URL("./worker.js", import.meta.url);
  let worker: Worker;
  try {
    worker = new Worker(script as URL, { type: "module", name: "oodgate" });
  } catch (cause) {
    throw unavailable(String(cause), cause);
  }
  try {
    await greeting(worker, String(script));
    return worker;
  } catch (thrown) {
    worker.terminate();
    throw thrown;
  }
}

/** Waits for the greeting; rejects when it does not come, or is that of something else. */
function greeting(worker: Worker, script: string): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      const limit = `${GREETING_MS / 1000} s`;
      reject(unavailable(`${script} did not answer as this package's script within ${limit}`));
    }, GREETING_MS);
    worker.onerror = (event) => {
      event.preventDefault();
      clearTimeout(timer);
      // A script that cannot be loaded has no message: fetches are told of no reason.
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
