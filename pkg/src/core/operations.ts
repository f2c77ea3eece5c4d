import type {
  Calibration,
  CompleteOptions,
  Evaluation,
  Explanation,
  FitResult,
  GatedRow,
  GateResult,
  HeadOptions,
  NamedWeights,
  Prediction,
  Selection,
  SelectionOptions,
  StepResult,
} from "../api/types.js";
import type { FormName, Read } from "../input/forms.js";
import type { CallerOptions } from "../input/options.js";
import { namedShapes, nameWeights } from "../input/weights.js";
import type { HeadStatus, OperationContext } from "./context.js";
import { driveCalibration } from "./calibration.js";
import { driveCall } from "./calls.js";
import { toFile, toOnnx } from "./files.js";
import { driveFit } from "./fit.js";
import { driveSelection } from "./selection.js";
import { Scheduler } from "./scheduler.js";
import { giveRows, takeSnapshot, type FittedArrays } from "./snapshot.js";

/** A prediction without the names of its classes, which the public head adds. */
type RawPrediction = Omit<Prediction, "label">;
/** A gate's answer, also without names. */
type RawVerdicts = Omit<GateResult, keyof Prediction | typeof Symbol.iterator>;
type RawGateResult = RawVerdicts & { prediction: RawPrediction };

/** What an answer is completed with, on the caller's thread. */
interface AnswerContext {
  options: CompleteOptions;
  status: HeadStatus;
}

/**
 * One method of the head. Each is one entry of {@link operations}: the public head, the Worker's
 * protocol and both cores are made from that table. Its public signature and documentation are in
 * `api/types/head.ts`; the compiler checks that each method has an entry, and that the results
 * agree.
 */
interface Operation<F extends FormName, Raw, Result> {
  /** The form of its arguments, `input/forms.ts`. */
  takes: F;
  /** Options that are used on the caller's side and do not reach the core. */
  callerOptions?: readonly (keyof CallerOptions)[];
  /** It changes nothing, so that a caller's signal ends it at any time: its answer is dropped. */
  isReadOnly?: true;
  /** Answers a call, on the thread of the engine. */
  run(context: OperationContext, ...given: Read<F>): Later<Raw>;
  /** It changes the head's classes, as their caller's list is to follow. */
  changeClasses?(classes: ChangingClasses, ...given: string[]): void;
  /** Makes the public answer of the raw one, on the caller's thread. */
  complete?(raw: Raw, context: AnswerContext): Result;
}

/** The list of the classes on the caller's side. */
interface ChangingClasses {
  add(name: string): void;
  rename(from: string, to: string): void;
  remove(name: string): void;
}

/** Keeps the types of an operation as they are inferred. */
function operation<F extends FormName, Raw, Result = Raw>(
  of: Operation<F, Raw, Result>,
): Operation<F, Raw, Result> {
  return of;
}

function withLabels(prediction: RawPrediction, classes: readonly string[]): Prediction {
  const label = Array.from(prediction.classIndex, (index) => classes[index] as string);
  return { ...prediction, label };
}

function gateResult(prediction: Prediction, { classSet, ...verdicts }: RawVerdicts): GateResult {
  const columns = { ...prediction, ...verdicts, ...(classSet && { classSet }) };
  const { classIndex, label, probability, accepted, score, pValue } = columns;
  function* rows(): Generator<GatedRow> {
    for (let row = 0; row < label.length; row++) {
      yield {
        classIndex: classIndex[row] as number,
        label: label[row] as string,
        probability: probability[row] as number,
        accepted: accepted[row] === 1,
        score: score[row] as number,
        pValue: pValue[row] as number,
      };
    }
  }
  // Not enumerable: the columns are the result, for consoles, copies and structured clones.
  Object.defineProperty(columns, Symbol.iterator, { value: rows });
  return columns as GateResult;
}

/** The CPU engine answers at once, the WebGPU engine with a promise. */
type Later<T> = T | Promise<T>;

