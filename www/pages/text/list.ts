import { announce } from "../../shared/ui/announce";
import { byId, create, isUsable, oncePerFrame, setText, setUsable } from "../../shared/ui/dom";
import * as format from "../../shared/ui/format";
import { shows, sortColumns, type Settings, type Show, type SortColumn } from "./settings";
import type { Outcome, Sentences } from "./sentences";
import type { Store } from "./store";
import { say } from "./say";

const PAGE_ROWS = 25;

const columnTexts: Readonly<Record<SortColumn, string>> = {
  text: say("Sentence"),
  truth: say("True intent"),
  predicted: say("Predicted intent"),
  probability: say("Probability"),
  score: say("Score"),
  pValue: say("p-value"),
  verdict: say("Verdict"),
};

const showTexts: Readonly<Record<Show, string>> = {
  all: say("All"),
  in: say("In scope"),
  out: say("Out of scope"),
  rejected: say("Rejected"),
  mistakes: say("Mistakes"),
};

const remarks: Readonly<Record<Outcome, string>> = {
  right: "",
  pending: "",
  "wrong-intent": say("wrong intent"),
  missed: say("should be accepted"),
  "let-through": say("should be rejected"),
};

/** The sentences, one page of rows at a time: searched, filtered and sorted over all of them. */
export class List {
  readonly #sentences: Sentences;
  readonly #store: Store;
  readonly #filters = new Map<Show, { input: HTMLInputElement; count: HTMLElement }>();
  readonly #headers = new Map<SortColumn, { cell: HTMLElement; arrow: HTMLElement }>();
  readonly #redraw = oncePerFrame(() => this.#draw());
  #threshold = NaN;
  #format = format.scoreFormat(1);
  #page = 0;
  #pages = 1;

  constructor(sentences: Sentences, store: Store) {
    this.#sentences = sentences;
    this.#store = store;
    this.#makeSearch();
    this.#makeFilters();
    this.#makeHeaders();
    this.#makePagers();
    store.onChange((settings, changed) => {
      if (!changed.has("show") && !changed.has("search") && !changed.has("sort")) return;
      this.#page = 0;
      this.#showSettings(settings);
      this.#draw();
      announce(byId("list-count").textContent ?? "");
    });
    this.#showSettings(store.get());
    this.#redraw();
  }

  /** The sentences have new answers, scores or both, or the threshold moved. */
  update(threshold: number, score: format.ScoreFormat): void {
    this.#format = score;
    this.#threshold = threshold;
    this.#redraw();
  }

  #makeSearch(): void {
    const search = byId<HTMLInputElement>("search");
    search.addEventListener("input", () => this.#store.set({ search: search.value }));
  }

  #makeFilters(): void {
    for (const show of shows) {
      const input = create("input", { type: "radio", name: "show", value: show });
      const count = create("span", { class: "count" });
      input.addEventListener("change", () => this.#store.set({ show }));
      byId("filter").append(
        create("label", {}, input, create("span", {}, `${showTexts[show]} `, count)),
      );
      this.#filters.set(show, { input, count });
    }
  }

