import type { Backend, Calibration, HeadOptions, RememberedRows } from "../api/types.js";
import type { CallerOptions } from "../input/options.js";
import type { RawHead } from "./wasm.js";

/** What there is to know of a head between calls. */
export interface HeadStatus {
  backend: Backend;
  fallbackReason?: string;
  steps: number;
  calibration?: Calibration;
  rows: RememberedRows;
}

/** What a long call looks at between its turns. */
export interface CallControl {
  /** Ends the call with its reason. */
  stop: AbortSignal;
  /** Called after each epoch of a fit. */
  onEpoch?: CallerOptions["onEpoch"];
}

/** What an operation works with, on the thread of the engine. */
export interface OperationContext extends CallControl {
  raw: RawHead;
  status: HeadStatus;
  /** Copies the head's state for recovery: now, or else when a copy is due. */
  keepCheckpoint(now?: boolean): Promise<void>;
  /** After a change of the classes: the options of the head as it is. */
  renewOptions(): Promise<HeadOptions>;
}
