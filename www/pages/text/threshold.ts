import { create } from "../../shared/ui/dom";
import { scoreFormat } from "../../shared/ui/format";
import { say } from "./say";

/** Keyboard steps, as parts of the axis. */
const STEP = 1 / 200;
const FINE = 1 / 2000;
const PAGE = 1 / 20;

/** Width of the words on one side of the line, in pixels. */
const SIDE = 92;

/**
 * The threshold line over a plot: dragged with a mouse, a pen or a finger, or moved with the keys of a slider (arrows, with Shift
 * ten times finer; Page Up and Page Down; Home and End).
 */
export class ThresholdSlider {
  readonly #line = create("div", {
    id: "threshold",
    class: "threshold",
    role: "slider",
    tabindex: "0",
    "aria-label": say("Threshold: sentences with a higher score are rejected"),
    "aria-orientation": "horizontal",
    hidden: "",
  });
  readonly #flag = create("span", { class: "flag", "aria-hidden": "true" });
  readonly #sides = create(
    "span",
    { class: "sides", "aria-hidden": "true" },
    create("span", { class: "accepted" }, say("accepted")),
    create("span", { class: "rejected" }, say("rejected")),
  );
  readonly #rejected = create("div", { class: "rejected-area", "aria-hidden": "true", hidden: "" });
  readonly #onChange: (threshold: number) => void;
  #over: HTMLElement | undefined;
  #from = 0;
  #to = 1;
  #value = NaN;
  #format = scoreFormat(1);
  /** Added to the speech text after each move. */
  describe: (threshold: number) => string = () => "";

  constructor(onChange: (threshold: number) => void) {
    this.#onChange = onChange;
    this.#line.append(
      this.#sides,
      create("span", { class: "grip", "aria-hidden": "true" }),
      this.#flag,
    );
    this.#line.addEventListener("keydown", (event) => this.#key(event));
    this.#line.addEventListener("pointerdown", (event) => this.#grab(event));
  }

  /** Puts the line over a plot. A mouse may press anywhere on it; a finger has to take the line, so that the page still scrolls. */
  attach(over: HTMLElement): void {
    const hadFocus = document.activeElement === this.#line;
    this.#over = over;
    over.append(this.#rejected, this.#line);
    over.addEventListener("pointerdown", (event) => {
      if (event.pointerType !== "touch" && !this.#line.hidden) this.#grab(event);
    });
    if (hadFocus) this.#line.focus();
  }

  setRange(from: number, to: number): void {
    this.#from = from;
    this.#to = to;
    this.#format = scoreFormat(to - from);
  }

  /** Moves the line without telling anybody. */
  set(value: number): void {
    this.#value = Math.min(this.#to, Math.max(this.#from, value));
    const share = (this.#value - this.#from) / (this.#to - this.#from);
    const left = `${share * 100}%`;
    this.#line.hidden = false;
    this.#rejected.hidden = false;
    this.#line.style.left = left;
    this.#rejected.style.left = left;
    const room = SIDE / (this.#over?.clientWidth || Infinity);
    this.#line.dataset["side"] = share < room ? "left" : share > 1 - room ? "right" : "middle";
    this.#flag.textContent = this.#format(this.#value);
    this.#line.setAttribute("aria-valuemin", String(this.#from));
    this.#line.setAttribute("aria-valuemax", String(this.#to));
    this.#line.setAttribute("aria-valuenow", String(this.#value));
    this.#line.setAttribute(
      "aria-valuetext",
      `${this.#format(this.#value)}${this.describe(this.#value)}`,
    );
  }

  #change(value: number): void {
    const before = this.#value;
    this.set(value);
    if (this.#value !== before) this.#onChange(this.#value);
  }

  #key(event: KeyboardEvent): void {
    const span = this.#to - this.#from;
    const arrow = span * (event.shiftKey ? FINE : STEP);
    const targets: Partial<Record<string, number>> = {
      ArrowRight: this.#value + arrow,
      ArrowUp: this.#value + arrow,
      ArrowLeft: this.#value - arrow,
      ArrowDown: this.#value - arrow,
      PageUp: this.#value + span * PAGE,
      PageDown: this.#value - span * PAGE,
      Home: this.#from,
      End: this.#to,
    };
    const target = targets[event.key];
    if (target === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.#change(target);
  }

  #grab(event: PointerEvent): void {
    if (event.button !== 0) return;
    event.preventDefault();
    event.stopPropagation();
    this.#line.focus({ preventScroll: true });
    this.#line.setPointerCapture(event.pointerId);
    const follow = (at: PointerEvent): void => {
      const box = this.#over?.getBoundingClientRect();
      if (box === undefined) return;
      this.#change(this.#from + ((at.clientX - box.left) / box.width) * (this.#to - this.#from));
    };
    const release = (): void => {
      this.#line.removeEventListener("pointermove", follow);
      this.#line.removeEventListener("pointerup", release);
      this.#line.removeEventListener("pointercancel", release);
      this.#line.classList.remove("dragged");
    };
    this.#line.classList.add("dragged");
    this.#line.addEventListener("pointermove", follow);
    this.#line.addEventListener("pointerup", release);
    this.#line.addEventListener("pointercancel", release);
    // Taking the line itself does not move it; pressing beside it does.
    if (event.currentTarget !== this.#line) follow(event);
  }
}
