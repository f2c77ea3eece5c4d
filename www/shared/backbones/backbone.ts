import { signal } from "@preact/signals";
import type { Calls } from "./calls";
import { startPatiently, type Start } from "./start";

/** How far a model has come. */
export type Loading =
  | { readonly kind: "waiting" }
  | { readonly kind: "loading"; readonly received: number; readonly total: number }
  | { readonly kind: "starting" }
  | { readonly kind: "ready" }
  | { readonly kind: "failed"; readonly error: unknown };

/** A model in a Worker of its own, which turns what it is shown into features. */
export abstract class Backbone<Question, Answer> {
  readonly loading = signal<Loading>({ kind: "waiting" });
  #calls: Promise<Calls<Question, Answer>> | undefined;

  /** Once; again after a failure. */
  load(): Promise<unknown> {
    return this.#loaded();
  }

  /** Fetches the model and starts the Worker, and tells `loading` how far it is. */
  protected abstract start(how: Start): Promise<Calls<Question, Answer>>;

  protected async ask(question: Question, transfer: Transferable[] = []): Promise<Answer> {
    return (await this.#loaded()).ask(question, transfer);
  }

  #loaded(): Promise<Calls<Question, Answer>> {
    return (this.#calls ??= startPatiently((how) => this.start(how)).then(
      (calls) => {
        this.loading.value = { kind: "ready" };
        return calls;
      },
      (error: unknown) => {
        this.#calls = undefined;
        this.loading.value = { kind: "failed", error };
        throw error;
      },
    ));
  }
}
