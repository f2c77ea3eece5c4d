import "./style.css";
import "./language";
import { bindAlpha } from "./alpha";
import { announce } from "../../shared/ui/announce";
import { loadDataset, type Dataset } from "./data";
import { byId, setText } from "../../shared/ui/dom";
import { clearError, showError } from "../../shared/ui/errors";
import { bindForm } from "./form";
import * as format from "../../shared/ui/format";
import { Gate } from "./gate";
import { showIntro } from "./intro";
import { Keep } from "./keep";
import { List } from "./list";
import { OwnSentence } from "./own-sentence";
import { showScorerTable } from "./picker";
import { startOffline } from "../../shared/offline";
import { ReliabilityDiagrams } from "./reliability";
import { Sentences } from "./sentences";
import { Store } from "./store";
import { Training } from "./training";
import { say } from "./say";

const store = new Store();
bindSkipLink();
bindForm(store);
bindAlpha(store);
let gate: Gate | undefined;
const training = new Training(store, async (run) => (await gate?.judge(run)) ?? false);
void load();
startOffline();

async function load(): Promise<void> {
  const bar = byId<HTMLProgressElement>("load-progress");
  const place = byId("load");
  clearError(byId("load-error"));
  place.dataset["state"] = "loading";
  try {
    const begun = performance.now();
    let size = 0;
    const data = await loadDataset((received, total) => {
      size = received;
      if (total !== undefined) {
        bar.max = total;
        bar.value = received;
      }
      const come = format.megabytes(received);
      const words =
        total === undefined
          ? say("Loading the sentences: {0}", come)
          : say("Loading the sentences: {0} of {1}", come, format.megabytes(total));
      setText(byId("load-text"), words);
    });
    const rows = data.train.rows + data.val.rows + data.test.rows + data.oos.rows;
    const took = format.duration((performance.now() - begun) / 1000);
    const sizes = [format.count(rows), format.megabytes(size)] as const;
    const text = say("{0} sentences loaded ({1} in {2}).", ...sizes, took);
    setText(byId("load-text"), text);
    bar.max = bar.value = 1;
    place.dataset["state"] = "done";
    announce(text);
    start(data);
  } catch (error) {
    place.dataset["state"] = "failed";
    setText(byId("load-text"), say("The sentences are not here."));
    showError(byId("load-error"), error, { label: say("Load again"), run: () => void load() });
  }
}

function start(data: Dataset): void {
  showIntro(data);
  const sentences = new Sentences(data);
  const list = new List(sentences, store);
  const own = new OwnSentence(async (features) => gate?.ask(features));
  const diagrams = new ReliabilityDiagrams();
  setText(byId("validation-count"), format.count(data.val.rows));
  const keep = new Keep(data, store, {
    isTraining: () => training.isRunning,
    async onLoaded({ head, settings }, name) {
      // Both in one go, so that the head before is not scored once more by the scorer of this one.
      store.set(settings);
      const loaded = { head, settings: store.get() };
      const judged = gate?.judge(loaded);
      training.showLoaded(loaded, name);
      return (await judged) ?? false;
    },
  });
  gate = new Gate(data, store, sentences, {
    onHead: (shown) => keep.show(shown),
    onVerdicts: (threshold, score) => {
      list.update(threshold, score);
      own.update(threshold);
    },
    onReliability: (reliability) => diagrams.show(reliability),
  });
  training.enable(data);
  showScorerTable();
}

/** The address after # holds the settings, so the skip link moves the focus itself. */
function bindSkipLink(): void {
  document.querySelector(".skip")?.addEventListener("click", (event) => {
    event.preventDefault();
    const target = byId("train-section");
    target.focus();
    target.scrollIntoView();
  });
}
