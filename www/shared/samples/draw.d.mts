export interface Drawing {
  readonly thing: "mug" | "plant" | "ball";
  /** Background, light and place depend on it. */
  readonly session: number;
  readonly frames: number;
  readonly width: number;
  readonly height: number;
}

/** JPEG files, one a frame. */
export function draw(drawing: Drawing): Promise<Blob[]>;
