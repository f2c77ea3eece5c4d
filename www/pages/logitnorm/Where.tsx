import { measured, type Place } from "./measured";
import { words } from "./texts";

/** Where LogitNorm helps the plain probability, and where it does not: measured beforehand. */
export function Where() {
  const w = words.value;
  const t = w.where;
  const cell = ({ auroc, fpr95 }: { readonly auroc: number; readonly fpr95: number }): string =>
    `${auroc.toFixed(1)} / ${fpr95.toFixed(1)}`;
  return (
    <section class="band tinted" aria-labelledby="where-heading">
      <div class="wrap">
        <h2 id="where-heading">{t.heading}</h2>
        {t.words.map((paragraph) => (
          <p key={paragraph} class="sub">
            {paragraph}
          </p>
        ))}
        <p class="hint">{t.lede(measured.tau, measured.epochs)}</p>
        <div class="scroll" tabIndex={0} role="region" aria-label={t.label}>
          <table class="grouped score-table">
            <thead>
              <tr>
                <td />
                <th scope="colgroup" colSpan={2}>
                  msp
                </th>
                <th scope="colgroup" colSpan={2}>
                  auto
                </th>
              </tr>
              <tr>
                <th scope="col">{t.known}</th>
                {["msp", "auto"].map((scorer) => [
                  <th key={`${scorer} plain`} scope="col">
                    {w.losses.crossEntropy}
                  </th>,
                  <th key={`${scorer} normed`} scope="col">
                    {w.losses.logitNorm}
                  </th>,
                ])}
              </tr>
            </thead>
            <tbody>
              {(Object.keys(measured.places) as Place[]).map((place) => {
                const { msp, auto } = measured.places[place];
                return (
                  <tr key={place} data-place={place}>
                    <th scope="row">{t.rows[place]}</th>
                    <td>{cell(msp.crossEntropy)}</td>
                    <td>{cell(msp.logitNorm)}</td>
                    <td>{cell(auto.crossEntropy)}</td>
                    <td>{cell(auto.logitNorm)}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      </div>
    </section>
  );
}
