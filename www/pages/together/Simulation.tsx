import { text } from "../../shared/ui/texts";
import { Curve } from "./Curve";
import { Failure } from "./Failure";
import { Points } from "./Points";
import { rowsOf, type Division } from "./rows";
import { division, failure, reset, run, start, stop, tabs, type Run, type Tab } from "./simulation";
import { words } from "./texts";

const counts = [2, 3, 4, 6, 8];

export function Simulation() {
  const t = words.value.simulate;
  const isRunning = run.value.state === "running";
  return (
    <section id="simulation" class="panel" aria-labelledby="simulation-heading" tabIndex={-1}>
      <h2 id="simulation-heading">{t.heading}</h2>
      <p class="hint">{t.hint}</p>
      <div class="choices">
        <Choice
          legend={t.tabs}
          name="tabs"
          value={String(tabs.value)}
          options={counts.map((count) => [String(count), String(count)])}
          onChoose={(value) => {
            reset();
            tabs.value = Number(value);
          }}
        />
        <Choice
          legend={t.division}
          name="division"
          value={division.value}
          options={[["few", t.few], ["even", t.even]]}
          onChoose={(value) => {
            reset();
            division.value = value as Division;
          }}
        />
        <button type="button" class="primary" onClick={() => (isRunning ? stop() : void start())}>
          {isRunning ? t.stop : t.start}
        </button>
      </div>
      <Failure error={failure.value} />
      <Progress {...run.value} />
      <ul class="tabs" aria-label={t.tabs}>
        {Array.from({ length: tabs.value }, (_, index) => (
          <TabCard key={index} index={index} tab={run.value.tabs[index]} />
        ))}
      </ul>
    </section>
  );
}

/** One of a few, as segments. */
function Choice({
  legend,
  name,
  value,
  options,
  onChoose,
}: {
  legend: string;
  name: string;
  value: string;
  options: readonly (readonly [string, string])[];
  onChoose: (value: string) => void;
}) {
  return (
    <fieldset class="field">
      <legend>{legend}</legend>
      <div class="segments">
        {options.map(([key, label]) => (
          <label key={key}>
            <input
              type="radio"
              name={name}
              value={key}
              checked={key === value}
              onChange={() => onChoose(key)}
            />
            <span>{label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function Progress({ accuracy, rounds, tabs: all, state }: Run) {
  const t = words.value.simulate;
  const alone = Math.max(0, ...all.map((tab) => tab.alone));
  const percent = text.value.percent;
  const last = accuracy.at(-1);
  const isOver = state === "done" && last !== undefined;
  return (
    <div class="progress" data-state={state} data-accuracy={last} data-alone={alone}>
      <Curve
        label={t.curve}
        values={accuracy}
        rounds={rounds}
        level={alone > 0 ? { share: alone, name: t.alone } : undefined}
      />
      <p role="status">
        {isOver ? t.done(percent(last), percent(alone)) : t.round(accuracy.length, rounds)}
      </p>
    </div>
  );
}

function TabCard({ index, tab }: { index: number; tab: Tab | undefined }) {
  const t = words.value.simulate;
  const { percent } = text.value;
  return (
    <li>
      <h3>{t.tab(index + 1)}</h3>
      <Points rows={rowsOf(index, division.value)} label={t.tab(index + 1)} />
      <div class="of-tab">
        {tab !== undefined && <p>{t.aloneIs(percent(tab.alone))}</p>}
        {tab?.accepted !== undefined && <p>{t.accepted(percent(tab.accepted))}</p>}
        {tab?.accepted !== undefined && tab.beyond.length > 0 && (
          <p>{t.beyond(tab.beyond.join(", "))}</p>
        )}
      </div>
    </li>
  );
}
