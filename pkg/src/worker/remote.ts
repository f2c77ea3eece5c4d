import { proxy, transfer, wrap, type Remote } from "comlink";
import { OodgateError } from "../api/errors.js";
import type { HeadOptions, LoadOptions } from "../api/types.js";
import type { CallControl, HeadStatus } from "../core/context.js";
import type { Core, OpenedHead } from "../core/core.js";
import { EpochListener } from "../core/epoch-listener.js";
import type { Answer, Arguments, OperationName } from "../core/operations.js";
import { cloneableSources } from "../core/wasm.js";
import { isOwned, own } from "../input/owned-arrays.js";
import { toCloneable } from "./clone-options.js";
import type { EpochCallback, HeadServer, Introduction, Outcome } from "./protocol.js";
import { startWorker } from "./start-worker.js";
import { WorkerLifetime } from "./worker-lifetime.js";

/** A new head in a Worker of its own. */
export function create(options: HeadOptions): Promise<OpenedHead> {
  return RemoteCore.open((server) => server.create(toCloneable(options), cloneableSources()));
}

/** A saved head in a Worker of its own. */
export function load(
  bytes: Uint8Array<ArrayBuffer>,
  options: LoadOptions,
): Promise<OpenedHead> {
  // A copy already, which nobody else has.
  const open = (server: Remote<HeadServer>): Promise<Outcome<Introduction>> =>
    server.load(transfer(bytes, [bytes.buffer]), toCloneable(options), cloneableSources());
  return RemoteCore.open(open);
}

/** Ends the lifetime of a Worker that fails. A function, so that its listener holds no head. */
function endOnError(worker: Worker, lifetime: WorkerLifetime): void {
  worker.onerror = (event) => {
    event.preventDefault();
    worker.terminate();
    const reason = event.message || "it gave no reason";
    lifetime.end(new OodgateError("crashed", `the Worker stopped: ${reason}`));
  };
}

/** Ends the Workers of heads that their page forgot. */
const forgotten = new FinalizationRegistry<Worker>((worker) => worker.terminate());

/** The core of a head that lives in a Worker. */
class RemoteCore implements Core {
  status: HeadStatus = {
    backend: "cpu",
    steps: 0,
    rows: { count: 0, perClass: [], unknown: 0, dropped: 0 },
  };
  readonly isReady = true;
  readonly isInterruptible = true;
  readonly #worker: Worker;
  readonly #server: Remote<HeadServer>;
  readonly #lifetime = new WorkerLifetime();

  private constructor(worker: Worker) {
    this.#worker = worker;
    this.#server = wrap<HeadServer>(this.#worker);
    endOnError(this.#worker, this.#lifetime);
    forgotten.register(this, this.#worker, this);
  }

  static async open(
    ask: (server: Remote<HeadServer>) => Promise<Outcome<Introduction>>,
  ): Promise<OpenedHead> {
    const core = new RemoteCore(await startWorker());
    try {
      return { core, ...(await core.#settled(ask(core.#server))) };
    } catch (thrown) {
      core.free();
      throw thrown;
    }
  }

  async call<K extends OperationName>(
    name: K,
    given: Arguments<K>,
    { stop, onEpoch }: CallControl,
  ): Promise<Answer<K>> {
    stop.throwIfAborted();
    const stopWorker = (): void => void this.#server.stop();
    const listener = new EpochListener(onEpoch, stopWorker);
    stop.addEventListener("abort", stopWorker);
    try {
      const answer = await this.#send(name, given, onEpoch && callbackOf(listener));
      listener.throwIfFailed();
      return answer as Answer<K>;
    } catch (thrown) {
      if (!(thrown instanceof OodgateError && thrown.code === "disposed")) throw thrown;
      // Stopped from this side, which knows the reason.
      listener.throwIfFailed();
      stop.throwIfAborted();
      throw thrown;
    } finally {
      listener.close();
      stop.removeEventListener("abort", stopWorker);
    }
  }

  free(): void {
    forgotten.unregister(this);
    this.#worker.terminate();
    this.#lifetime.end(new OodgateError("disposed", "this head was disposed"));
  }

  #send(name: OperationName, given: readonly unknown[], onEpoch?: EpochCallback): Promise<unknown> {
    const sent = given.map(detached).map(toCloneable);
    const isTransferable = (value: unknown): value is ArrayBufferView =>
      ArrayBuffer.isView(value) && isOwned(value);
    const buffers = sent.filter(isTransferable).map(({ buffer }) => buffer as ArrayBuffer);
    const callback = onEpoch && proxy(onEpoch);
    return this.#settled(this.#server.call(name, transfer(sent, buffers), callback));
  }

  /** A calibration that did not change stays the same object. */
  #updateStatus(status: HeadStatus): void {
    const { calibration } = this.status;
    this.status = status;
    Object.freeze(status.rows.perClass);
    Object.freeze(status.rows);
    if (status.calibration === undefined) return;
    const isSame = JSON.stringify(status.calibration) === JSON.stringify(calibration);
    const isKept = isSame && calibration !== undefined;
    status.calibration = isKept ? calibration : Object.freeze(status.calibration);
  }

  /** The outcome of a request, unless the Worker ends first. */
  async #settled<T>(asked: Promise<Outcome<T>>): Promise<T> {
    const outcome = await this.#lifetime.orEnd(asked);
    if (outcome.status !== undefined) this.#updateStatus(outcome.status);
    if ("value" in outcome) return outcome.value;
    throw "code" in outcome ? new OodgateError(outcome.code, outcome.message) : outcome.thrown;
  }
}

/** A function that holds nothing but the listener: the Worker's port to it may outlive the call. */
function callbackOf(listener: EpochListener): EpochCallback {
  return (epoch) => listener.notify(epoch);
}

/**
 * An array whose buffer can be sent: a part of a larger buffer would be sent with all of it, and
 * shared memory would be shared, so that what the caller writes later changes the call.
 */
function detached(value: unknown): unknown {
  if (!(value instanceof Float32Array)) return value;
  const isWhole = value.byteLength === value.buffer.byteLength;
  return isWhole && value.buffer instanceof ArrayBuffer ? value : own(value.slice());
}
