import { open, reopen, type Opened } from "./backend.js";
import type { Core, Facts, RawPrediction, RawVerdicts, Watch } from "./core.js";
import { toFile, toOnnx } from "./files.js";
import { driveFit } from "./fit.js";
import { driveSelection } from "./select.js";
import { isRestorable, restore, salvage, take, type Checkpoint, type Snapshot } from "./snapshot.js";
import { live, type Survivor } from "./traps.js";
import type { Calibration, Evaluation, FitOptions, FitResult, HeadOptions, Scorer, Selection, SelectionOptions, StepResult } from "./types.js";
import type { RawHead } from "./wasm.js";

/** Least time between two checkpoints. */
const CHECKPOINT_MS = 1000;
/** Most of the time that goes into them. */
const CHECKPOINT_SHARE = 0.01;

/**
 * A head on an engine in this thread. When its device or its instance is lost, the call under way is rejected, and the next one
 * finds the head restored from what could be saved: at least from a checkpoint, a copy of the weights that is made at most once a
 * second and at the end of each fit.
 */
export class LocalCore implements Core, Survivor {
  readonly facts: Facts;
  readonly #options: HeadOptions;
  #opened: Opened | undefined;
  #forget: () => void = () => undefined;
  /** What the next call restores. */
  #kept: Snapshot | undefined;
  #checkpoint: Checkpoint | undefined;
  #checkpointDue = performance.now() + CHECKPOINT_MS;
  /** Why the head was lost, and how often it lost a device. */
  #lost: { reason: string; devices: number } = { reason: "", devices: 0 };

  private constructor(options: HeadOptions, opened: Opened) {
    this.#options = options;
    this.facts = { backend: opened.backend, steps: 0 };
    this.#use(opened);
  }

  /** A new head of checked options; given a snapshot of a head with these options, that one. */
  static async create(options: HeadOptions, classes: number, snapshot?: Snapshot): Promise<LocalCore> {
    const core = new LocalCore(options, await open(options, classes));
    if (snapshot !== undefined) {
      await core.#call((raw) => restore(raw, snapshot));
      core.#checkpoint = { steps: snapshot.meta.steps, state: snapshot.state };
    }
    return core;
  }

  get isReady(): boolean {
    return this.#opened !== undefined;
  }

  trainStep(features: Float32Array, labels: Float64Array, options: { learningRate?: number } | undefined): Promise<StepResult> {
    return this.#call(async (raw): Promise<StepResult> => {
      const result = await raw.trainStep(features, labels, options);
      await this.#keepCheckpoint(raw);
      return result;
    });
  }

  fit(features: Float32Array, labels: Float64Array, options: FitOptions, ended: AbortSignal): Promise<FitResult> {
    return this.#call(async (raw) => {
      const result = await driveFit(raw, features, labels, options, this.#watch(raw, ended));
      await this.#keepCheckpoint(raw, true);
      return result;
    });
  }

  logits(features: Float32Array): Promise<Float32Array> {
    return this.#call((raw) => raw.logits(features));
  }

  predict(features: Float32Array): Promise<RawPrediction> {
    return this.#call((raw) => raw.predict(features));
  }

  oodScore(features: Float32Array, options: { scorer?: Scorer } | undefined): Promise<Float32Array> {
    return this.#call((raw) => raw.oodScore(features, options));
  }

  fitScorers(features: Float32Array, labels: Float64Array): Promise<void> {
    return this.#call((raw) => raw.fitScorers(features, labels));
  }

  selectScorer(features: Float32Array, labels: Float64Array, options: SelectionOptions, ended: AbortSignal): Promise<Selection> {
    return this.#call((raw) => driveSelection(raw, features, labels, options, this.#watch(raw, ended)));
  }

  calibrate(features: Float32Array, labels: Float64Array, options: { alpha?: number; scorer?: Scorer } | undefined): Promise<Calibration> {
    return this.#call(async (raw): Promise<Calibration> => {
      this.facts.calibration = Object.freeze(await raw.calibrate(features, labels, options));
      return this.facts.calibration as Calibration;
    });
  }

  gate(features: Float32Array): Promise<RawVerdicts> {
    return this.#call((raw) => raw.gate(features));
  }

  evaluate(
    known: Float32Array,
    labels: Float64Array,
    unknown: Float32Array,
    options: { scorer?: Scorer } | undefined,
  ): Promise<Evaluation> {
    return this.#call((raw) => raw.evaluate(known, labels, unknown, options));
  }

  async save(): Promise<Uint8Array<ArrayBuffer>> {
    return toFile(await this.#call(take));
  }

  async exportOnnx(): Promise<Uint8Array<ArrayBuffer>> {
    return toOnnx(await this.#call(take));
  }

  free(): void {
    const opened = this.#opened;
    this.#leave();
    opened?.raw.free();
  }

  rescue(): void {
    if (this.#opened === undefined) return;
    this.#kept = salvage(this.#opened.raw, this.facts.backend, this.#checkpoint);
    this.facts.steps = this.#kept?.meta.steps ?? 0;
    if (this.#kept?.meta.calibration === undefined) delete this.facts.calibration;
    this.#leave();
  }

  /** Runs one call on the core's head. */
  async #call<T>(task: (raw: RawHead) => T | Promise<T>): Promise<T> {
    const { raw } = this.#opened ?? (await this.#reopen());
    try {
      return await task(raw);
    } catch (error) {
      if (this.#opened === undefined) this.#lost.reason = String(error);
      else if (raw.isLost) this.#abandon(raw, error);
      throw error;
    } finally {
      if (this.#opened !== undefined) this.#readFacts(raw);
    }
  }

  #readFacts(raw: RawHead): void {
    // Training ends a calibration, and a fit with held-out rows makes another.
    if (raw.steps !== this.facts.steps || !raw.isCalibrated) delete this.facts.calibration;
    if (raw.isCalibrated) this.facts.calibration ??= Object.freeze(raw.calibration());
    this.facts.steps = raw.steps;
  }

  /** Gives up a head whose device is gone; its instance is as it was. */
  #abandon(raw: RawHead, error: unknown): void {
    this.#lost = { reason: error instanceof Error ? error.message : String(error), devices: this.#lost.devices + 1 };
    this.rescue();
    raw.free();
  }

  async #reopen(): Promise<Opened> {
    const opened = await reopen(this.#options, this.facts.backend, this.#lost);
    const kept = this.#kept;
    if (kept !== undefined) restore(opened.raw, kept);
    this.#use(opened);
    this.#kept = undefined;
    return opened;
  }

  #use(opened: Opened): void {
    this.#opened = opened;
    this.#forget = live(opened.module, this);
    this.facts.backend = opened.backend;
    if (opened.fallbackReason !== undefined) this.facts.fallbackReason = opened.fallbackReason;
  }

  #leave(): void {
    this.#opened = undefined;
    this.#forget();
  }

  #watch(raw: RawHead, ended: AbortSignal): Watch {
    return { ended, betweenTurns: () => this.#keepCheckpoint(raw) };
  }

  /** Copies the head's state when it is due. */
  async #keepCheckpoint(raw: RawHead, now = false): Promise<void> {
    const started = performance.now();
    if (!now && started < this.#checkpointDue) return;
    const state = await raw.state();
    if (isRestorable(state)) this.#checkpoint = { state, steps: raw.steps };
    const ended = performance.now();
    this.#checkpointDue = ended + Math.max(CHECKPOINT_MS, (ended - started) / CHECKPOINT_SHARE);
  }
}
