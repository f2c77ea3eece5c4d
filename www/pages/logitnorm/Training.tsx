import * as format from "../../shared/ui/format";
import {
  architecture,
  course,
  epochs,
  isBusy,
  load,
  setEpochs,
  setting,
  shown,
  stage,
  stop,
  tau,
  TAUS,
  train,
} from "./page";
import { architectures, lowestLoss, settings, type Architecture } from "./recipe.mjs";
import { words } from "./texts";

/** Steps of the slider, which goes by the logarithm. */
const STEPS = 100;
const ratio = Math.log(TAUS.to / TAUS.from);
const tauAt = (step: number): number =>
  Number((TAUS.from * Math.exp((step / STEPS) * ratio)).toPrecision(2));
const stepOf = (value: number): number => Math.round((STEPS * Math.log(value / TAUS.from)) / ratio);

/** What is trained and how, and how far it has come. */
export function Training() {
  const t = words.value.train;
  const { kind } = stage.value;
  const canTrain = kind === "idle" || kind === "ready" || kind === "failed";
  return (
    <section id="train" class="training" tabIndex={-1} aria-labelledby="train-heading">
      <h2 id="train-heading">{t.heading}</h2>
      <label class="field">
        {t.known}
        <select
          name="unknown"
          value={setting.value}
          onChange={({ currentTarget: { value } }) =>
            (setting.value = settings.find((name) => name === value) ?? "digits")
          }
        >
          {settings.map((name) => (
            <option key={name} value={name}>
              {t.settings[name]}
            </option>
          ))}
        </select>
      </label>
      <fieldset class="field">
        <legend>{t.network}</legend>
        <div class="segments">
          {(Object.keys(architectures) as Architecture[]).map((name) => (
            <label key={name}>
              <input
                type="radio"
                name="network"
                value={name}
                checked={architecture.value === name}
                onChange={() => (architecture.value = name)}
              />
              <span>{t.architectures[name]}</span>
            </label>
          ))}
        </div>
      </fieldset>
      <Tau />
      <div class="go">
        <label class="field epochs">
          {t.epochs}
          <input
            type="number"
            name="epochs"
            min="1"
            max="30"
            step="1"
            value={epochs.value}
            onChange={({ currentTarget }) => {
              setEpochs(Number(currentTarget.value));
              currentTarget.value = String(epochs.peek());
            }}
          />
        </label>
        <button
          type="button"
          class="primary"
          aria-disabled={!canTrain}
          onClick={() => canTrain && void train()}
        >
          {shown.value === undefined ? t.button : t.again}
        </button>
        <button
          type="button"
          aria-disabled={kind !== "training"}
          onClick={() => kind === "training" && stop()}
        >
          {t.stop}
        </button>
      </div>
      <Status />
    </section>
  );
}

function Tau() {
  const t = words.value.train;
  const value = format.significant(tau.value);
  const classes = setting.value === "leftOut" ? 7 : 10;
  const bound = lowestLoss(classes, tau.value);
  return (
    <div class="tau field">
      <label for="tau">
        {t.tau} <output for="tau">{value}</output>
      </label>
      <input
        id="tau"
        type="range"
        min="0"
        max={STEPS}
        value={stepOf(tau.value)}
        aria-valuetext={value}
        aria-describedby="bound"
        onInput={({ currentTarget }) => (tau.value = tauAt(Number(currentTarget.value)))}
      />
      <p id="bound" class="hint">
        {bound < 1e-3 ? t.unbound(value) : t.bound(value, bound.toPrecision(3))}
      </p>
    </div>
  );
}

function Status() {
  const s = words.value.status;
  const { value: now } = stage;
  const last = course.value.at(-1)?.epoch ?? 0;
  const all = shown.value?.epochs ?? 1;
  const failed = now.kind === "missing" || now.kind === "failed";
  const share =
    now.kind === "loading" ? now.received / Math.max(1, now.total) : isBusy.value ? last / all : 1;
  return (
    <div class="status-block" data-stage={now.kind}>
      <p class="status">{failed ? "" : line()}</p>
      <progress aria-label={s.progress} max={1} value={now.kind === "idle" ? 0 : share} />
      <p class="hint stale">{isStale() && words.value.train.stale}</p>
      {failed && (
        <div class="error" role="alert">
          <p>{(now.kind === "missing" ? s.missing : s.failed)(messageOf(now.error))}</p>
          {now.kind === "missing" && (
            <button type="button" onClick={() => void load()}>
              {s.retry}
            </button>
          )}
        </div>
      )}
    </div>
  );

  function line(): string {
    if (now.kind === "loading")
      return now.total === 0 ? s.starting : s.loading(now.received, now.total);
    if (now.kind === "training") return s.epoch(last, all);
    if (now.kind === "scoring") return s.scoring;
    if (now.kind === "ready") return s.ready(now.epochs, now.seconds);
    return s.idle;
  }
}

function isStale(): boolean {
  const { value: of } = shown;
  return (
    of !== undefined &&
    !(
      of.setting === setting.value &&
      of.architecture === architecture.value &&
      of.tau === tau.value &&
      of.epochs === epochs.value
    )
  );
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
