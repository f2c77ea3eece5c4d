import { createHead, type Head } from "oodgate";
import type { Dataset } from "./data";
import { NormProbe, type Norms } from "./norms";
import type { Settings } from "./settings";
import { headOptions } from "./train";

export type Loss = Settings["loss"];
/** In the order in which they stand on the page. */
export const losses = ["crossEntropy", "logitNorm"] as const satisfies readonly Loss[];

/** One thing for each of the two heads. */
export type Both<T> = Readonly<Record<Loss, T>>;

/** Two heads that differ in their loss alone. */
export interface Pair {
  readonly heads: Both<Head>;
  readonly settings: Readonly<Settings>;
  /** Epochs that both have finished. */
  readonly epochs: number;
  readonly seconds: number;
  /** Stop was pressed before the last epoch ended. */
  readonly stopped: boolean;
}

/**
 * Trains two heads from the same weights on the same batches, each in its Worker, epoch by epoch. A head answers no questions during
 * a fit, so that each epoch is a fit of its own, at a constant learning rate.
 */
export async function trainPair(
  data: Dataset,
  settings: Readonly<Settings>,
  { signal, onEpoch }: { readonly signal: AbortSignal; onEpoch(epoch: number, norms: Both<Norms>): void },
): Promise<Pair> {
  const { features, labels } = data.train;
  const options = { epochs: 1, batchSize: settings.batch, schedule: "constant", signal } as const;
  const probe = new NormProbe(data);
  const heads = await createPair(data, settings);
  const measured = async (): Promise<Both<Norms>> => ({
    crossEntropy: await probe.measure(heads.crossEntropy),
    logitNorm: await probe.measure(heads.logitNorm),
  });
  const begun = performance.now();
  const result = (epochs: number, stopped: boolean): Pair => ({ heads, settings, epochs, seconds: (performance.now() - begun) / 1000, stopped });
  let epochs = 0;
  try {
    onEpoch(0, await measured());
    while (epochs < settings.epochs) {
      await Promise.all(losses.map((loss) => heads[loss].fit(features, labels, options)));
      epochs++;
      onEpoch(epochs, await measured());
    }
    return result(epochs, false);
  } catch (error) {
    if (signal.aborted && error === signal.reason) return result(epochs, true);
    for (const loss of losses) heads[loss].dispose();
    throw error;
  }
}

async function createPair(data: Dataset, settings: Readonly<Settings>): Promise<Both<Head>> {
  const crossEntropy = await createHead(headOptions(data, { ...settings, loss: "crossEntropy" }));
  try {
    // Whatever "auto" has chosen for one holds for the other: nothing else may differ.
    const logitNorm = await createHead(headOptions(data, { ...settings, loss: "logitNorm", backend: crossEntropy.backend }));
    return { crossEntropy, logitNorm };
  } catch (error) {
    crossEntropy.dispose();
    throw error;
  }
}
