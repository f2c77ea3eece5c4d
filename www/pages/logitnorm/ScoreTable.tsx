import { losses, tableScorers, type TableScorer } from "./duel";
import { table } from "./page";
import { words } from "./texts";

/** How well each score tells the unknown, after training with either loss. */
export function ScoreTable() {
  const w = words.value;
  return (
    <section class="band" aria-labelledby="table-heading">
      <div class="wrap">
        <h2 id="table-heading">{w.table.heading}</h2>
        <p class="sub">{w.table.lede}</p>
        <div class="scroll" tabIndex={0} role="region" aria-label={w.table.label}>
          <table class="grouped score-table">
            <thead>
              <tr>
                <td />
                {losses.map((loss) => (
                  <th key={loss} scope="colgroup" colSpan={2}>
                    {w.losses[loss]}
                  </th>
                ))}
              </tr>
              <tr>
                <th scope="col">{w.table.score}</th>
                {losses.map((loss) => [
                  <th key={`${loss} auroc`} scope="col">
                    {w.table.auroc}
                  </th>,
                  <th key={`${loss} fpr95`} scope="col">
                    {w.table.fpr95}
                  </th>,
                ])}
              </tr>
            </thead>
            <tbody>
              {tableScorers.map((scorer) => (
                <Row key={scorer} scorer={scorer} />
              ))}
            </tbody>
          </table>
        </div>
      </div>
    </section>
  );
}

function Row({ scorer }: { scorer: TableScorer }) {
  const w = words.value;
  const found = table.value[scorer];
  const better = (figure: "auroc" | "fpr95"): string | undefined => {
    if (found === undefined) return undefined;
    const gain = found.logitNorm[figure] - found.crossEntropy[figure];
    if (gain === 0) return undefined;
    return gain > 0 === (figure === "auroc") ? "logitNorm" : "crossEntropy";
  };
  return (
    <tr data-scorer={scorer}>
      <th scope="row">
        <code>{scorer}</code> <span class="hint">{w.table.scorers[scorer]}</span>
      </th>
      {losses.flatMap((loss) =>
        (["auroc", "fpr95"] as const).map((figure) => (
          <td key={`${loss} ${figure}`} class={better(figure) === loss ? "better" : ""}>
            {found === undefined ? w.table.waiting : w.percent(found[loss][figure])}
          </td>
        )),
      )}
    </tr>
  );
}
