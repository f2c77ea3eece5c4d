import { signal } from "@preact/signals";
import { GRID } from "./lesson.mjs";
import { gate, map } from "./page";
import type { Words } from "./texts/en";

export interface Cell {
  readonly row: number;
  readonly column: number;
}

/** The cell that the mouse or the keyboard points at, on either map. */
export const cursor = signal<Cell | undefined>(undefined);

/** The middle of a cell, in the square from -1 to 1. */
export const middleOf = ({ row, column }: Cell): [x: number, y: number] => [
  ((column + 0.5) * 2) / GRID - 1,
  1 - ((row + 0.5) * 2) / GRID,
];

/** What the head says of a cell. */
export function readoutOf(at: Cell | undefined, { readout, className }: Words): string {
  const { value: now } = map;
  if (at === undefined) return readout.point;
  const place = readout.place(...middleOf(at));
  if (now === undefined) return place;
  const cell = at.row * GRID + at.column;
  const index = now.classIndex[cell] ?? 0;
  const probability = now.probabilities[cell * now.labels.length + index] ?? 0;
  const score = now.score[cell] ?? 0;
  const { value: set } = gate;
  const verdict =
    set === undefined ? "" : score > set.threshold ? readout.rejected : readout.accepted;
  return readout.says(place, className(now.labels[index] ?? 0), probability, score) + verdict;
}
