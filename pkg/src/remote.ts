import { proxy, transfer, wrap, type Remote } from "comlink";
import { owned, type Core, type Facts, type RawPrediction, type RawVerdicts } from "./core.js";
import { Ending } from "./ending.js";
import { OodgateError, mismatch } from "./errors.js";
import type { Named } from "./head.js";
import { Listener } from "./listener.js";
import { sendable } from "./sendable.js";
import type {
  Calibration, EpochProgress, Evaluation, FitOptions, FitResult, HeadOptions, LoadOptions, Scorer, Selection, SelectionOptions, StepResult,
} from "./types.js";
import { cloneableSources, workerScript } from "./wasm.js";
import type { Callback, Introduction, Operation, Outcome, Server } from "./worker.js";

/** A new head in a Worker of its own. */
export function create(options: HeadOptions): Promise<Named> {
  return RemoteCore.open((server) => server.create(sendable(options), cloneableSources()));
}

/** A saved head, likewise. */
export function load(bytes: Uint8Array, options: LoadOptions): Promise<Named> {
  return RemoteCore.open((server) => server.load(bytes, sendable(options), cloneableSources()));
}

function start(): Worker {
  const script = workerScript();
  try {
    // Written out for bundlers, which look for exactly this expression.
    return script === undefined
      ? new Worker(new URL("./worker.js", import.meta.url), { type: "module", name: "oodgate" })
      : new Worker(script, { type: "module", name: "oodgate" });
  } catch (thrown) {
    throw new OodgateError("crashed", `the Worker could not be started: ${String(thrown)}`, { cause: thrown });
  }
}

/** Announces that a Worker broke. Not in the constructor, where the listener would hold the head. */
function watch(worker: Worker, ending: Ending): void {
  worker.onerror = (event) => {
    event.preventDefault();
    worker.terminate();
    ending.announce(new OodgateError("crashed", `the Worker stopped: ${event.message || "its script could not be loaded"}`));
  };
}

/** Ends the Workers of heads that their page forgot. */
const forgotten = new FinalizationRegistry<Worker>((worker) => worker.terminate());

/** The core of a head that lives in a Worker. */
class RemoteCore implements Core {
  facts: Facts = { backend: "cpu", steps: 0 };
  readonly isReady = true;
  readonly #worker: Worker;
  readonly #server: Remote<Server>;
  readonly #ending = new Ending();

