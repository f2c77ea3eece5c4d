import type { Head, HeadOptions, Scorer, ScorerName } from "oodgate";

export interface Point {
  readonly x: number;
  readonly y: number;
  /** Its class, or `UNKNOWN`. */
  readonly label: number;
}

export type Layers = "linear" | "8" | "16-16" | "32-32";
export type Loss = "logitNorm" | "crossEntropy";
export type Shape = "moons" | "clusters" | "rings" | "corners" | "spirals";

export const GRID: number;
export const CLASSES: number;
export const MOST_POINTS: number;
export const UNKNOWN: -1;
export const UPDATES: number;
export const layerNames: readonly Layers[];
export const shapes: readonly Shape[];
export function quantised(value: number): number;
export function shape(name: Shape): readonly Point[];
export function encode(points: readonly Point[]): string;
export function decode(text: string): readonly Point[];
export function grid(): Float32Array;
export function labelsOf(points: readonly Point[]): readonly number[];
export function scorerOf(name: ScorerName, points: readonly Point[]): Scorer;
export function headOptions(of: {
  readonly points: readonly Point[];
  readonly hidden: Layers;
  readonly loss: Loss;
  readonly tau: number;
}): HeadOptions;
export function teach(
  head: Head,
  points: readonly Point[],
  options: {
    readonly every: number;
    readonly onLook?: (updates: number) => Promise<void>;
    readonly signal?: AbortSignal;
  },
): Promise<void>;
