/**
 * Measured by data/measure_logitnorm.mjs, with networks trained as this page trains them; per cent,
 * mean over three seeds.
 */

export type Place = "mnist" | "digits" | "one" | "linear" | "leftOut" | "mnistKnown" | "reversed";

interface Cell {
  readonly auroc: number;
  readonly fpr95: number;
}

const cell = (auroc: number, fpr95: number): Cell => ({ auroc, fpr95 });
const row = (crossEntropy: Cell, logitNorm: Cell) => ({ crossEntropy, logitNorm });

export const measured = {
  tau: 0.04,
  epochs: 8,
  places: {
    mnist: {
      msp: row(cell(90.2, 45.0), cell(96.6, 17.5)),
      auto: row(cell(97.9, 1.0), cell(97.9, 1.0)),
    },
    digits: {
      msp: row(cell(88.4, 51.0), cell(97.4, 15.4)),
      auto: row(cell(96.6, 7.4), cell(97.0, 3.6)),
    },
    one: {
      msp: row(cell(86.7, 55.7), cell(97.2, 16.8)),
      auto: row(cell(96.6, 8.3), cell(97.1, 3.9)),
    },
    linear: {
      msp: row(cell(82.5, 68.7), cell(94.9, 34.0)),
      auto: row(cell(96.0, 16.1), cell(96.8, 6.4)),
    },
    leftOut: {
      msp: row(cell(75.7, 83.1), cell(77.8, 77.8)),
      auto: row(cell(89.6, 48.4), cell(88.7, 49.9)),
    },
    reversed: {
      msp: row(cell(69.1, 83.4), cell(63.7, 76.1)),
      auto: row(cell(100.0, 0.0), cell(100.0, 0.0)),
    },
    mnistKnown: {
      msp: row(cell(68.1, 83.2), cell(55.0, 88.8)),
      auto: row(cell(98.6, 6.8), cell(98.9, 4.3)),
    },
  } satisfies Record<Place, unknown>,
};
