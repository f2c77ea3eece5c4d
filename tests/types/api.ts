// What the declarations promise, as code that must compile, and code that must not.

import { createHead, init, metrics, OodgateError } from "oodgate";
import type { Calibration, EpochProgress, ErrorCode, Evaluation, ExportOptions, Features, FitResult, GateResult, Head, HeadOptions, Labels, FittedScorer, LogitScorer, Prediction, Scorer, Selection, StepResult } from "oodgate";

/** Compiles when the two types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <T extends true>(): T | undefined => undefined;

export async function accepted(head: Head): Promise<void> {
  await init();
  await init({ wasm: new URL("https://example.org/oodgate.wasm") });
  await init({ wasm: new Uint8Array(8), webgpuWasm: new Response() });
  const options: HeadOptions = { features: 384, classes: 10 };
  await createHead(options);
  await createHead({
    features: 384,
    classes: ["cat", "dog"] as const,
    hidden: [256],
    loss: { kind: "logitNorm", tau: 0.1 },
    optimizer: { kind: "sgd", learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 5e-4 },
    backend: "webgpu",
    seed: 1,
  });
  await createHead({ features: 1, classes: 1, loss: { kind: "crossEntropy", labelSmoothing: 0.1 }, optimizer: { kind: "adamw", beta2: 0.99 } });

  const rows = new Float32Array(768);
  await head.trainStep(rows, [0, 1]);
  await head.trainStep({ data: rows, dims: [2, 384] }, ["cat", "dog"], { learningRate: 0.1 });
  await head.trainStep([[1, 2], new Float32Array(2)], Uint8Array.of(0, 1));
  const result: FitResult = await head.fit(rows, Int32Array.of(0, 1), {
    epochs: 3,
    batchSize: 32,
    schedule: "constant",
    validationSplit: 0.1,
    patience: 5,
    onEpoch: ({ epoch, loss, validationLoss }: EpochProgress) => void [epoch, loss, validationLoss?.toFixed(2)],
    signal: AbortSignal.timeout(1000),
  });
  void result.stoppedEarly;
  await head.oodScore(rows);
  await head.fitScorers(rows, [0, 1]);
  await head.oodScore(rows, { scorer: { name: "mahalanobis", ridge: 1, normalize: true } });
  await createHead(head.options);
  const signal = AbortSignal.timeout(1000);
  await head.oodScore(rows, { scorer: "msp", signal });
  await head.gate(rows, { signal });
  await head.calibrate(rows, [0, 1], { alpha: 0.1, signal });
  await head.evaluate({ features: rows, labels: [0, 1] }, { features: rows }, { signal });
  const selection: Selection = await head.selectScorer(rows, [0, 1], { candidates: ["auto", "knn"], folds: 2, signal: AbortSignal.timeout(1000) });
  void selection.auroc["knn"]?.toFixed(2);
  await head.oodScore(rows, { scorer: "energy" });
  await head.oodScore(rows, { scorer: { name: "energy", temperature: 0.1 } });
  const { threshold, warning }: Calibration = await head.calibrate(rows, [0, 1], { alpha: 0.01, scorer: "msp" });
  void [threshold, warning?.length, head.calibration?.temperature];
  const { accepted, pValue, label }: GateResult = await head.gate(rows);
  void [accepted[0], pValue[0], label[0]];
  await head.evaluate({ features: rows, labels: [0, 1] }, { features: [[1, 2]] }, { scorer: "gen" });
  await head.exportOnnx();
  const export_: ExportOptions = { includeTrainingRows: true, bank: 1000, float16: true, pooling: "mean", normalize: true };
  const model: Uint8Array<ArrayBuffer> = await head.exportOnnx(export_);
  void model.length;
  head.dispose();

  await head.logits(new Float64Array(3));
  metrics.auroc([0.1], Float32Array.of(0.2));
  metrics.fprAtTpr([0.1], [0.2], 0.9);
  metrics.ece(rows, [0, 1], 10);
  try {
    await head.predict(rows);
  } catch (error) {
    if (error instanceof OodgateError && error.code === "disposed") return;
  }
}

export async function refused(head: Head): Promise<void> {
  // @ts-expect-error features are missing
  await createHead({ classes: 3 });
  // @ts-expect-error no such option
  await head.exportOnnx({ rows: 1000 });
  // @ts-expect-error
  await head.exportOnnx({ pooling: "max" });
  // @ts-expect-error no such loss
  await createHead({ features: 3, classes: 3, loss: { kind: "hinge" } });
  // @ts-expect-error momentum is SGD's
  await createHead({ features: 3, classes: 3, optimizer: { kind: "adamw", momentum: 0.9 } });
  // @ts-expect-error no such backend
  await createHead({ features: 3, classes: 3, backend: "gpu" });
  // @ts-expect-error integers are not taken
  await head.logits(new Int32Array(3));
  // @ts-expect-error no such scorer
  await head.oodScore(new Float32Array(3), { scorer: "best" });
  // @ts-expect-error no such parameter
  await head.oodScore(new Float32Array(3), { scorer: { name: "knn", kk: 1 } });
  // @ts-expect-error another scorer's parameter
  await head.calibrate({ scorer: { name: "msp", k: 10 } });
  // @ts-expect-error candidates are names
  await head.selectScorer(new Float32Array(3), [0], { candidates: [{ name: "knn" }] });
  // @ts-expect-error what a head is does not change
  head.features = 4;
  // @ts-expect-error an evaluation needs labels
  await head.evaluate({ features: new Float32Array(3) }, { features: new Float32Array(3) });
  // @ts-expect-error not a function
  await head.fit(new Float32Array(3), [0], { onEpoch: "log" });
}

same<Same<Awaited<ReturnType<typeof createHead>>, Head>>();
same<Same<Awaited<ReturnType<Head["trainStep"]>>, StepResult>>();
same<Same<Awaited<ReturnType<Head["predict"]>>, Prediction>>();
same<Same<Awaited<ReturnType<Head["oodScore"]>>, Float32Array>>();
same<Same<Awaited<ReturnType<Head["gate"]>>, GateResult>>();
same<Same<Awaited<ReturnType<Head["evaluate"]>>, Evaluation>>();
same<GateResult extends Prediction ? true : false>();
same<Same<Parameters<Head["logits"]>[0], Features>>();
same<Same<Parameters<Head["trainStep"]>[1], Labels>>();
same<Same<OodgateError["code"], ErrorCode>>();
same<LogitScorer extends Scorer ? true : false>();
same<FittedScorer extends Scorer ? true : false>();
same<Same<Awaited<ReturnType<Head["selectScorer"]>>, Selection>>();
