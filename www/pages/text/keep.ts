import type { Head, ScorerName } from "oodgate";
import { download, storage, upload } from "oodgate/storage";
import { announce } from "../../shared/ui/announce";
import type { Dataset } from "./data";
import { byId, isUsable, setText, setUsable } from "../../shared/ui/dom";
import { clearError, showError } from "../../shared/ui/errors";
import { saveFile } from "../../shared/ui/save-file";
import * as format from "../../shared/ui/format";
import { KeptList } from "./kept-list";
import { admit, type Loaded } from "./loaded";
import { searchingScorers, scorerTexts } from "./scorers";
import type { Store } from "./store";
import type { Shown } from "./train";
import { say } from "./say";

export interface KeepHooks {
  /** A training is under way, whose head will be the one on show. */
  isTraining(): boolean;
  /** Shows a loaded head, and owns it from then on. Answers whether it could be scored. */
  onLoaded(loaded: Loaded, name: string): Promise<boolean>;
}

/** The part of the page that keeps the head on show, in the browser or as a file, and brings one back. */
export class Keep {
  readonly #data: Dataset;
  readonly #store: Store;
  readonly #hooks: KeepHooks;
  readonly #list = new KeptList({
    onLoad: (name) => void this.#loadKept(name),
    onDelete: (name) => void this.#delete(name),
  });
  #shown: Shown | undefined;
  #isBusy = false;

  constructor(data: Dataset, store: Store, hooks: KeepHooks) {
    this.#data = data;
    this.#store = store;
    this.#hooks = hooks;
    byId("keep-form").addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#keep();
    });
    byId("keep-name").addEventListener("input", () => this.#showName());
    this.#onPress("keep-download", (head) => this.#download(head));
    this.#onPress("keep-onnx", (head) => this.#downloadOnnx(head));
    this.#bindFiles();
    this.#list.refresh().then(
      () => this.#showName(),
      (error: unknown) =>
        setText(
          byId("kept-empty"),
          say(
            "Heads cannot be kept here: {0}.",
            error instanceof Error ? error.message : String(error),
          ),
        ),
    );
    this.#showUsable();
  }

  /** The head on show is another one, or calibrated anew. */
  show(shown: Shown): void {
    this.#shown = shown;
    this.#showUsable();
  }

  async #keep(): Promise<void> {
    const head = this.#shown?.head;
    if (head === undefined || !isUsable(byId("keep-save"))) return;
    const name = this.#name();
    await this.#run(say("Keeping “{0}” …", name), async () => {
      await storage.put(name, head);
      await this.#list.refresh();
      return say("“{0}” is kept in this browser.", name);
    });
  }

  #download(head: Head): Promise<void> {
    return this.#run(say("Writing the file …"), async () => {
      const file = await head.save();
      await download(file, `${this.#fileName()}.safetensors`);
      return say("The head was handed to your downloads: {0}.", format.megabytes(file.byteLength));
    });
  }

  #downloadOnnx(head: Head): Promise<void> {
    return this.#run(say("Writing the ONNX model …"), async () => {
      // The hint beside the button says what this means.
      const model = await head.exportOnnx({ includeTrainingRows: true });
      // `download` takes heads alone, and refuses bytes of anything else.
      saveFile(new Blob([model]), `${this.#fileName()}.onnx`);
      return say(
        "The ONNX model was handed to your downloads: {0}.",
        format.megabytes(model.byteLength),
      );
    });
  }

  #loadKept(name: string): Promise<void> {
    return this.#load(name, async (options) => {
      const head = await storage.get(name, options);
      if (head !== undefined) return head;
      await this.#list.refresh();
      throw new Error(say("There is no head named “{0}” any more.", name));
    });
  }

  async #load(
    name: string,
    open: (options: { worker: true; backend: "auto" | "cpu" | "webgpu" }) => Promise<Head>,
  ): Promise<void> {
    await this.#run(say("Loading “{0}” …", name), async () => {
      if (this.#hooks.isTraining())
        throw new Error(
          say("A head is being trained. Stop that or wait until it is scored, then load."),
        );
      const loaded = await admit(
        await open({ worker: true, backend: this.#store.get().backend }),
        this.#data,
      );
      if (this.#hooks.isTraining()) {
        loaded.head.dispose();
        throw new Error(say("A training has begun in the meantime. Load again when it is over."));
      }
      const isScored = await this.#hooks.onLoaded(loaded, name);
      if (!isScored)
        return say(
          "“{0}” is loaded, but could not be scored: the reason is in section 2, whose figures are not this head’s.",
          name,
        );
      return say(
        "“{0}” is loaded, and the whole page shows it. {1}",
        name,
        byId("gate-sentence").textContent ?? "",
      );
    });
  }

  async #delete(name: string): Promise<void> {
    const index = this.#list.indexOf(name);
    await this.#run(say("Deleting “{0}” …", name), async () => {
      await storage.delete(name);
      await this.#list.refresh();
      this.#list.focusNear(index);
      return say("“{0}” is deleted.", name);
    });
  }

  /** One piece of work at a time, with words before and after it. */
  async #run(begun: string, work: () => Promise<string>): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    clearError(byId("keep-error"));
    setText(byId("keep-status"), begun);
    byId("keep-section").setAttribute("aria-busy", "true");
    this.#showUsable();
    try {
      this.#say(await work());
    } catch (error) {
      setText(byId("keep-status"), say("That did not work. The reason is below."));
      showError(byId("keep-error"), error);
    } finally {
      this.#isBusy = false;
      byId("keep-section").removeAttribute("aria-busy");
      this.#showUsable();
    }
  }

  #say(text: string): void {
    setText(byId("keep-status"), text);
    announce(text);
  }

  #showUsable(): void {
    const head = this.#shown?.head;
    const isFree = head !== undefined && !this.#isBusy;
    const scorer = head?.calibration?.scorer;
    setText(
      byId("keep-head"),
      head === undefined ? say("Train a head first, or load one.") : headText(head),
    );
    setText(byId("keep-onnx-hint"), onnxText(head, scorer));
    setUsable(byId("keep-download"), isFree);
    setUsable(byId("keep-onnx"), isFree && scorer !== undefined);
    this.#showName();
  }

  #showName(): void {
    const name = this.#name();
    setUsable(byId("keep-save"), this.#shown !== undefined && !this.#isBusy && name !== "");
    const isBlank = name === "" && byId<HTMLInputElement>("keep-name").value !== "";
    setText(
      byId("keep-name-hint"),
      this.#list.has(name)
        ? say("Kept already: keeping this head replaces it.")
        : isBlank
          ? say("A name needs more than blanks.")
          : "",
    );
  }

  #name(): string {
    return byId<HTMLInputElement>("keep-name").value.trim();
  }

  /** Without what some system does not allow in a file's name. */
  #fileName(): string {
    return this.#name().replace(/[^\p{L}\p{N} ._-]/gu, "_") || "head";
  }

  #onPress(id: string, run: (head: Head) => Promise<void>): void {
    byId(id).addEventListener("click", () => {
      if (this.#shown !== undefined && isUsable(byId(id))) void run(this.#shown.head);
    });
  }

  #bindFiles(): void {
    const input = byId<HTMLInputElement>("keep-file");
    const place = byId("keep-drop");
    const take = (file: File | undefined): void => {
      if (file !== undefined) void this.#load(file.name, (options) => upload(file, options));
    };
    input.addEventListener("change", () => {
      take(input.files?.[0]);
      // So that the same file can be chosen again.
      input.value = "";
    });
    // A file that misses the place would otherwise open in place of the page.
    for (const type of ["dragover", "drop"] as const) {
      addEventListener(type, (event) => {
        if (event.dataTransfer?.types.includes("Files") === true) event.preventDefault();
      });
    }
    place.addEventListener("dragover", () => place.classList.add("over"));
    for (const type of ["dragleave", "drop"])
      place.addEventListener(type, () => place.classList.remove("over"));
    place.addEventListener("drop", (event) => take(event.dataTransfer?.files[0]));
  }
}

function headText({ steps, calibration }: Head): string {
  const gate =
    calibration === undefined
      ? say("no gate yet")
      : say(
          "gate by {0} at {1}",
          scorerTexts[calibration.scorer].name,
          format.percent(calibration.alpha),
        );
  return steps === 0
    ? say("No training steps known, {0}.", gate)
    : say("{0} training steps, {1}.", format.count(steps), gate);
}

function onnxText(head: Head | undefined, scorer: ScorerName | undefined): string {
  if (head === undefined || scorer === undefined) return "";
  const { name } = scorerTexts[scorer];
  const what = say(
    "For ONNX Runtime, for example on a server: the head and its gate by {0}, with the calibrated threshold.",
    name,
  );
  return searchingScorers.includes(scorer)
    ? say("{0} It holds training sentences as numbers, among which this score searches.", what)
    : what;
}