  #makeHeaders(): void {
    const row = document.querySelector("#list thead tr");
    for (const column of sortColumns) {
      const arrow = create("span", { class: "arrow", "aria-hidden": "true" });
      const button = create(
        "button",
        { type: "button", "data-sort": column },
        create("span", {}, columnTexts[column]),
        arrow,
      );
      const cell = create(
        "th",
        { role: "columnheader", scope: "col", class: `col-${column}` },
        button,
      );
      // Up, down, and back to the mixed order.
      button.addEventListener("click", () => {
        const now = this.#store.get().sort;
        this.#store.set({
          sort: now === column ? `-${column}` : now === `-${column}` ? "mixed" : column,
        });
      });
      row?.append(cell);
      this.#headers.set(column, { cell, arrow });
    }
  }

  #makePagers(): void {
    for (const place of document.querySelectorAll(".pager-buttons")) {
      for (const [name, label, move] of [
        ["previous", say("Previous"), -1],
        ["next", say("Next"), 1],
      ] as const) {
        const button = create(
          "button",
          { type: "button", "data-page": name, "aria-controls": "list" },
          label,
        );
        button.addEventListener("click", () => {
          if (!isUsable(button)) return;
          this.#page += move;
          this.#draw();
          announce(byId("list-count").textContent ?? "");
          if (place.closest(".bottom") !== null)
            byId("list-section").scrollIntoView({ block: "start" });
        });
        place.append(button);
      }
    }
  }

  #showSettings(settings: Readonly<Settings>): void {
    const search = byId<HTMLInputElement>("search");
    if (search.value !== settings.search) search.value = settings.search;
    for (const [show, { input }] of this.#filters) input.checked = show === settings.show;
    for (const [column, { cell, arrow }] of this.#headers) {
      const order =
        settings.sort === column
          ? "ascending"
          : settings.sort === `-${column}`
            ? "descending"
            : "none";
      cell.setAttribute("aria-sort", order);
      setText(arrow, order === "ascending" ? "▲" : order === "descending" ? "▼" : "↕");
    }
  }

  #draw(): void {
    const { sort, show, search } = this.#store.get();
    const { rows, counts } = this.#sentences.select(sort, show, search, this.#threshold);
    for (const [name, { count }] of this.#filters) setText(count, format.count(counts[name]));
    this.#pages = Math.max(1, Math.ceil(rows.length / PAGE_ROWS));
    this.#page = Math.min(this.#pages - 1, Math.max(0, this.#page));
    const first = this.#page * PAGE_ROWS;
    const shown = rows.slice(first, first + PAGE_ROWS);
    document.querySelector("#list tbody")?.replaceChildren(...shown.map((row) => this.#row(row)));
    setText(
      byId("list-count"),
      rows.length === 0
        ? say("0 sentences")
        : say(
            "{0} to {1} of {2} sentences",
            format.count(first + 1),
            format.count(first + shown.length),
            format.count(rows.length),
          ),
    );
    byId("list-empty").hidden = rows.length > 0;
    for (const button of document.querySelectorAll<HTMLElement>('[data-page="previous"]'))
      setUsable(button, this.#page > 0);
    for (const button of document.querySelectorAll<HTMLElement>('[data-page="next"]'))
      setUsable(button, this.#page < this.#pages - 1);
  }

  #row(row: number): HTMLElement {
    const s = this.#sentences;
    const outcome = s.outcome(row, this.#threshold);
    const isRejected = s.score(row) > this.#threshold;
    const verdict = outcome === "pending" ? "–" : isRejected ? say("Rejected") : say("Accepted");
    const inScope = (s.truth[row] as number) >= 0;
    const cell = (column: SortColumn, ...children: (Node | string)[]) =>
      create(
        "td",
        { role: "cell", class: `col-${column}`, "data-label": columnTexts[column] },
        ...children,
      );
    const mark = create(
      "span",
      { class: outcome === "pending" ? "" : `mark ${isRejected ? "rejected" : "accepted"}` },
      verdict,
    );
    const remark = remarks[outcome];
    return create(
      "tr",
      {
        role: "row",
        "data-row": String(row),
        "data-scope": inScope ? "in" : "out",
        "data-outcome": outcome,
      },
      create("th", { role: "rowheader", scope: "row", class: "col-text" }, s.texts[row] ?? ""),
      cell(
        "truth",
        create(
          "span",
          { class: inScope ? "truth in-scope" : "truth out-of-scope" },
          s.truthName(row),
        ),
      ),
      cell("predicted", s.predictedName(row)),
      cell("probability", format.percent(s.probability(row))),
      cell("score", this.#format(s.score(row))),
      cell("pValue", format.pValue(s.pValue(row))),
      cell(
        "verdict",
        mark,
        ...(remark === "" ? [] : [" ", create("span", { class: "remark" }, remark)]),
      ),
    );
  }
}
