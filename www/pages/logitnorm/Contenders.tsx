import { Plot } from "../../shared/charts/Plot";
import * as format from "../../shared/ui/format";
import { losses } from "./duel";
import { course, fitted, judged, shown, temperatures } from "./page";
import { confidence, edges, lengths, loss as lossOptions, reliability } from "./plots";
import { lowestLoss, type Loss } from "./recipe.mjs";
import { words } from "./texts";

/** Both networks while they train and after it, beside each other. */
export function Contenders() {
  const w = words.value;
  return (
    <section class="band tinted" aria-labelledby="contenders-heading">
      <div class="wrap">
        <h2 id="contenders-heading">
          {w.losses.crossEntropy} · {w.losses.logitNorm}
        </h2>
        <fieldset class="field view">
          <legend>{w.view.legend}</legend>
          <div class="segments">
            {[true, false].map((value) => (
              <label key={String(value)}>
                <input
                  type="radio"
                  name="view"
                  value={value ? "fitted" : "plain"}
                  checked={fitted.value === value}
                  onChange={() => (fitted.value = value)}
                />
                <span>{value ? w.view.fitted : w.view.plain}</span>
              </label>
            ))}
          </div>
          <p class="hint">{w.view.hint}</p>
        </fieldset>
        <div class="contenders">
          {losses.map((loss) => (
            <Contender key={loss} loss={loss} />
          ))}
        </div>
        <p class="hint explained">{w.charts.explained}</p>
      </div>
    </section>
  );
}

function Contender({ loss }: { loss: Loss }) {
  const w = words.value;
  return (
    <article class="contender" data-loss={loss} aria-labelledby={`${loss}-name`}>
      <h3 id={`${loss}-name`}>{w.losses[loss]}</h3>
      <Figures loss={loss} />
      <Lengths loss={loss} />
      <TrainingLoss loss={loss} />
      <Confidence loss={loss} />
      <Reliability loss={loss} />
    </article>
  );
}

function Figures({ loss }: { loss: Loss }) {
  const w = words.value;
  const now = judged.value?.[loss];
  const temperature = temperatures.value?.[loss];
  const share = (value: number | undefined): string =>
    value === undefined ? "–" : w.percent(value);
  const figures = {
    accuracy: share(now?.accuracy),
    auroc: share(now?.auroc),
    fpr95: share(now?.fpr95),
    ece: share(now?.ece),
    temperature:
      temperature === undefined ? "–" : format.significant(fitted.value ? temperature : 1),
  };
  return (
    <dl class="figures">
      {(["accuracy", "auroc", "fpr95", "ece", "temperature"] as const).map((name) => (
        <div key={name}>
          <dt>{w.figures[name]}</dt>
          <dd data-figure={name}>{figures[name]}</dd>
        </div>
      ))}
    </dl>
  );
}

function Lengths({ loss }: { loss: Loss }) {
  const w = words.value;
  const { value: moments } = course;
  const of = (kind: "known" | "unknown") => moments.map((moment) => moment.lengths[loss][kind]);
  const last = moments.at(-1)?.lengths[loss];
  const [known, unknown] = [last?.known, last?.unknown].map((value) =>
    value === undefined ? "–" : format.length(value),
  );
  const data = [moments.map(({ epoch }) => epoch), of("known"), of("unknown")] as const;
  return (
    <figure>
      <Sides title={w.charts.lengths} of="length" known={known} unknown={unknown} />
      <Plot
        data={[...data]}
        options={lengths}
        label={
          last === undefined
            ? `${w.losses[loss]}. ${w.charts.lengths}. ${w.charts.none}`
            : w.charts.lengthsLabel(w.losses[loss], known ?? "", unknown ?? "")
        }
      />
    </figure>
  );
}

function TrainingLoss({ loss }: { loss: Loss }) {
  const w = words.value;
  const moments = course.value.filter((moment) => moment.loss[loss] !== null);
  const { value: of } = shown;
  // Cross-entropy alone can be brought to 0.
  const bound =
    loss === "logitNorm" && of !== undefined ? lowestLoss(of.classes.length, of.tau) : null;
  const last = moments.at(-1)?.loss[loss];
  const now = last?.toFixed(3);
  return (
    <figure>
      <figcaption>
        {w.charts.loss}
        <span>
          <b data-loss-now>{now ?? "–"}</b> {w.charts.lossIn}
        </span>
      </figcaption>
      <Plot
        data={[
          moments.map(({ epoch }) => epoch),
          moments.map((moment) => moment.loss[loss]),
          moments.map(() => bound),
        ]}
        options={lossOptions(loss)}
        label={
          now === undefined
            ? `${w.losses[loss]}. ${w.charts.loss}. ${w.charts.none}`
            : w.charts.lossLabel(w.losses[loss], now)
        }
      />
    </figure>
  );
}

function Confidence({ loss }: { loss: Loss }) {
  const w = words.value;
  const now = judged.value?.[loss];
  const [known, unknown] = [now?.confidence.known, now?.confidence.unknown].map((value) =>
    value === undefined ? "–" : w.percent(value),
  );
  return (
    <figure>
      <Sides title={w.charts.confidence} of="confidence" known={known} unknown={unknown} />
      <Plot
        class="tall"
        data={
          now === undefined
            ? [[], [], []]
            : [
                edges,
                [...now.bins.map(({ share }) => share), 0],
                [...now.unknownBins.map((share) => -share), 0],
              ]
        }
        options={confidence}
        label={
          now === undefined
            ? `${w.losses[loss]}. ${w.charts.confidence}. ${w.charts.none}`
            : w.charts.confidenceLabel(w.losses[loss], known ?? "", unknown ?? "")
        }
      />
    </figure>
  );
}

function Reliability({ loss }: { loss: Loss }) {
  const w = words.value;
  const now = judged.value?.[loss];
  const bins = now?.bins.filter(({ share }) => share > 0) ?? [];
  const ece = now && w.percent(now.ece);
  return (
    <figure>
      <figcaption>{w.charts.reliability}</figcaption>
      <Plot
        class="square"
        data={[bins.map((bin) => bin.confidence), bins.map((bin) => bin.accuracy)]}
        options={reliability(loss)}
        label={
          ece === undefined
            ? `${w.losses[loss]}. ${w.charts.reliability}. ${w.charts.none}`
            : w.charts.reliabilityLabel(w.losses[loss], ece)
        }
      />
    </figure>
  );
}

interface SidesProps {
  title: string;
  /** What the figures are, as tests find them. */
  of: string;
  known: string | undefined;
  unknown: string | undefined;
}

/** A chart's title, and its figure for known pictures and for unknown ones. */
function Sides({ title, of, known, unknown }: SidesProps) {
  const { charts } = words.value;
  return (
    <figcaption>
      {title}
      <span>
        <b class="in-scope" {...{ [`data-${of}`]: "known" }}>
          {known}
        </b>{" "}
        {charts.known},{" "}
        <b class="out-of-scope" {...{ [`data-${of}`]: "unknown" }}>
          {unknown}
        </b>{" "}
        {charts.unknown}
      </span>
    </figcaption>
  );
}
