/** Small helpers around the document. */

/** The element with this id, which index.html promises to have. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`index.html has no element #${id}`);
  return element as T;
}

type Child = Node | string;

/** A new element. Children that are strings become text, never markup. */
export function create<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string>> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Sets the text only when it differs, so that nothing is repainted or announced twice. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * A button that cannot be used now keeps its place in the tab order (unlike `disabled`, which drops the focus that it has).
 * Its handler has to ask `isUsable`.
 */
export function setUsable(button: HTMLElement, usable: boolean): void {
  button.setAttribute("aria-disabled", String(!usable));
}

export function isUsable(button: HTMLElement): boolean {
  return button.getAttribute("aria-disabled") !== "true";
}

/** Calls `run` once before the next frame, however often it was asked to. */
export function oncePerFrame(run: () => void): () => void {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      run();
    });
  };
}

/** Fills a table body with rows of text; the first cell of each row is its header. */
export function fillTable(table: HTMLElement, rows: readonly (readonly string[])[]): void {
  const body = table.querySelector("tbody");
  body?.replaceChildren(
    ...rows.map((cells) =>
      create("tr", {}, ...cells.map((cell, i) => create(i === 0 ? "th" : "td", i === 0 ? { scope: "row" } : {}, cell))),
    ),
  );
}
