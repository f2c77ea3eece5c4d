import { storage, type StoredHead } from "oodgate/storage";
import { announce } from "../../shared/ui/announce";
import { byId, create, setText } from "../../shared/ui/dom";
import * as format from "../../shared/ui/format";
import { say } from "./say";

export interface KeptListHooks {
  onLoad(name: string): void;
  onDelete(name: string): void;
}

/** The heads that this browser keeps, with what can be done with each. */
export class KeptList {
  readonly #hooks: KeptListHooks;
  #names: readonly string[] = [];

  constructor(hooks: KeptListHooks) {
    this.#hooks = hooks;
  }

  has(name: string): boolean {
    return this.#names.includes(name);
  }

  async refresh(): Promise<void> {
    const heads = await storage.list();
    this.#names = heads.map(({ name }) => name);
    byId("kept").hidden = heads.length === 0;
    setText(byId("kept-empty"), heads.length === 0 ? say("None yet.") : "");
    byId("kept")
      .querySelector("tbody")
      ?.replaceChildren(...heads.map((head) => this.#row(head)));
  }

  /** After a row is gone: the focus goes to the row in its place, or to the name of the next head to keep. */
  focusNear(index: number): void {
    const buttons = byId("kept").querySelectorAll<HTMLElement>('[data-do="load"]');
    (buttons[Math.min(index, buttons.length - 1)] ?? byId("keep-name")).focus();
  }

  indexOf(name: string): number {
    return this.#names.indexOf(name);
  }

  #row({ name, bytes, savedAt }: StoredHead): HTMLElement {
    const load = create(
      "button",
      { type: "button", "data-do": "load", "aria-label": say("Load {0}", name) },
      say("Load"),
    );
    load.addEventListener("click", () => this.#hooks.onLoad(name));
    return create(
      "tr",
      { role: "row" },
      create("th", { scope: "row", role: "rowheader" }, name),
      create("td", { role: "cell" }, format.megabytes(bytes)),
      create(
        "td",
        { role: "cell" },
        create("time", { datetime: savedAt.toISOString() }, format.date(savedAt)),
      ),
      create("td", { role: "cell", class: "row-buttons" }, load, this.#deleteButton(name)),
    );
  }

  /** Deletes when pressed twice: there is no way back. */
  #deleteButton(name: string): HTMLElement {
    const button = create("button", { type: "button", "data-do": "delete" });
    let armed = false;
    const arm = (next: boolean): void => {
      armed = next;
      setText(button, armed ? say("Really?") : say("Delete"));
      button.setAttribute(
        "aria-label",
        armed ? say("Really delete {0}?", name) : say("Delete {0}", name),
      );
    };
    arm(false);
    button.addEventListener("blur", () => arm(false));
    button.addEventListener("click", () => {
      if (armed) return this.#hooks.onDelete(name);
      arm(true);
      // Safari focuses no button that is clicked, and the blur is what disarms.
      button.focus();
      announce(say("Press once more to delete {0} for good.", name));
    });
    return button;
  }
}
