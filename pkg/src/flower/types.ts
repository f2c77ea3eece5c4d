import type {
  Calibration,
  CalibrationOptions,
  EpochProgress,
  Features,
  Head,
  Labels,
  RefitOptions,
} from "../api/types.js";

/** Options of `joinFederation`. */
export interface FederationOptions {
  /**
   * Where the server's Fleet API is: the address below which `v1/fleet/` lies. Default: the page's
   * origin. Flower's server answers no other origin, so that a proxy of this origin passes it on.
   */
  url?: string | URL;
  /** The head that takes part, with the rows that it remembers: `addRows` first. */
  head: Head;
  /**
   * Rows that the head does not learn from: the server's evaluations are measured on them, and the
   * calibration after the last round takes them. They stay here. Without them evaluations are
   * answered with an error that says so, and the calibration is by cross-validation.
   */
  heldOut?: {
    /** The rows. */
    features: Features;
    /** A class for each. */
    labels: Labels;
  };
  /**
   * Options of each local `fit`. What the server's configuration names comes first: `epochs`,
   * `batch-size` and `schedule`. Default: one epoch.
   */
  fit?: Omit<RefitOptions, "signal" | "onEpoch" | "validation" | "validationSplit" | "patience">;
  /**
   * Largest Euclidean length of an update; a longer one is shortened to it before it is sent, as
   * Flower's client-side fixed clipping asks for. A smaller `clipping_norm` in the server's
   * configuration counts instead. Default: that one, if there is one.
   */
  clip?: number;
  /**
   * Options of the calibration after the last round, where the server's configuration says which
   * that is (`num-rounds`); false leaves it out. Default {}.
   */
  calibrate?: CalibrationOptions | false;
  /** Seconds between signs of life that the server is promised, 10 to 1800. Default 60. */
  heartbeat?: number;
  /** Seconds between questions for work, at least 0.1. Default 1. */
  poll?: number;
  /** Seconds for which a server that does not answer is asked again. Default 600. */
  patience?: number;
  /** Called with whatever happens. An error that it throws is the page's own, and ends nothing. */
  onEvent?: (event: FederationEvent) => void;
  /** Leaves the federation; `done` rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** What a node is doing. */
export type FederationState =
  /** Joined, with nothing to do. */
  | "waiting"
  /** Learning from its own rows. */
  | "training"
  /** Measuring the server's weights on its held-out rows. */
  | "evaluating"
  /** The server does not answer, and is asked again. */
  | "reconnecting"
  /** After the last round. */
  | "calibrating"
  /** No longer part of it. */
  | "left";

/** What an event says of the round that it belongs to. */
export interface OfRound {
  /** Its number; 0 where the server does not count them. */
  round: number;
}

/** What an event says of rows. */
export interface OfRows extends OfRound {
  /** How many there were. */
  rows: number;
  /** Share classified correctly, [0, 1]. */
  accuracy: number;
}

/** Something that happened to a node. */
export type FederationEvent =
  /** It does something else now. */
  | {
      /** Its state has changed. */
      type: "state";
      /** The new one. */
      state: FederationState;
    }
  /** An epoch of a local fit is done. */
  | ({
      /** One more epoch. */
      type: "epoch";
    } & EpochProgress & OfRound)
  /** An update was made of the head's own rows, and is sent. */
  | ({
      /** An update; its accuracy is that of the last epoch. */
      type: "trained";
      /** Mean loss of the last epoch. */
      loss: number;
    } & OfRows)
  /** The server's weights were measured on the held-out rows. */
  | ({
      /** A measurement. */
      type: "evaluated";
    } & OfRows)
  /** The head has its gate. */
  | {
      /** The last round is over. */
      type: "calibrated";
      /** As `head.calibration`. */
      calibration: Calibration;
      /**
       * The classes of which this node has no rows. The head knows them from others, and the gate
       * promises nothing of them: its promise is about rows like this node's.
       */
      beyond: readonly string[];
    }
  /** An order of the server could not be carried out; it was told, and the node goes on. */
  | ({
      /** Something went wrong. */
      type: "failed";
      /** What: most often an `OodgateError`. */
      error: Error;
    } & OfRound);

/** A node's part in a federation. */
export interface Federation {
  /** The node's number, in decimal digits; another after the server forgot it. */
  readonly node: string;
  /** Its public key in OpenSSH's form, for `flwr supernode register`. */
  readonly publicKey: string;
  /** What it is doing. */
  readonly state: FederationState;
  /** The round that it last took part in; 0 before the first. */
  readonly round: number;
  /**
   * Resolves once the node has left; rejects with an `OodgateError` when it had to end, and with
   * the signal's reason when that ended it. The head stays and goes on.
   */
  readonly done: Promise<void>;
  /**
   * Ends what is under way and takes leave of the server. The head has the last weights that the
   * server sent, or, between an update and the next order, those of the update. Idempotent.
   */
  leave(): Promise<void>;
}

