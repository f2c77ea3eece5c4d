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
      auto: row(cell(98.9, 0.5), cell(99.0, 0.4)),
    },
    digits: {
      msp: row(cell(88.4, 51.0), cell(97.4, 15.4)),
      auto: row(cell(97.5, 5.2), cell(97.9, 2.7)),
    },
    one: {
      msp: row(cell(86.7, 55.7), cell(97.2, 16.8)),
      auto: row(cell(97.5, 5.8), cell(98.0, 2.8)),
    },
    linear: {
      msp: row(cell(82.5, 68.7), cell(94.9, 34.0)),
      auto: row(cell(96.9, 9.3), cell(97.7, 4.3)),
    },
    leftOut: {
      msp: row(cell(75.0, 83.2), cell(78.6, 72.8)),
      auto: row(cell(89.9, 49.9), cell(89.2, 49.3)),
    },
    reversed: {
      msp: row(cell(72.7, 79.7), cell(75.3, 67.5)),
      auto: row(cell(100.0, 0.0), cell(100.0, 0.0)),
    },
    mnistKnown: {
      msp: row(cell(68.1, 83.2), cell(55.0, 88.8)),
      auto: row(cell(98.5, 7.1), cell(98.8, 4.6)),
    },
  } satisfies Record<Place, unknown>,
};
