import type { WordBackbone } from "../../shared/backbones/words";
import { linesOf } from "../../shared/state/lines";
import { byId, setText } from "../../shared/ui/dom";
import { clearError, showError } from "../../shared/ui/errors";
import * as format from "../../shared/ui/format";
import { answerTo, type Ask } from "./own-answer";
import { say } from "./say";

/** More are not asked about: each is a line of the page. */
const MOST = 200;

/**
 * A list of the visitor's own sentences: pasted into the field for one, it is counted first, and
 * then asked about line by line.
 */
export class OwnList {
  readonly #ask: Ask;
  readonly #model: WordBackbone;
  readonly #place = byId("own-list");
  readonly #rows = byId("own-rows");
  #pasted: readonly string[] = [];
  #lines: { readonly words: string; readonly features: Float32Array }[] = [];
  #threshold = NaN;
  /** Goes up with each list: one that is being read stops when another comes. */
  #list = 0;
  #turn = 0;

  constructor(field: HTMLInputElement, model: WordBackbone, ask: Ask) {
    this.#ask = ask;
    this.#model = model;
    field.addEventListener("paste", (event) => {
      const lines = linesOf(event.clipboardData?.getData("text/plain") ?? "");
      if (lines.length < 2) return;
      // The field would join them into one.
      event.preventDefault();
      this.#offer(lines);
    });
    byId("own-list-ask").addEventListener("click", () => void this.#read());
    byId("own-list-close").addEventListener("click", () => {
      this.#list += 1;
      this.#lines = [];
      this.#place.hidden = true;
      field.focus();
    });
  }

  /** The gate on show has changed: the answers may be others. */
  update(threshold: number): void {
    this.#threshold = threshold;
    void this.#answer();
  }

  #offer(lines: readonly string[]): void {
    const distinct = [...new Set(lines)];
    this.#list += 1;
    this.#lines = [];
    this.#pasted = distinct.slice(0, MOST);
    this.#rows.replaceChildren();
    clearError(byId("own-list-error"));
    const left = distinct.length - this.#pasted.length;
    const count = format.count(this.#pasted.length);
    const pasted =
      left > 0
        ? say("{0} sentences pasted, the first of {1}.", count, format.count(distinct.length))
        : say("{0} sentences pasted.", count);
    setText(byId("own-list-count"), pasted);
    setText(byId("own-list-ask"), say("Ask about {0} sentences", count));
    byId("own-list-ask").hidden = false;
    this.#place.hidden = false;
    byId("own-list-ask").focus();
  }

  async #read(): Promise<void> {
    const list = ++this.#list;
    const pasted = this.#pasted;
    byId("own-list-ask").hidden = true;
    byId("own-list-close").focus();
    clearError(byId("own-list-error"));
    this.#lines = [];
    try {
      for (const [i, words] of pasted.entries()) {
        const done = say(
          "{0} of {1} sentences read.",
          format.count(i),
          format.count(pasted.length),
        );
        setText(byId("own-list-count"), done);
        const features = await this.#model.embed(words);
        if (list !== this.#list) return;
        this.#lines.push({ words, features });
      }
      await this.#answer();
    } catch (error) {
      if (list !== this.#list) return;
      showError(byId("own-list-error"), error, {
        label: say("Try again"),
        run: () => void this.#read(),
      });
    }
  }

  async #answer(): Promise<void> {
    const turn = ++this.#turn;
    const lines = this.#lines;
    if (lines.length === 0 || lines.length < this.#pasted.length) return;
    const dim = lines[0]?.features.length ?? 0;
    const features = new Float32Array(lines.length * dim);
    lines.forEach((line, i) => features.set(line.features, i * dim));
    const verdicts = await this.#ask(features).catch(() => undefined);
    if (turn !== this.#turn || lines !== this.#lines) return;
    if (verdicts === undefined) {
      setText(byId("own-list-count"), say("Train a head first: it is what answers."));
      return;
    }
    const rejected = verdicts.filter(({ score }) => score > this.#threshold).length;
    const counts = [format.count(rejected), format.count(lines.length)] as const;
    setText(byId("own-list-count"), say("{0} of {1} sentences rejected.", ...counts));
    this.#rows.replaceChildren(
      ...lines.map(({ words }, i) => {
        const row = document.createElement("li");
        const verdict = verdicts[i];
        row.append(`${words} `);
        if (verdict !== undefined) row.append(...answerTo(verdict, this.#threshold));
        return row;
      }),
    );
  }
}
