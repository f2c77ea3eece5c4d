import { WordBackbone } from "../../shared/backbones/words";
import { byId, setText } from "../../shared/ui/dom";
import { clearError, showError } from "../../shared/ui/errors";
import * as format from "../../shared/ui/format";
import { answerTo, type Ask } from "./own-answer";
import { OwnList } from "./own-list";
import { say } from "./say";

/**
 * The field for a sentence of the visitor's own. The language model is fetched when the first one
 * is typed, not before: it is larger than all the rest of the page.
 */
export class OwnSentence {
  readonly #ask: Ask;
  readonly #model = new WordBackbone();
  readonly #field = byId<HTMLInputElement>("own");
  readonly #list: OwnList;
  #features: Float32Array | undefined;
  #threshold = NaN;
  #next: string | undefined;
  #reading = false;
  #turn = 0;

  constructor(ask: Ask) {
    this.#ask = ask;
    this.#list = new OwnList(this.#field, this.#model, ask);
    this.#field.addEventListener("input", () => void this.#read(this.#field.value.trim()));
    this.#model.loading.subscribe((loading) => {
      if (loading.kind === "loading") {
        const { received, total } = loading;
        const shares = [format.megabytes(received), format.megabytes(total)] as const;
        setText(byId("own-status"), say("Loading the language model: {0} of {1}", ...shares));
      } else if (loading.kind === "starting") {
        setText(byId("own-status"), say("Starting the language model"));
      } else setText(byId("own-status"), "");
    });
  }

  /** The gate on show has changed: the answer may be another. */
  update(threshold: number): void {
    this.#threshold = threshold;
    this.#list.update(threshold);
    void this.#answer();
  }

  /** One sentence at a time; of those that are typed meanwhile, the latest. */
  async #read(words: string): Promise<void> {
    this.#next = words;
    if (this.#reading) return;
    this.#reading = true;
    clearError(byId("own-error"));
    try {
      while (this.#next !== undefined) {
        const now = this.#next;
        this.#next = undefined;
        this.#features = now === "" ? undefined : await this.#model.embed(now);
        await this.#answer();
      }
    } catch (error) {
      const retry = {
        label: say("Try again"),
        run: () => void this.#read(this.#field.value.trim()),
      };
      showError(byId("own-error"), error, retry);
    } finally {
      this.#reading = false;
    }
  }

  async #answer(): Promise<void> {
    const turn = ++this.#turn;
    const features = this.#features;
    const verdicts = features && (await this.#ask(features).catch(() => undefined));
    // Another sentence, head or threshold has come in the meantime, and its answer with it.
    if (turn !== this.#turn) return;
    const place = byId("own-answer");
    if (features === undefined) place.replaceChildren();
    else if (verdicts?.[0] === undefined)
      setText(place, say("Train a head first: it is what answers."));
    else place.replaceChildren(...answerTo(verdicts[0], this.#threshold));
  }
}
