import { byId, setText } from "../../shared/ui/dom";
import * as format from "../../shared/ui/format";
import { parseField, type Settings } from "./settings";
import type { Store } from "./store";

/** Keeps the slider for the share of known inputs that may be rejected, alpha, and the settings alike. The slider is in percent. */
export function bindAlpha(store: Store): void {
  const slider = byId<HTMLInputElement>("alpha");
  slider.addEventListener("input", () => {
    const alpha = parseField("alpha", String(Number(slider.value) / 100));
    if (alpha !== undefined) store.set({ alpha });
  });
  store.onChange((settings, changed) => {
    if (changed.has("alpha")) show(slider, settings);
  });
  show(slider, store.get());
}

function show(slider: HTMLInputElement, { alpha }: Readonly<Settings>): void {
  slider.value = String(alpha * 100);
  slider.setAttribute("aria-valuetext", format.percent(alpha));
  setText(byId("alpha-value"), format.percent(alpha));
}
