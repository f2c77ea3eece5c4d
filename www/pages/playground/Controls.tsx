import { useSignal } from "@preact/signals";
import type { ScorerName } from "oodgate";
import table from "oodgate/scorers.json";
import { announce } from "../../shared/ui/announce";
import * as format from "../../shared/ui/format";
import { layerNames, type Loss } from "./lesson.mjs";
import { alpha, hidden, learn, loss, needsHidden, scorer, scorerNames, tau, TAUS } from "./page";
import { words } from "./texts";

/** Steps of tau's slider, which goes by the logarithm. */
const STEPS = 100;
const ratio = Math.log(TAUS.to / TAUS.from);
const tauAt = (step: number): number =>
  Number((TAUS.from * Math.exp((step / STEPS) * ratio)).toPrecision(2));
const stepOf = (value: number): number => Math.round((STEPS * Math.log(value / TAUS.from)) / ratio);

/** The head, its loss, its score and its promise. */
export function Controls() {
  const t = words.value.controls;
  const copied = useSignal(false);
  return (
    <div class="controls">
      <Choice
        name="layers"
        legend={t.layers}
        of={layerNames}
        value={hidden.value}
        textOf={(name) => (name === "linear" ? t.linear : name)}
        onChoose={(name) => (hidden.value = name)}
      />
      <Choice<Loss>
        name="loss"
        legend={t.loss}
        of={["logitNorm", "crossEntropy"]}
        value={loss.value}
        textOf={(name) => t.losses[name]}
        onChoose={(name) => (loss.value = name)}
      />
      <div class="field">
        <label for="tau">
          {t.tau} <output for="tau">{format.significant(tau.value)}</output>
        </label>
        <input
          id="tau"
          type="range"
          min="0"
          max={STEPS}
          disabled={loss.value !== "logitNorm"}
          value={stepOf(tau.value)}
          aria-valuetext={format.significant(tau.value)}
          onInput={({ currentTarget }) => (tau.value = tauAt(Number(currentTarget.value)))}
        />
      </div>
      <label class="field">
        {t.scorer}
        <select
          name="scorer"
          value={scorer.value}
          aria-describedby="scorer-about"
          onChange={({ currentTarget: { value } }) => (scorer.value = value as ScorerName)}
        >
          {scorerNames.map((name) => (
            <option
              key={name}
              value={name}
              disabled={hidden.value === "linear" && needsHidden(name)}
            >
              {name}
            </option>
          ))}
        </select>
      </label>
      <p id="scorer-about" class="hint about" lang="en">
        {table.find(({ name }) => name === scorer.value)?.about}
      </p>
      <div class="field">
        <label for="alpha">
          {t.alpha.before} <output for="alpha">{Math.round(alpha.value * 100)} %</output>{" "}
          {t.alpha.after}
        </label>
        <input
          id="alpha"
          type="range"
          min="1"
          max="20"
          step="1"
          value={Math.round(alpha.value * 100)}
          aria-valuetext={`${Math.round(alpha.value * 100)} %`}
          onInput={({ currentTarget }) => (alpha.value = Number(currentTarget.value) / 100)}
        />
      </div>
      <div class="buttons">
        <button type="button" onClick={learn}>
          {t.again}
        </button>
        <button
          type="button"
          onClick={async () => {
            await navigator.clipboard.writeText(location.href);
            copied.value = true;
            announce(t.copied);
          }}
        >
          {copied.value ? t.copied : t.copy}
        </button>
      </div>
    </div>
  );
}

interface ChoiceProps<T extends string> {
  readonly name: string;
  readonly legend: string;
  readonly of: readonly T[];
  readonly value: T;
  readonly textOf: (name: T) => string;
  readonly onChoose: (name: T) => void;
}

function Choice<T extends string>({ name, legend, of, value, textOf, onChoose }: ChoiceProps<T>) {
  return (
    <fieldset class="field">
      <legend>{legend}</legend>
      <div class="segments">
        {of.map((one) => (
          <label key={one}>
            <input
              type="radio"
              name={name}
              value={one}
              checked={value === one}
              onChange={() => onChoose(one)}
            />
            <span>{textOf(one)}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