  private constructor() {
    this.#worker = start();
    this.#server = wrap<Server>(this.#worker);
    watch(this.#worker, this.#ending);
    forgotten.register(this, this.#worker, this);
  }

  static async open(ask: (server: Remote<Server>) => Promise<Outcome<Introduction>>): Promise<Named> {
    if (typeof Worker !== "function") {
      throw new OodgateError("invalid-option", "options.worker: expected an environment that has Workers, got one without");
    }
    const core = new RemoteCore();
    try {
      return { core, ...(await core.#settled(ask(core.#server))) };
    } catch (thrown) {
      core.free();
      throw thrown;
    }
  }

  trainStep(features: Float32Array, labels: Float64Array, options: { learningRate?: number } | undefined): Promise<StepResult> {
    return this.#call("trainStep", [features, labels, options]);
  }

  fit(features: Float32Array, labels: Float64Array, { onEpoch, signal, ...options }: FitOptions, ended: AbortSignal): Promise<FitResult> {
    return this.#long("fit", [features, labels, options], { onEpoch, signal, ended });
  }

  logits(features: Float32Array): Promise<Float32Array> {
    return this.#call("logits", [features]);
  }

  predict(features: Float32Array): Promise<RawPrediction> {
    return this.#call("predict", [features]);
  }

  oodScore(features: Float32Array, options: { scorer?: Scorer } | undefined): Promise<Float32Array> {
    return this.#call("oodScore", [features, options]);
  }

  fitScorers(features: Float32Array, labels: Float64Array): Promise<void> {
    return this.#call("fitScorers", [features, labels]);
  }

  selectScorer(features: Float32Array, labels: Float64Array, { signal, ...options }: SelectionOptions, ended: AbortSignal): Promise<Selection> {
    return this.#long("selectScorer", [features, labels, options], { onEpoch: undefined, signal, ended });
  }

  async calibrate(
    features: Float32Array,
    labels: Float64Array,
    options: { alpha?: number; scorer?: Scorer } | undefined,
  ): Promise<Calibration> {
    await this.#call("calibrate", [features, labels, options]);
    return this.facts.calibration as Calibration;
  }

  gate(features: Float32Array): Promise<RawVerdicts> {
    return this.#call("gate", [features]);
  }

  evaluate(
    known: Float32Array,
    labels: Float64Array,
    unknown: Float32Array,
    options: { scorer?: Scorer } | undefined,
  ): Promise<Evaluation> {
    return this.#call("evaluate", [known, labels, unknown, options]);
  }

  save(): Promise<Uint8Array<ArrayBuffer>> {
    return this.#call("save", []);
  }

  exportOnnx(): Promise<Uint8Array<ArrayBuffer>> {
    return this.#call("exportOnnx", []);
  }

  free(): void {
    forgotten.unregister(this);
    this.#worker.terminate();
    this.#ending.announce(new OodgateError("disposed", "this head was disposed"));
  }

  #call<T>(operation: Operation, given: unknown[], onEpoch?: Callback): Promise<T> {
    const sent = given.map(cutOut).map(sendable);
    const buffers = sent.flatMap((value) => (ArrayBuffer.isView(value) && owned.has(value) ? [value.buffer as ArrayBuffer] : []));
    // Comlink's types know it only from the other side.
    const told = onEpoch && (proxy(onEpoch) as unknown as Remote<Callback>);
    return this.#settled(this.#server.call(operation, transfer(sent, buffers), told) as Promise<Outcome<T>>);
  }

  /** A call that can be ended from here, and that tells of its progress. */
  async #long<T>(
    operation: Operation,
    given: unknown[],
    { onEpoch, signal, ended }: { onEpoch: FitOptions["onEpoch"]; signal: AbortSignal | undefined; ended: AbortSignal },
  ): Promise<T> {
    // The core's own check, of what cannot be sent to it.
    if (onEpoch !== undefined && typeof onEpoch !== "function") {
      throw mismatch("invalid-option", "options.onEpoch", "a function", onEpoch);
    }
    const stop = (): void => void this.#server.stop();
    const listener = new Listener(onEpoch, stop);
    signal?.throwIfAborted();
    for (const end of [signal, ended]) end?.addEventListener("abort", stop);
    try {
      const result = await this.#call<T>(operation, given, onEpoch && ((progress) => listener.hear(progress as EpochProgress)));
      listener.throwIfFailed();
      return result;
    } catch (thrown) {
      if (!(thrown instanceof OodgateError && thrown.code === "disposed")) throw thrown;
      // Stopped from here: by whom?
      listener.throwIfFailed();
      signal?.throwIfAborted();
      ended.throwIfAborted();
      throw thrown;
    } finally {
      listener.leave();
      for (const end of [signal, ended]) end?.removeEventListener("abort", stop);
    }
  }

  /** A calibration that is as it was stays the same object. */
  #learn(facts: Facts): void {
    const { calibration } = this.facts;
    this.facts = facts;
    if (facts.calibration === undefined) return;
    const isSame = JSON.stringify(facts.calibration) === JSON.stringify(calibration);
    facts.calibration = isSame && calibration !== undefined ? calibration : Object.freeze(facts.calibration);
  }

  /** What an operation came to, unless the Worker is gone first. */
  async #settled<T>(asked: Promise<Outcome<T>>): Promise<T> {
    const outcome = await this.#ending.before(asked);
    if (outcome.facts !== undefined) this.#learn(outcome.facts);
    if ("value" in outcome) return outcome.value;
    throw "code" in outcome ? new OodgateError(outcome.code, outcome.message) : outcome.thrown;
  }
}

/** A part of a larger buffer as an array of its own: sent as it is, it would take the whole buffer along. */
function cutOut(value: unknown): unknown {
  if (!(value instanceof Float32Array) || value.byteLength === value.buffer.byteLength) return value;
  const part = value.slice();
  owned.add(part);
  return part;
}
