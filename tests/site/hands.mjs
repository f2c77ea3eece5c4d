// What a visitor's hands do, done inside a page: for browsers whose drivers have no more in common
// than that a function can be called in a page.

import { draw } from "../../www/shared/samples/draw.mjs";

/** Runs in a page: afterwards `hands` is there. What they look for they wait for. */
function giveHands(draw) {
  const PATIENCE_MS = 60_000;

  /** Until the answer is something. */
  const until = async (look, what) => {
    const end = performance.now() + PATIENCE_MS;
    for (;;) {
      const found = look();
      if (found) return found;
      if (performance.now() > end) {
        const fault = document.querySelector('[role="alert"]')?.textContent ?? "";
        const says = document.querySelector("main")?.innerText.slice(0, 2000);
        const faults = window.faults?.join("\n") ?? "";
        throw new Error(`There is still no ${what}. ${fault}\n${faults}\n${says}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  const see = (selector, words = "") =>
    until(
      () =>
        [...document.querySelectorAll(selector)].find((element) =>
          element.textContent.includes(words),
        ),
      `${selector} with "${words}"`,
    );
  const click = async (selector, words) => (await see(selector, words)).click();
  /** As typed: the page hears of it, whatever it remembers of the field. */
  const fill = async (selector, value) => {
    const field = await see(selector);
    field.focus();
    const { set } = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), "value");
    set.call(field, value);
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const drop = async (selector, files) => {
    const place = await see(selector);
    const dataTransfer = new DataTransfer();
    for (const file of files) dataTransfer.items.add(file);
    for (const type of ["dragenter", "dragover", "drop"])
      place.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
  };
  const press = async (selector, type) =>
    (await see(selector)).dispatchEvent(
      new PointerEvent(type, { button: 0, isPrimary: true, bubbles: true }),
    );
  /** Moves the pointer to a place in an element, in parts of its size. */
  const point = async (selector, across, down) => {
    const element = await see(selector);
    const { left, top, width, height } = element.getBoundingClientRect();
    const place = { clientX: left + across * width, clientY: top + down * height };
    element.dispatchEvent(new PointerEvent("pointermove", { ...place, bubbles: true }));
  };
  const pictures = async (thing, session, frames) => {
    const all = await draw({ thing, session, frames, width: 320, height: 240 });
    const name = (i) => `${thing}-${session}-${i}.jpg`;
    return all.map((blob, i) => new File([blob], name(i), { type: blob.type }));
  };
  window.hands = { until, see, click, fill, drop, press, point, pictures };
}

/** A function's source, to be called in the page. */
export const hands = `() => (${giveHands})(${draw})`;
