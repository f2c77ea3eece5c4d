// oodgate/flower as a strict project uses it.

import { createHead, OodgateError } from "oodgate";
import { joinFederation, type Federation, type FederationEvent, type FederationOptions, type FederationState } from "oodgate/flower";

export async function join(rows: Float32Array, labels: Int32Array): Promise<readonly string[]> {
  const head = await createHead({ features: 384, classes: ["cat", "dog"] });
  const events: string[] = [];
  const onEvent = (event: FederationEvent): void => {
    // Told apart by their type.
    if (event.type === "state") events.push(event.state satisfies FederationState);
    if (event.type === "epoch") events.push(`${event.round}: ${event.epoch} of ${event.epochs}, ${event.loss.toFixed(2)}`);
    if (event.type === "trained") events.push(`${event.rows} rows, ${event.accuracy}`);
    if (event.type === "calibrated") events.push(event.calibration.method, ...event.beyond);
    if (event.type === "failed" && event.error instanceof OodgateError) events.push(event.error.code);
  };
  const options: FederationOptions = {
    head,
    url: new URL("https://federation.example/"),
    heldOut: { features: rows, labels },
    fit: { batchSize: 32, classWeights: "balanced" },
    clip: 1,
    calibrate: { alpha: 0.1, perClass: true },
    heartbeat: 30,
    poll: 2,
    patience: 60,
    onEvent,
    signal: AbortSignal.timeout(60_000),
  };
  const federation: Federation = await joinFederation(options);
  await joinFederation({ head, calibrate: false }).catch(() => {});
  // @ts-expect-error the head is needed
  await joinFederation({}).catch(() => {});
  // @ts-expect-error held-out rows of the fit are the head's own matter
  await joinFederation({ head, fit: { validationSplit: 0.2 } }).catch(() => {});
  events.push(federation.node, federation.publicKey, federation.state, String(federation.round));
  await federation.leave();
  await federation.done;
  return events;
}
