import { signal } from "@preact/signals";
import { createHead } from "oodgate";
import {
  joinFederation,
  type Federation,
  type FederationEvent,
  type FederationState,
} from "oodgate/flower";
import { division, tabs } from "./simulation";
import { heldOutOf, headOptions, rowsOf } from "./rows";

/** This tab's part in a federation that is running. */
export interface Membership {
  readonly node: string;
  readonly state: FederationState;
  readonly round: number;
  readonly rows: number;
  /** Of the common weights on this tab's held-out rows, round by round. */
  readonly accuracy: readonly number[];
  readonly beyond: readonly string[] | undefined;
  /** What went wrong and did not end it, the latest first. */
  readonly failures: readonly string[];
}

/** Which share of the rows this tab takes: that of the simulation's tab of this number. */
export const place = signal(0);
export const isJoining = signal(false);
export const membership = signal<Membership | undefined>(undefined);
export const refusal = signal<unknown>(undefined);

let federation: Federation | undefined;

function onEvent(event: FederationEvent): void {
  const { value: before } = membership;
  if (before === undefined) return;
  const change: { -readonly [K in keyof Membership]?: Membership[K] } = {};
  if ("round" in event) change.round = event.round;
  if (event.type === "state") change.state = event.state;
  if (federation !== undefined) change.node = federation.node;
  if (event.type === "evaluated") {
    // A server that starts over begins with the first round.
    const earlier = event.round > before.round || event.round > 1 ? before.accuracy : [];
    change.accuracy = [...earlier, event.accuracy];
  }
  if (event.type === "calibrated") change.beyond = event.beyond;
  if (event.type === "failed")
    change.failures = [event.error.message, ...before.failures].slice(0, 5);
  membership.value = { ...before, ...change };
}

/** Joins the federation of the server behind this page. */
export async function join(): Promise<void> {
  if (isJoining.value || federation !== undefined) return;
  isJoining.value = true;
  refusal.value = undefined;
  const tab = place.value % tabs.value;
  const head = await createHead(headOptions);
  try {
    const { features, labels } = rowsOf(tab, division.value);
    await head.addRows(features, labels);
    federation = await joinFederation({ head, heldOut: heldOutOf(tab, division.value), onEvent });
    membership.value = {
      node: federation.node,
      state: federation.state,
      round: 0,
      rows: labels.length,
      accuracy: [],
      beyond: undefined,
      failures: [],
    };
    federation.done
      .catch((error: unknown) => (refusal.value = error))
      .finally(() => {
        federation = undefined;
        membership.value = undefined;
        head.dispose();
      });
  } catch (error) {
    refusal.value = error;
    head.dispose();
  } finally {
    isJoining.value = false;
  }
}

export async function leave(): Promise<void> {
  await federation?.leave();
}
