// The table as Markdown.

import { table } from "../lib/markdown.mjs";
import { duration } from "../../pkg/scripts/shell.mjs";

const short = { logitNorm: "LN", crossEntropy: "CE" };

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Shares as "96.41 ±0.05": mean and, of several seeds, the sample standard deviation, in per cent. */
function percent(values, digits) {
  const middle = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - middle) ** 2, 0);
  const spread = values.length > 1 ? ` ±${(100 * Math.sqrt(squares / (values.length - 1))).toFixed(digits)}` : "";
  return (100 * middle).toFixed(digits) + spread;
}

/** The fits of one column: a head's part and loss, every seed. */
const fitsOf = (fits, part, loss) => fits.filter((fit) => fit.part === part && fit.loss === loss);

/** Columns of scores: every split with every loss. */
const columnsOf = (fits, parts, losses) =>
  parts.flatMap((part) => part.splits.flatMap((split) => losses.map((loss) => ({ split, loss, fits: fitsOf(fits, part, loss) }))));

const refuses = ({ fits }, scorer) => fits.some((fit) => fit.scores[scorer] === null);
const figures = ({ fits, split }, scorer, name) => fits.map((fit) => fit.scores[scorer][split][name]);
const auroc = (column, scorer) => (refuses(column, scorer) ? -Infinity : mean(figures(column, scorer, "auroc")));

/** Accuracy and calibration of every head. */
export function heads(fits, parts, losses) {
  const rows = parts.flatMap((part) =>
    losses.map((loss) => {
      const own = fitsOf(fits, part, loss);
      const share = (name, digits) => percent(own.map((fit) => fit[name]), digits);
      const time = duration(1000 * mean(own.map((fit) => fit.seconds)));
      return [part.name, loss, own[0].rows, share("accuracy", 2), share("eceBefore", 2), share("eceAfter", 2), time];
    }));
  return table([["head", "loss", "training rows", "test accuracy, %", "ECE, %", "ECE calibrated, %", "a fit"], ...rows]);
}

/** AUROC / FPR95 of every scorer, the best AUROC of each split in bold. */
export function scorerTable(fits, parts, losses, scorers) {
  const columns = columnsOf(fits, parts, losses);
  const best = ({ split }) =>
    Math.max(...columns.filter((column) => column.split === split).flatMap((column) => scorers.map((scorer) => auroc(column, scorer))));
  const rows = scorers.map((scorer) => [
    scorer,
    ...columns.map((column) => {
      if (refuses(column, scorer)) return "–";
      const area = percent(figures(column, scorer, "auroc"), 2);
      const text = auroc(column, scorer) === best(column) ? `**${area}**` : area;
      return `${text} / ${percent(figures(column, scorer, "fpr95"), 1)}`;
    }),
  ]);
  return table([["scorer", ...columns.map(({ split, loss }) => `${split}, ${short[loss]}`)], ...rows]);
}

/** Of all pairs of a scorer and a loss, "auto" aside, the one with the highest value. */
function bestPair(scorers, losses, value) {
  const pairs = scorers.filter((scorer) => scorer !== "auto").flatMap((scorer) => losses.map((loss) => ({ scorer, loss })));
  const valued = pairs.map((pair) => ({ ...pair, value: value(pair) }));
  const { scorer, loss, value: highest } = valued.reduce((best, pair) => (pair.value > best.value ? pair : best));
  return { name: `${scorer}, ${short[loss]}`, value: highest };
}

/** "auto", which sees no unknown row, against the pair of scorer and loss that turns out to be the best of each split. */
export function hindsight(fits, parts, losses, scorers) {
  const columns = columnsOf(fits, parts, losses);
  const splits = [...new Set(columns.map(({ split }) => split))];
  const at = (split, { scorer, loss }) => auroc(columns.find((column) => column.split === split && column.loss === loss), scorer);
  const overall = (pair) => mean(splits.map((split) => at(split, pair)));
  const row = (name, best, autos) => {
    const compared = autos.flatMap((auto) => [(100 * auto).toFixed(2), (100 * (auto - best.value)).toFixed(2).replace(/^(?!-)/, "+")]);
    return [name, best.name, (100 * best.value).toFixed(2), ...compared];
  };
  const autosOf = (value) => losses.map((loss) => value({ scorer: "auto", loss }));
  const bests = splits.map((split) => bestPair(scorers, losses, (pair) => at(split, pair)));
  return table([
    ["split", "best pair", "its AUROC, %", ...losses.flatMap((loss) => [`auto, ${short[loss]}`, "difference"])],
    ...splits.map((split, i) => row(split, bests[i], autosOf((pair) => at(split, pair)))),
    row("**mean**, each split's best pair", { name: "", value: mean(bests.map(({ value }) => value)) }, autosOf(overall)),
    row("**mean**, one pair for all", bestPair(scorers, losses, overall), autosOf(overall)),
  ]);
}

/** What `selectScorer` chose: how often each scorer, what its AUROC gains on the combination, and how long it took. */
export function selections(fits, parts, losses) {
  const columns = columnsOf(fits, parts, losses);
  const rows = columns.map(({ split, loss, fits: own }) => {
    const counts = new Map();
    for (const { selected: { scorer } } of own) counts.set(scorer, (counts.get(scorer) ?? 0) + 1);
    const chosen = [...counts].map(([scorer, count]) => `${scorer} ${count} of ${own.length}`).join(", ");
    const gain = ({ selected: { scorer }, scores }) => (scores[scorer] ?? scores.auto)[split].auroc - scores.auto[split].auroc;
    const time = duration(1000 * mean(own.map(({ selected }) => selected.seconds)));
    return [split, loss, chosen, (100 * mean(own.map(gain))).toFixed(2), time];
  });
  return table([["split", "loss", "selectScorer", "gain, points", "time"], ...rows]);
}

/** Shares that the gate rejects: of the test rows, of known rows divided anew, both of which should be alpha, and of the unknown ones. */
export function gates(fits, parts, losses, alphas) {
  const rows = columnsOf(fits, parts, losses).map(({ split, loss, fits: own }) => [
    split,
    loss,
    ...alphas.map((alpha) => {
      const share = (value) => percent(own.map((fit) => value(fit.gates[alpha])), 1);
      return [({ known }) => known, ({ redrawn }) => redrawn, ({ unknown }) => unknown[split]].map(share).join(" / ");
    }),
  ]);
  return table([["split", "loss", ...alphas.map((alpha) => `alpha ${100 * alpha} %`)], ...rows]);
}
