import type { HeadOptions } from "oodgate";

export type Architecture = "linear" | "one" | "two";
export type Setting = "digits" | "leftOut" | "reversed";
export type Loss = "crossEntropy" | "logitNorm";

/** Labelled pictures; `write` puts a row's pixels, from 0 to 1, into an array. */
export interface PictureSet {
  readonly rows: number;
  readonly labels: Int32Array;
  write(row: number, into: Float32Array, at: number): void;
}

export interface Experiment {
  /** Of each class of the networks: its number in the data set. */
  readonly classes: readonly number[];
  readonly train: PictureSet;
  readonly val: PictureSet;
  readonly test: PictureSet;
  readonly unknown: PictureSet;
}

export interface Rows {
  readonly features: Float32Array;
  readonly labels: Int32Array;
}

export const SIDE: number;
export const PIXELS: number;
export const BATCH: number;
export const COMPARED: number;
export const UPDATES_AN_EPOCH: number;
export const architectures: Readonly<Record<Architecture, readonly number[]>>;
export const settings: readonly Setting[];
export function headOptions(of: {
  readonly classes: number;
  readonly architecture: Architecture;
  readonly loss: Loss;
  readonly tau: number;
  readonly seed: number;
}): HeadOptions;
export function learningRate(step: number, steps: number): number;
export function lowestLoss(classes: number, tau: number): number;
export function batches(set: PictureSet, seed: number): (step: number) => Rows;
export function experiment(
  tensors: Readonly<Record<string, Uint8Array>>,
  setting: Setting,
): Experiment;
export function clamp(value: number, low: number, high: number): number;
export function everyRow(set: PictureSet): Rows;
export function some(set: PictureSet, count: number): Rows;
