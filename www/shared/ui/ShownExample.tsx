import type { Shown } from "../state/project";
import { Picture } from "./Picture";

/** An example as the visitor knows it. */
export function ShownExample({ of: { picture, words } }: { of: Shown }) {
  return picture !== undefined ? <Picture of={picture} /> : <span class="words">{words}</span>;
}
