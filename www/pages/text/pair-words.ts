import * as format from "../../shared/ui/format";
import type { Norms } from "./norms";
import type { Both, Pair } from "./pair";
import type { Judgement } from "./scores";
import type { Settings } from "./settings";

/** How the training went. */
export function ended({ epochs, settings, seconds, stopped }: Pair): string {
  if (!stopped) return `Both trained for ${epochs} ${epochs === 1 ? "epoch" : "epochs"}, in ${format.duration(seconds)}.`;
  if (epochs === 0) return "Stopped before the first epoch was over: there is nothing to compare.";
  return `Stopped in epoch ${epochs + 1} of ${settings.epochs}: one head may be part of an epoch ahead.`;
}

/** How long the logits of both heads are. */
export function lengths({ crossEntropy, logitNorm }: Both<Norms>): string {
  const words = ({ inScope, outOfScope }: Norms): string => `${format.length(inScope)} in scope and ${format.length(outOfScope)} out of scope`;
  return `Mean length of the logits: ${words(crossEntropy)} with cross-entropy, ${words(logitNorm)} with LogitNorm.`;
}

/** How well both heads do. */
export function results({ crossEntropy, logitNorm }: Both<Judgement>, scorerName: string): string {
  const words = ({ scores, reliability }: Judgement): string =>
    `accuracy ${format.percent(reliability.before.accuracy)}, AUROC by ${scorerName} ${format.percent(scores.auroc)}, FPR95 ${format.percent(scores.fpr95)}`;
  return `With cross-entropy: ${words(crossEntropy)}. With LogitNorm: ${words(logitNorm)}.`;
}

/** What a training of both heads will go by. */
export function settingsText({ epochs, batch, lr, tau, seed, head, width, backend }: Readonly<Settings>): string {
  const shape = head === "hidden" ? `one hidden layer of ${width}` : "linear head";
  return `${epochs} ${epochs === 1 ? "epoch" : "epochs"}, batches of ${batch}, learning rate ${lr}, τ ${tau} for LogitNorm, seed ${seed}, ${shape}, backend ${backend}.`;
}
