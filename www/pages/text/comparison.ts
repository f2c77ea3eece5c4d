import { announce } from "../../shared/ui/announce";
import { Contender } from "./contender";
import type { Dataset } from "./data";
import { byId, fillTable, isUsable, oncePerFrame, setText, setUsable } from "../../shared/ui/dom";
import { clearError, showError } from "../../shared/ui/errors";
import * as format from "../../shared/ui/format";
import { untilLatest } from "../../shared/state/latest";
import type { Norms } from "./norms";
import { losses, trainPair, type Both, type Pair } from "./pair";
import { ended, lengths, results, settingsText } from "./pair-words";
import { ScorerPicker } from "./picker";
import { scorerTexts, suits } from "./scorers";
import { Judge, type Judgement } from "./scores";
import { defaults, trainingKeys, type Settings } from "./settings";
import type { Store } from "./store";

/** What the two heads have in common. */
const sharedKeys = trainingKeys.filter((key) => key !== "loss");

/** The part of the page that trains two heads side by side, apart from the head of the rest of the page. */
export class Comparison {
  readonly #data: Dataset;
  readonly #store: Store;
  readonly #section = byId("pair-section");
  readonly #contenders: Both<Contender>;
  readonly #picker: ScorerPicker;
  readonly #score = untilLatest(this.#section, () => this.#scoreOnce());
  readonly #redraw = oncePerFrame(() => this.#showNorms());
  #norms: Both<Norms>[] = [];
  #total: number;
  #running: AbortController | undefined;
  #judged: { readonly pair: Pair; readonly judges: Both<Judge> } | undefined;

  constructor(data: Dataset, store: Store) {
    this.#data = data;
    this.#store = store;
    this.#total = store.get().epochs;
    const place = byId("pair-grid");
    this.#contenders = { crossEntropy: new Contender(place, "pair-crossEntropy", "Cross-entropy"), logitNorm: new Contender(place, "pair-logitNorm", "LogitNorm") };
    this.#picker = new ScorerPicker("pair-scorer", "pair-scorer-hint", (pairScorer) => store.set({ pairScorer }));
    byId("pair-train").addEventListener("click", () => {
      if (isUsable(byId("pair-train"))) void this.#train();
    });
    byId("pair-stop").addEventListener("click", () => this.#running?.abort());
    store.onChange((_, changed) => {
      this.#showSettings();
      if (changed.has("pairScorer")) void this.#score();
    });
    this.#showSettings();
    this.#showNorms();
    setText(byId("pair-status"), "Ready to train both.");
    setUsable(byId("pair-train"), true);
  }

  async #train(): Promise<void> {
    if (this.#running !== undefined) return;
    const running = new AbortController();
    const settings = this.#store.get();
    this.#begin(running, settings);
    try {
      const pair = await trainPair(this.#data, settings, {
        signal: running.signal,
        onEpoch: (epoch, norms) => this.#showEpoch(epoch, norms),
      });
      setUsable(byId("pair-stop"), false);
      await this.#judge(pair);
      this.#showEnd(pair);
    } catch (error) {
      showError(byId("pair-error"), error);
      setText(byId("pair-status"), "Training failed. The reason is below.");
    } finally {
      this.#running = undefined;
      setUsable(byId("pair-train"), true);
      setUsable(byId("pair-stop"), false);
      this.#showSettings();
    }
  }

