import type { CompleteOptions } from "../api/types.js";
import type { CallControl, HeadStatus } from "./context.js";
import type { Answer, Arguments, OperationName } from "./operations.js";

/**
 * What stands behind a public head: an engine in this thread, or a Worker that has one. Features
 * are flat rows and labels class indices; the Rust core checks the numbers. Calls never overlap.
 */
export interface Core {
  readonly status: HeadStatus;
  /** Whether a call reads its arrays before it returns. */
  readonly isReady: boolean;
  call<K extends OperationName>(
    name: K,
    given: Arguments<K>,
    control: CallControl,
  ): Promise<Answer<K>>;
  /** Whether it can be freed while a call runs, which then rejects. */
  readonly isInterruptible: boolean;
  free(): void;
}

/** A core, and what the public head says of it. */
export interface OpenedHead<C extends Core = Core> {
  core: C;
  options: CompleteOptions;
}
