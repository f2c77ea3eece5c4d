import { OodgateError, type ErrorCode } from "oodgate";
import { create } from "./dom";
import { text } from "./texts";

/** Shows an error where the visitor looks. The element is an alert, so it is also read out. */
export function showError(
  place: HTMLElement,
  error: unknown,
  retry?: { label: string; run: () => void },
): void {
  console.info("shown on the page:", error);
  const parts: Node[] = [];
  if (error instanceof OodgateError) {
    parts.push(create("p", {}, create("code", {}, error.code), " ", error.message));
    const hint = (text.peek().advice as Partial<Record<ErrorCode, string>>)[error.code];
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