/** Every asynchronous method of the head. */
export const operations = {
  trainStep: operation({
    takes: "labelledRows",
    async run({ raw, keepCheckpoint }, features, labels, options): Promise<StepResult> {
      const result = await raw.trainStep(features, labels, options);
      await keepCheckpoint();
      return result;
    },
  }),

  fit: operation({
    takes: "fitRows",
    callerOptions: ["signal", "onEpoch"],
    async run(context, features, labels, options): Promise<FitResult> {
      const result = await driveFit(context, features, labels, options);
      await context.keepCheckpoint(true);
      return result;
    },
  }),

  logits: operation({
    takes: "rows",
    run: (context, features): Promise<Float32Array> =>
      driveCall(context, context.raw.beginLogits(features)),
  }),

  predict: operation({
    takes: "rows",
    run: (context, features): Promise<RawPrediction> =>
      driveCall(context, context.raw.beginPredict(features)),
    complete: (prediction, { options }) => withLabels(prediction, options.classes),
  }),

  oodScore: operation({
    takes: "rowsWithOptions",
    callerOptions: ["signal"],
    isReadOnly: true,
    run: (context, features, options): Promise<Float32Array> =>
      driveCall(context, context.raw.beginScore(features, options)),
  }),

  addRows: operation({
    takes: "addedRows",
    run: ({ raw }, features, labels, options): Uint32Array => raw.addRows(features, labels, options),
  }),

  rowIds: operation({
    takes: "nothing",
    run: ({ raw }): Uint32Array => raw.rowIds(),
  }),

  removeRows: operation({
    takes: "rowIds",
    run: ({ raw }, ids): number => raw.removeRows(ids),
  }),

  addClass: operation({
    takes: "className",
    async run({ raw, renewOptions }, name): Promise<{ index: number; options: HeadOptions }> {
      const index = await raw.addClass(name);
      return { index, options: await renewOptions() };
    },
    changeClasses: (classes, name) => classes.add(name as string),
    complete: ({ index }): number => index,
  }),

  renameClass: operation({
    takes: "classNames",
    async run({ raw, renewOptions }, from, to): Promise<{ options: HeadOptions }> {
      raw.renameClass(from, to);
      return { options: await renewOptions() };
    },
    changeClasses: (classes, from, to) => classes.rename(from as string, to as string),
    complete: (): void => undefined,
  }),

  removeClass: operation({
    takes: "classNameWithOptions",
    async run({ raw, renewOptions }, name, options): Promise<{ options: HeadOptions }> {
      await raw.removeClass(name, options);
      return { options: await renewOptions() };
    },
    changeClasses: (classes, name) => classes.remove(name as string),
    complete: (): void => undefined,
  }),

  fitScorers: operation({
    takes: "labelledRows",
    run: ({ raw }, features, labels): void => raw.fitScorers(features, labels),
  }),

  selectScorer: operation({
    takes: "labelledRows",
    callerOptions: ["signal"],
    run: (context, features, labels, options): Promise<Selection> =>
      driveSelection(context, features, labels, options as SelectionOptions),
  }),

  calibrate: operation({
    takes: "calibrationRows",
    callerOptions: ["signal"],
    async run(context, features, labels, options): Promise<void> {
      let calibration: Calibration;
      if (features === undefined) calibration = await driveCalibration(context, options);
      else {
        context.stop.throwIfAborted();
        const begun = context.raw.beginCalibrate(features, labels as Float64Array, options);
        calibration = await driveCall(context, begun, true);
      }
      context.status.calibration = Object.freeze(calibration);
    },
    // The status's own object: `head.calibration` is the answer of the call that made it.
    complete: (_, { status }) => status.calibration as Calibration,
  }),

  gate: operation({
    takes: "rowsWithSignal",
    callerOptions: ["signal"],
    isReadOnly: true,
    run: (context, features): Promise<RawGateResult> =>
      driveCall(context, context.raw.beginGate(features)),
    complete: ({ prediction, ...verdicts }, { options }): GateResult =>
      gateResult(withLabels(prediction, options.classes), verdicts),
  }),

  explain: operation({
    takes: "rowsWithOptions",
    callerOptions: ["signal"],
    isReadOnly: true,
    run: (context, features, options): Promise<Explanation> =>
      driveCall(context, context.raw.beginExplain(features, options)),
  }),

  evaluate: operation({
    takes: "knownAndUnknown",
    callerOptions: ["signal"],
    isReadOnly: true,
    async run(context, known, labels, unknown, options): Promise<Evaluation> {
      const scheduler = new Scheduler();
      for (const _ of giveRows(context.raw, [known, unknown])) await scheduler.pause();
      return driveCall(context, context.raw.beginEvaluate(known.length, labels, options));
    },
  }),

  save: operation({
    takes: "saveOptions",
    async run({ raw }, options): Promise<Uint8Array<ArrayBuffer>> {
      const readRows = (first: number, end: number): Float32Array =>
        raw.trainingFeatures(first, end);
      return toFile(await takeSnapshot(raw), readRows, options);
    },
  }),

  weights: operation({
    takes: "nothing",
    run: ({ raw }): Later<Float32Array> => raw.parameters(),
    complete: (flat, { options: { features, hidden, classes } }): NamedWeights =>
      nameWeights(flat, namedShapes([features, ...hidden, classes.length])),
  }),

  setWeights: operation({
    takes: "namedWeights",
    async run({ raw, keepCheckpoint }, flat): Promise<void> {
      await raw.setParameters(flat);
      await keepCheckpoint(true);
    },
  }),

  exportOnnx: operation({
    takes: "optionsAlone",
    async run(context, options): Promise<Uint8Array<ArrayBuffer>> {
      const { raw } = context;
      if (raw.isCalibrated) {
        // What its scorer takes of the training rows is made in turns.
        const { features }: HeadOptions = raw.meta().options;
        await driveCall(context, raw.beginGate(new Float32Array(features)));
      }
      const fitted = (await raw.fittedArrays(options)) as FittedArrays;
      await new Scheduler().yieldToPage();
      return toOnnx(await takeSnapshot(raw), fitted, options);
    },
  }),
};

type Operations = typeof operations;
export type OperationName = keyof Operations;

/** What a core gets of a call. */
export type Arguments<K extends OperationName> = Read<Operations[K]["takes"]>;
/** What a core answers. */
export type Answer<K extends OperationName> = Awaited<ReturnType<Operations[K]["run"]>>;
/** What the public head answers. */
export type Result<K extends OperationName> = ReturnType<NonNullable<Operations[K]["complete"]>>;

/** The operation of that name, as code that serves all of them sees it. */
export function operationOf(name: OperationName): Operation<FormName, unknown, unknown> {
  return operations[name] as unknown as Operation<FormName, unknown, unknown>;
}

export const operationNames = Object.keys(operations) as OperationName[];
