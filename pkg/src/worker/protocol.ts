import type { ErrorCode } from "../api/errors.js";
import type { CompleteOptions, EpochProgress, HeadOptions, LoadOptions } from "../api/types.js";
import type { HeadStatus } from "../core/context.js";
import type { OperationName } from "../core/operations.js";
import type { Sources } from "../core/wasm.js";

/** What a Worker's script sends first: its version. */
export interface Greeting {
  oodgate: string;
}

/** Whether a message is a greeting of this package's, of whatever version. */
export function isGreeting(message: unknown): message is Greeting {
  return typeof (message as Partial<Greeting> | null | undefined)?.oodgate === "string";
}

/**
 * What became of a request. An error crosses as data: of its class, structured cloning keeps only
 * the name.
 */
export type Outcome<T> = { status?: HeadStatus } & (
  { value: T } | { code: ErrorCode; message: string } | { thrown: unknown }
);

/** What a page learns of a new head. */
export interface Introduction {
  options: CompleteOptions;
}

/** Hears of each epoch of a fit. */
export type EpochCallback = (progress: EpochProgress) => void;

/** The Worker's side: one head. `EpochListener` is the callback as it arrives there. */
export interface HeadServer<EpochListener = EpochCallback> {
  create(options: HeadOptions, sources: Sources): Promise<Outcome<Introduction>>;
  load(bytes: Uint8Array, options: LoadOptions, sources: Sources): Promise<Outcome<Introduction>>;
  /** Runs one operation on its arguments as `clone-options.ts` sends them. */
  call(
    name: OperationName,
    sent: readonly unknown[],
    onEpoch?: EpochListener,
  ): Promise<Outcome<unknown>>;
  /** Ends the operation under way between two of its turns. */
  stop(): void;
}
