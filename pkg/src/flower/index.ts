import { federate } from "./federation.js";
import { checkOptions } from "./options.js";
import type { Federation, FederationOptions } from "./types.js";

export type {
  Federation,
  FederationEvent,
  FederationOptions,
  FederationState,
  OfRound,
  OfRows,
} from "./types.js";

/**
 * Takes part in a federation as a native node of Flower (flwr 1.40 to 1.42): trains the head on its
 * own rows when the server asks, and sends weights, numbers of rows, loss and accuracy; never a
 * row. Resolves once the server knows the node. Rejects with `server-unavailable` (cannot be
 * reached), `server-refused` (does not take this node) or `server-incompatible` (something else is
 * there).
 */
export async function joinFederation(options: FederationOptions): Promise<Federation> {
  return federate(checkOptions(options));
}
