import type { ScorerName } from "oodgate";
import { byId, create, fillTable, setText } from "../../shared/ui/dom";
import { scorerGroups, scorerNames, scorerTexts } from "./scorers";

/** A select element with all scorers in groups, and a line about the one chosen. */
export class ScorerPicker {
  readonly #select: HTMLSelectElement;
  readonly #hint: HTMLElement;
  readonly #hiddenOnly: HTMLOptGroupElement[] = [];

  constructor(id: string, hintId: string, onChoice: (scorer: ScorerName) => void) {
    this.#select = byId<HTMLSelectElement>(id);
    this.#hint = byId(hintId);
    for (const { name, scorers, hidden } of scorerGroups) {
      const options = scorers.map((scorer) => create("option", { value: scorer }, scorerTexts[scorer].name));
      if (name === undefined) {
        this.#select.append(...options);
        continue;
      }
      const group = create("optgroup", { label: name }, ...options);
      if (hidden === true) this.#hiddenOnly.push(group);
      this.#select.append(group);
    }
    this.#select.addEventListener("change", () => onChoice(this.#select.value as ScorerName));
  }

  show(scorer: ScorerName, head: "linear" | "hidden"): void {
    for (const group of this.#hiddenOnly) group.disabled = head !== "hidden";
    this.#select.value = scorer;
    setText(this.#hint, `${scorerTexts[scorer].about} ${scorerTexts[scorer].needs}`);
  }
}

/** The table of all scorers and what each needs. */
export function showScorerTable(): void {
  fillTable(
    byId("scorer-table"),
    scorerNames.map((scorer) => [scorerTexts[scorer].name, scorerTexts[scorer].needs]),
  );
}
