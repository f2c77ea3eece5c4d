// A tab that takes part: what the tests of a real server call in a page, in Node too.

import { createHead } from "oodgate";
import { FEATURES, rowsOf } from "./data.mjs";

/** Joins with rows of these classes; what happens is kept in `events`. */
export async function startTab({ url, classes, seed, clockMs = 0, heartbeat = 10, joinFederation }) {
  if (clockMs !== 0) {
    const now = Date.now.bind(Date);
    Date.now = () => now() + clockMs;
  }
  const optimizer = { kind: "sgd", learningRate: 0.1, momentum: 0.9 };
  const head = await createHead({ features: FEATURES, classes: ["oak", "ash", "elm"], backend: "cpu", optimizer });
  const { features, labels } = rowsOf(classes, 90, seed);
  await head.addRows(features, labels);
  const events = [];
  const sent = [];
  const onEvent = ({ error, ...event }) => {
    events.push({ ...event, ...(error && { code: error.code, message: error.message }) });
    // The head has the update's weights until the next order.
    if (event.type === "trained") sent.push(head.weights());
  };
  // Held-out rows of every class: the measure is of what the tabs know together.
  const heldOut = rowsOf([0, 1, 2], 90, seed + 100);
  const federation = await joinFederation({ url, head, heldOut, heartbeat, poll: 0.5, onEvent });
  return { events, sent, head, federation, features, heldOut };
}
