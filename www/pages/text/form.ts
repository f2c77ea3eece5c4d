import { byId, setText } from "../../shared/ui/dom";
import { defaults, parseField, trainingKeys, type Settings } from "./settings";
import type { Store } from "./store";
import { say } from "./say";

const numberKeys = ["tau", "width", "epochs", "batch", "lr", "seed"] as const;
const choiceKeys = ["loss", "head", "backend"] as const;

const lossHints: Readonly<Record<Settings["loss"], string>> = {
  logitNorm: say(
    "Trains the direction of the outputs only, so that their size cannot grow into false confidence. τ sets how sharp it is.",
  ),
  crossEntropy: say("The usual way to train a classifier, for comparison."),
};

/** Keeps the training form and the settings alike. */
export function bindForm(store: Store): void {
  const form = byId<HTMLFormElement>("settings");

  for (const key of choiceKeys) {
    for (const input of radios(form, key)) {
      input.addEventListener("change", () => {
        const value = parseField(key, input.value);
        if (value !== undefined) store.set({ [key]: value });
      });
    }
  }
  for (const key of numberKeys) {
    // While a field is empty or out of range the last valid value stays in force; the browser marks the field.
    byId<HTMLInputElement>(key).addEventListener("input", (event) => {
      const value = parseField(key, (event.target as HTMLInputElement).value);
      if (value !== undefined) store.set({ [key]: value });
    });
  }
  byId("defaults").addEventListener("click", () => {
    const own = Object.fromEntries(
      trainingKeys.map((key) => [key, defaults[key]]),
    ) as Partial<Settings>;
    store.set(own);
    show(form, store.get());
  });

  // On a small screen the curves come first; the settings are one press away.
  const details = byId<HTMLDetailsElement>("settings-details");
  // A field that the browser refuses must be seen: hidden, it would hold up the form without a word.
  form.addEventListener("invalid", () => (details.open = true), true);
  details.open = matchMedia("(min-width: 60rem)").matches;

  store.onChange((settings) => show(form, settings));
  show(form, store.get());
}

function show(form: HTMLFormElement, settings: Readonly<Settings>): void {
  for (const key of choiceKeys) {
    for (const input of radios(form, key)) input.checked = input.value === settings[key];
  }
  for (const key of numberKeys) {
    const input = byId<HTMLInputElement>(key);
    // Not while the same number is being typed in another way, such as "0.0" on the way to "0.05".
    if (document.activeElement !== input || parseField(key, input.value) !== settings[key]) {
      if (document.activeElement !== input || input.value === "" || input.validity.valid)
        input.value = String(settings[key]);
    }
  }
  byId<HTMLInputElement>("tau").disabled = settings.loss !== "logitNorm";
  byId<HTMLInputElement>("width").disabled = settings.head !== "hidden";
  setText(byId("loss-hint"), lossHints[settings.loss]);
}

function radios(form: HTMLFormElement, name: string): HTMLInputElement[] {
  return [...form.querySelectorAll<HTMLInputElement>(`input[type="radio"][name="${name}"]`)];
}
