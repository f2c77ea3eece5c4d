import type { Dataset, Split } from "./data";
import { byId, create, setText } from "../../shared/ui/dom";
import * as format from "../../shared/ui/format";
import { say } from "./say";

/** Two intents that need no explanation, shown as examples. */
const EXAMPLE_INTENTS = ["translate", "recipe"];

/** Examples are of a length that fits on a line. */
const fits = (text: string): boolean => text.length >= 22 && text.length <= 40;

/** Fills the three panels that say what is taught, what is not, and what the gate does. */
export function showIntro(data: Dataset): void {
  setText(byId("dim"), String(data.dim));
  setText(byId("taught-count"), say("{0} intents", format.count(data.classes.length)));
  setText(
    byId("taught-detail"),
    say(
      "things people ask an assistant for, from {0} example sentences",
      format.count(data.train.rows),
    ),
  );
  setText(byId("unseen-count"), say("{0} sentences", format.count(data.oos.rows)));
  setText(byId("unseen-detail"), say("that ask for none of those. They are only used to test"));

  const taught = EXAMPLE_INTENTS.map(
    (name) => [name, example(data.train, data.classes.indexOf(name))] as const,
  );
  byId("taught-examples").replaceChildren(
    ...taught.map(([name, text]) =>
      create(
        "li",
        {},
        create("q", {}, text),
        " ",
        create("span", { class: "answer" }, format.intent(name)),
      ),
    ),
  );
  const unseen = data.oos.texts.filter(fits).slice(0, EXAMPLE_INTENTS.length);
  byId("unseen-examples").replaceChildren(
    ...unseen.map((text) => create("li", {}, create("q", {}, text))),
  );
}

/** The first sentence with this label that fits. */
function example(split: Split, label: number): string {
  return split.texts.find((text, row) => split.labels[row] === label && fits(text)) ?? "";
}
