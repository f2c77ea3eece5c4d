import { cursor, readoutOf } from "./cursor";
import { GRID } from "./lesson.mjs";
import { map } from "./page";
import { words } from "./texts";

/** What the head says of the cell that is pointed at. */
export function Readout() {
  const { value: at } = cursor;
  const cell = at === undefined ? undefined : at.row * GRID + at.column;
  return (
    <p
      class="readout"
      data-cell={cell}
      data-score={cell === undefined ? undefined : map.value?.score[cell]}
    >
      {readoutOf(at, words.value)}
    </p>
  );
}
