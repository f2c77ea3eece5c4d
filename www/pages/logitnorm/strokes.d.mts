export type Point = readonly [x: number, y: number];
/** Where the pen went, in a square from 0 to 1. */
export type Stroke = readonly Point[];

export const drawnDigits: readonly (readonly Stroke[])[];
export function pixelsOf(strokes: readonly Stroke[]): Float32Array | undefined;
