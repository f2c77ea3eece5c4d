export interface Movement {
  readonly movement: "shake" | "circle" | "pour";
  readonly session: number;
  readonly seconds: number;
  /** Samples a second. */
  readonly rate: number;
}

/** For each sample x, y and z in m/s², then alpha, beta and gamma in degrees a second. */
export function move(movement: Movement): number[][];