  #begin(running: AbortController, settings: Readonly<Settings>): void {
    this.#running = running;
    this.#dropHeads();
    this.#norms = [];
    this.#total = settings.epochs;
    this.#redraw();
    this.#section.dataset["state"] = "training";
    for (const loss of losses) this.#contenders[loss].clear();
    clearError(byId("pair-error"));
    setUsable(byId("pair-train"), false);
    setUsable(byId("pair-stop"), true);
    setText(byId("pair-status"), "Preparing both heads …");
    setText(byId("pair-summary"), "");
    byId<HTMLProgressElement>("pair-progress").value = 0;
    announce("Training of both heads has begun.");
  }

  #dropHeads(): void {
    for (const loss of losses) this.#judged?.judges[loss].dispose();
    this.#judged = undefined;
  }

  #showEpoch(epoch: number, norms: Both<Norms>): void {
    this.#norms.push(norms);
    this.#redraw();
    byId<HTMLProgressElement>("pair-progress").value = epoch / this.#total;
    setText(byId("pair-status"), `Epoch ${Math.min(epoch + 1, this.#total)} of ${this.#total}, both heads at once …`);
    // A screen reader hears four times how far it is, not every epoch.
    if (epoch > 0 && epoch % Math.ceil(this.#total / 4) === 0 && epoch < this.#total) announce(`Epoch ${epoch} of ${this.#total}. ${lengths(norms)}`);
  }

  #showNorms(): void {
    const all = this.#norms;
    // Axes without data end at 1.
    const top = all.length === 0 ? 1 : Math.max(1e-6, ...all.flatMap((norms) => losses.flatMap((loss) => [norms[loss].inScope, norms[loss].outOfScope])));
    for (const loss of losses) {
      this.#contenders[loss].showNorms(all.map((norms) => norms[loss]), this.#total, top);
    }
    fillTable(
      byId("pair-table"),
      all.map((norms, epoch) => [
        format.count(epoch),
        ...losses.flatMap((loss) => [format.length(norms[loss].inScope), format.length(norms[loss].outOfScope)]),
      ]),
    );
  }

  async #judge(pair: Pair): Promise<void> {
    const { crossEntropy, logitNorm } = pair.heads;
    if (pair.epochs === 0) {
      crossEntropy.dispose();
      logitNorm.dispose();
      return;
    }
    this.#judged = { pair, judges: { crossEntropy: new Judge(crossEntropy, this.#data), logitNorm: new Judge(logitNorm, this.#data) } };
    await this.#score();
  }

  /** False when something else was chosen in the meantime. */
  async #scoreOnce(): Promise<boolean> {
    const judged = this.#judged;
    if (judged === undefined) return true;
    const scorer = this.#store.get().pairScorer;
    if (!suits(scorer, judged.pair.settings.head)) {
      this.#store.set({ pairScorer: defaults.pairScorer });
      return false;
    }
    const isLatest = (): boolean => judged === this.#judged && scorer === this.#store.get().pairScorer;
    const { name } = scorerTexts[scorer];
    const judgeOne = (loss: Settings["loss"], before: number) =>
      judged.judges[loss].judge(scorer, defaults.alpha, isLatest, (share) => {
        setText(byId("pair-status"), `Scoring the test sentences by ${name} …`);
        byId<HTMLProgressElement>("pair-progress").value = before + share / losses.length;
      });
    try {
      const crossEntropy = await judgeOne("crossEntropy", 0);
      const logitNorm = await judgeOne("logitNorm", 0.5);
      if (crossEntropy !== undefined && logitNorm !== undefined && isLatest()) this.#showJudgements({ crossEntropy, logitNorm }, name);
    } catch (error) {
      if (isLatest()) showError(byId("pair-error"), error, { label: "Try again", run: () => void this.#score() });
    }
    if (!isLatest()) return false;
    this.#showTrained(judged.pair);
    return true;
  }

  #showJudgements(judgements: Both<Judgement>, scorerName: string): void {
    clearError(byId("pair-error"));
    for (const loss of losses) this.#contenders[loss].showJudgement(judgements[loss], scorerName);
    this.#section.dataset["state"] = "ready";
    const norms = this.#norms.at(-1);
    const text = `${norms === undefined ? "" : `${lengths(norms)} `}${results(judgements, scorerName)}`;
    setText(byId("pair-summary"), text);
    if (this.#running === undefined) announce(text);
  }

  #showTrained(pair: Pair): void {
    byId<HTMLProgressElement>("pair-progress").value = pair.epochs / this.#total;
    setText(byId("pair-status"), ended(pair));
  }

  #showEnd(pair: Pair): void {
    this.#showTrained(pair);
    if (pair.epochs === 0) this.#section.dataset["state"] = "empty";
    announce(`${ended(pair)} ${byId("pair-summary").textContent ?? ""}`);
  }

  /** The settings of the next training, and whether they are still those of the heads on show. */
  #showSettings(): void {
    const now = this.#store.get();
    const pair = this.#judged?.pair;
    this.#picker.show(now.pairScorer, pair?.settings.head ?? now.head);
    setText(byId("pair-settings"), settingsText(now));
    const stale = pair !== undefined && sharedKeys.some((key) => now[key] !== pair.settings[key]);
    setText(byId("pair-train"), stale ? "Train both again" : "Train both");
    byId("pair-train").classList.toggle("stale", stale);
  }
}
