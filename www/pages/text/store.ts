import { formatHash, parseHash, type Settings } from "./settings";

type Listener = (settings: Readonly<Settings>, changed: ReadonlySet<keyof Settings>) => void;

/** The settings, in step with the address bar in both directions. */
export class Store {
  #settings = parseHash(location.hash);
  readonly #listeners: Listener[] = [];
  #writing: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    addEventListener("hashchange", () => this.#apply(parseHash(location.hash)));
  }

  get(): Readonly<Settings> {
    return this.#settings;
  }

  set(change: Partial<Settings>): void {
    this.#apply({ ...this.#settings, ...change });
    // Browsers limit how often the address may change; typing in the search box would run into that.
    clearTimeout(this.#writing);
    this.#writing = setTimeout(() => {
      history.replaceState(null, "", `${location.pathname}${location.search}${formatHash(this.#settings)}`);
    }, 150);
  }

  /** Called after each change with the names of what changed. */
  onChange(listener: Listener): void {
    this.#listeners.push(listener);
  }

  #apply(next: Settings): void {
    const changed = new Set((Object.keys(next) as (keyof Settings)[]).filter((key) => next[key] !== this.#settings[key]));
    this.#settings = next;
    if (changed.size > 0) for (const listener of this.#listeners) listener(next, changed);
  }
}
