import type { HeadOptions, RememberedRows } from "../api/types.js";
import { openEngine, reopenEngine, type OpenedEngine } from "./backend.js";
import type { CallControl, HeadStatus } from "./context.js";
import type { Core } from "./core.js";
import { registerSurvivor, type Survivor } from "./instance-recovery.js";
import { operationOf, type Answer, type Arguments, type OperationName } from "./operations.js";
import {
  isRestorable,
  restoreSnapshot,
  salvageSnapshot,
  type Checkpoint,
  type Snapshot,
} from "./snapshot.js";
import { Scheduler } from "./scheduler.js";
import type { RawHead } from "./wasm.js";

const noRows: RememberedRows = Object.freeze({ count: 0, perClass: [], unknown: 0, dropped: 0 });

/** Least time between two checkpoints. */
const CHECKPOINT_MS = 1000;
/** Largest share of the time that checkpoints may take. */
const CHECKPOINT_SHARE = 0.01;

/**
 * A head on an engine in this thread. When its device or its instance is lost, the call under way
 * is rejected, and the next one finds the head restored from what could be saved: at least from a
 * checkpoint, a copy of the weights that is made at most once a second and at the end of each fit.
 */
export class LocalCore implements Core, Survivor {
  readonly status: HeadStatus;
  /** wasm must not free what it is working on. */
  readonly isInterruptible = false;
  #options: HeadOptions;
  #engine: OpenedEngine | undefined;
  #unregister: () => void = () => undefined;
  /** That of the rows and classes which the status tells of. */
  #revision: number | undefined;
  /** What the next call restores. */
  #kept: Snapshot | undefined;
  #checkpoint: Checkpoint | undefined;
  #checkpointDue = performance.now() + CHECKPOINT_MS;
  /** Why the head was lost, and how often it lost a device. */
  #loss: { reason: string; devices: number } = { reason: "", devices: 0 };

  private constructor(options: HeadOptions, engine: OpenedEngine) {
    this.#options = options;
    this.status = { backend: engine.backend, steps: 0, rows: noRows };
    this.#attach(engine);
    this.#readStatus(engine.raw);
  }

  /** A new head of checked options, or the one of a snapshot of a head with these options. */
  static async create(
    options: HeadOptions,
    classes: number,
    snapshot?: Snapshot,
  ): Promise<LocalCore> {
    const core = new LocalCore(options, await openEngine(options, classes));
    if (snapshot !== undefined) {
      const scheduler = new Scheduler();
      await core.#withHead((raw) => restoreSnapshot(raw, snapshot, () => scheduler.pause()));
      const { meta, state, input } = snapshot;
      core.#checkpoint = { steps: meta.steps, state, input };
    }
    return core;
  }

  get isReady(): boolean {
    return this.#engine !== undefined;
  }

  /** The options as the core has them. */
  get options(): HeadOptions {
    return (this.#engine as OpenedEngine).raw.meta().options;
  }

  call<K extends OperationName>(
    name: K,
    given: Arguments<K>,
    control: CallControl,
  ): Promise<Answer<K>> {
    return this.#withHead((raw) => {
      const keepCheckpoint = (now?: boolean): Promise<void> => this.#keepCheckpoint(raw, now);
      const renewOptions = (): Promise<HeadOptions> => this.#renewOptions(raw);
      const { status } = this;
      const context = { ...control, raw, status, keepCheckpoint, renewOptions };
      return operationOf(name).run(context, ...(given as [])) as Answer<K>;
    });
  }

  free(): void {
    const engine = this.#engine;
    this.#detach();
    engine?.raw.free();
  }

  rescue(): void {
    if (this.#engine === undefined) return;
    this.#kept = salvageSnapshot(this.#engine.raw, this.status.backend, this.#checkpoint);
    this.status.steps = this.#kept?.meta.steps ?? 0;
    if (this.#kept?.meta.calibration === undefined) delete this.status.calibration;
    this.#detach();
  }

  /** Runs one task on the engine's head, which is restored first where it was lost. */
  async #withHead<T>(task: (raw: RawHead) => T | Promise<T>): Promise<T> {
    const { raw } = this.#engine ?? (await this.#reopen());
    try {
      return await task(raw);
    } catch (error) {
      if (this.#engine === undefined) this.#loss.reason = String(error);
      else if (raw.isLost) this.#abandon(raw, error);
      throw error;
    } finally {
      if (this.#engine !== undefined) this.#readStatus(raw);
    }
  }

  #readStatus(raw: RawHead): void {
    // Training ends a calibration, and a fit with held-out rows makes another.
    if (raw.steps !== this.status.steps || !raw.isCalibrated) delete this.status.calibration;
    if (raw.isCalibrated) this.status.calibration ??= Object.freeze(raw.calibration());
    this.status.steps = raw.steps;
    if (raw.revision === this.#revision) return;
    this.#revision = raw.revision;
    const rows: RememberedRows = raw.remembered();
    Object.freeze(rows.perClass);
    this.status.rows = Object.freeze(rows);
  }

  /** A checkpoint of other classes would not fit any more. */
  async #renewOptions(raw: RawHead): Promise<HeadOptions> {
    const { options } = raw.meta();
    this.#options = { ...this.#options, ...options };
    await this.#keepCheckpoint(raw, true);
    return options;
  }

  /** Gives up a head whose device is gone. Its instance is intact. */
  #abandon(raw: RawHead, error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.#loss = { reason, devices: this.#loss.devices + 1 };
    this.rescue();
    raw.free();
  }

  async #reopen(): Promise<OpenedEngine> {
    const engine = await reopenEngine(this.#options, this.status.backend, this.#loss);
    if (this.#kept !== undefined) await restoreSnapshot(engine.raw, this.#kept);
    this.#attach(engine);
    this.#kept = undefined;
    return engine;
  }

  #attach(engine: OpenedEngine): void {
    this.#engine = engine;
    this.#revision = undefined;
    this.#unregister = registerSurvivor(engine.module, this);
    this.status.backend = engine.backend;
    if (engine.fallbackReason !== undefined) this.status.fallbackReason = engine.fallbackReason;
  }

  #detach(): void {
    this.#engine = undefined;
    this.#unregister();
  }

  /** Copies the head's state when that is due, or now. */
  async #keepCheckpoint(raw: RawHead, now = false): Promise<void> {
    const started = performance.now();
    if (!now && started < this.#checkpointDue) return;
    const state = await raw.state();
    if (isRestorable(state)) {
      this.#checkpoint = { state, input: raw.inputArrays(), steps: raw.steps };
    }
    const ended = performance.now();
    const pause = Math.max(CHECKPOINT_MS, (ended - started) / CHECKPOINT_SHARE);
    this.#checkpointDue = ended + pause;
  }
}
