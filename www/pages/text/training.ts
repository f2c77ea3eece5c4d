import type { EpochProgress, Head } from "oodgate";
import { announce } from "../../shared/ui/announce";
import { Curves } from "./curves";
import type { Dataset } from "./data";
import { byId, isUsable, setText, setUsable } from "../../shared/ui/dom";
import { clearError, showError } from "../../shared/ui/errors";
import * as format from "../../shared/ui/format";
import { trainingKeys, type Settings } from "./settings";
import type { Store } from "./store";
import { train, type Run, type Shown } from "./train";
import { say } from "./say";

/** The part of the page that trains: buttons, progress, curves, facts. */
export class Training {
  readonly #store: Store;
  readonly #curves = new Curves();
  readonly #onRun: (run: Run) => Promise<boolean>;
  #data: Dataset | undefined;
  #running: AbortController | undefined;
  #shown: Shown | undefined;
  #begun = 0;

  /** `onRun` is called with each trained head, which it then owns; it answers whether it could score it. */
  constructor(store: Store, onRun: (run: Run) => Promise<boolean>) {
    this.#store = store;
    this.#onRun = onRun;
    byId("settings").addEventListener("submit", (event) => {
      event.preventDefault();
      if (isUsable(byId("train"))) void this.#train();
    });
    byId("stop").addEventListener("click", () => this.#running?.abort());
    store.onChange(() => this.#showStale());
  }

  /** The data is here: training may begin. */
  enable(data: Dataset): void {
    this.#data = data;
    setText(byId("train-status"), say("Ready to train."));
    setUsable(byId("train"), true);
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  /** Another head than one that was trained here is on show. */
  showLoaded({ head, settings }: Shown, name: string): void {
    this.#shown = { head, settings };
    this.#showHead(head, settings);
    setText(
      byId("train-status"),
      head.steps === 0
        ? say("Loaded “{0}”: its file knows of no training steps.", name)
        : say("Loaded “{0}”: trained before, in {1} steps.", name, format.count(head.steps)),
    );
    byId<HTMLProgressElement>("train-progress").value = 0;
    clearError(byId("train-error"));
    this.#showStale();
  }

  async #train(): Promise<void> {
    const data = this.#data;
    if (data === undefined || this.#running !== undefined) return;
    const settings = this.#store.get();
    const running = new AbortController();
    this.#begin(running, settings);
    try {
      const run = await train(data, settings, {
        signal: running.signal,
        onHead: (head) => this.#showHead(head, settings),
        onEpoch: (progress) => this.#showEpoch(progress, settings),
      });
      if (run.steps === 0) {
        run.head.dispose();
        this.#showNothing();
        return;
      }
      this.#shown = run;
      this.#showRun(run, data.train.rows);
      setText(byId("train-status"), say("Calibrating the gate and scoring the test sentences …"));
      setUsable(byId("stop"), false);
      this.#showEnd(run, await this.#onRun(run));
    } catch (error) {
      showError(byId("train-error"), error);
      setText(
        byId("train-status"),
        this.#withRest(say("Training failed. The reason is under the Train button.")),
      );
    } finally {
      this.#running = undefined;
      document.body.classList.remove("training");
      setUsable(byId("train"), true);
      setUsable(byId("stop"), false);
      this.#showStale();
    }
  }

  #begin(running: AbortController, settings: Readonly<Settings>): void {
    this.#running = running;
    document.body.classList.add("training");
    clearError(byId("train-error"));
    setUsable(byId("train"), false);
    setUsable(byId("stop"), true);
    setText(byId("train-status"), say("Preparing the head …"));
    byId<HTMLProgressElement>("train-progress").value = 0;
    byId<HTMLProgressElement>("train-progress").max = settings.epochs;
    announce(say("Training has begun."));
  }

  #showHead(head: Head, settings: Readonly<Settings>): void {
    for (const id of ["fact-step", "fact-time"]) setText(byId(id), "–");
    for (const id of ["fact-step-detail", "fact-speed"]) setText(byId(id), "");
    this.#curves.begin(settings.epochs);
    this.#begun = performance.now();
    setText(byId("fact-backend"), head.backend === "webgpu" ? "WebGPU" : "CPU (WebAssembly)");
    const chosen =
      settings.backend === "auto" ? say("Chosen automatically.") : say("As you chose.");
    setText(
      byId("fact-reason"),
      head.fallbackReason === undefined ? chosen : sentence(head.fallbackReason),
    );
    setText(byId("train-status"), say("Epoch {0} of {1} …", 1, settings.epochs));
  }

  #showEpoch(progress: EpochProgress, settings: Readonly<Settings>): void {
    this.#curves.add(progress);
    byId<HTMLProgressElement>("train-progress").value = progress.epoch;
    const next = Math.min(progress.epoch + 1, progress.epochs);
    setText(byId("train-status"), say("Epoch {0} of {1} …", next, progress.epochs));
    this.#showStep(
      1000 * (this.#batch(settings) / progress.rowsPerSecond),
      settings,
      say("the last epoch"),
    );
    setText(byId("fact-time"), format.duration((performance.now() - this.#begun) / 1000));
    setText(
      byId("fact-speed"),
      say("{0} sentences per second", format.count(progress.rowsPerSecond)),
    );
    // A screen reader hears four times how far it is, not every epoch.
    if (progress.epoch % Math.ceil(progress.epochs / 4) === 0 && progress.epoch < progress.epochs) {
      announce(
        say(
          "Epoch {0} of {1}, loss {2}, accuracy {3}.",
          progress.epoch,
          progress.epochs,
          format.loss(progress.loss),
          format.percent(progress.accuracy),
        ),
      );
    }
  }

  #showStep(ms: number, settings: Readonly<Settings>, over: string): void {
    setText(byId("fact-step"), format.milliseconds(ms));
    setText(
      byId("fact-step-detail"),
      say(
        "measured here over {0}, for a batch of {1} sentences",
        over,
        format.count(this.#batch(settings)),
      ),
    );
  }

  /** Rows of a step. */
  #batch({ batch }: Readonly<Settings>): number {
    return Math.min(batch, this.#data?.train.rows ?? batch);
  }

  #showRun(run: Run, rows: number): void {
    const { settings, steps, seconds } = run;
    setText(byId("fact-time"), format.duration(seconds));
    if (steps === 0) return;
    this.#showStep((1000 * seconds) / steps, settings, say("this training"));
    const perEpoch = Math.ceil(rows / settings.batch);
    setText(
      byId("fact-speed"),
      say(
        "{0} steps, {1} sentences per second",
        format.count(steps),
        format.count(((steps / perEpoch) * rows) / seconds),
      ),
    );
  }

  #showEnd(run: Run, isScored: boolean): void {
    const { epochs, settings, stopped } = run;
    const done = epochs.length;
    const trained =
      done === 1
        ? say("Trained for {0} epoch in {1}.", done, format.duration(run.seconds))
        : say("Trained for {0} epochs in {1}.", done, format.duration(run.seconds));
    const text = stopped
      ? say(
          "Stopped after {0} of {1} epochs. The head keeps what it has learned so far.",
          done,
          settings.epochs,
        )
      : trained;
    setText(
      byId("train-status"),
      isScored
        ? text
        : say(
            "{0} It could not be scored: the reason is in section 2, whose figures are not this head’s.",
            text,
          ),
    );
    announce(
      isScored
        ? `${text} ${byId("gate-sentence").textContent ?? ""}`
        : (byId("train-status").textContent ?? ""),
    );
  }

  #showNothing(): void {
    const before = this.#shown;
    if (before !== undefined) this.#showHead(before.head, before.settings);
    const text = this.#withRest(say("Stopped before the first step."));
    setText(byId("train-status"), text);
    announce(text);
  }

  #withRest(text: string): string {
    if (this.#shown === undefined) return text;
    return `${text} ${say("The scores below are still those of the head before.")}`;
  }

  /** Says when the settings are no longer those of the head on show. */
  #showStale(): void {
    const run = this.#shown;
    if (run === undefined || this.#running !== undefined) return;
    const now = this.#store.get();
    const stale = trainingKeys.some((key) => now[key] !== run.settings[key]);
    setText(byId("train"), stale ? say("Train again") : say("Train"));
    byId("train").classList.toggle("stale", stale);
  }
}

/** Starts with a capital and ends with a full stop. */
function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(first) ? first : `${first}.`;
}
