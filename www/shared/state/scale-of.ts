import { isMotion, motionScale } from "./motion-window";
import type { Project } from "./project";
import type { Scale } from "./scaling";

/** How the columns of a project's rows are brought to one scale, if they are. */
export function scaleOf({ kind, columns }: Project): "rows" | Scale | undefined {
  if (kind.peek() !== "numbers") return undefined;
  return isMotion(columns.peek()) ? motionScale : "rows";
}
