import { OodgateError, type ErrorCode } from "oodgate";
import { create } from "./dom";

/** What a visitor can do about it, where there is something. */
const advice: Partial<Record<ErrorCode, string>> = {
  "webgpu-unavailable": "This browser offers no WebGPU device here. Choose Auto or CPU and try again.",
  "device-lost": "The graphics device went away, for example after sleep or a driver reset. Try again, or choose CPU.",
  "out-of-memory": "Try a smaller batch, fewer hidden units, or CPU.",
  "not-finite": "The numbers grew without bound. Try a smaller learning rate or a larger temperature.",
  "wasm-unavailable": "The WebAssembly file could not be loaded. Reload the page; if that does not help, the browser is too old or blocks it.",
  crashed: "This is a fault of the package. The page goes on: try again.",
  disposed: "Another head has taken its place in the meantime. Try again.",
  "invalid-file": "Choose a file that this page or head.save() made, or weights that were saved from PyTorch with safetensors.",
  "quota-exceeded": "Delete heads that you no longer need, or download this one as a file.",
  "storage-unavailable": "The browser lets this page keep nothing, for example in a private window. Download the head as a file instead.",
};

/** Shows an error where the visitor looks. The element is an alert, so it is also read out. */
export function showError(place: HTMLElement, error: unknown, retry?: { label: string; run: () => void }): void {
  console.info("shown on the page:", error);
  const parts: Node[] = [];
  if (error instanceof OodgateError) {
    parts.push(create("p", {}, create("code", {}, error.code), " ", error.message));
    const hint = advice[error.code];
    if (hint !== undefined) parts.push(create("p", {}, hint));
  } else {
    parts.push(create("p", {}, error instanceof Error ? error.message : String(error)));
  }
  if (retry !== undefined) {
    const button = create("button", { type: "button" }, retry.label);
    button.addEventListener("click", retry.run);
    parts.push(button);
  }
  place.replaceChildren(...parts);
}

export function clearError(place: HTMLElement): void {
  place.replaceChildren();
}
