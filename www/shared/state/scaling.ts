export interface Scale {
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

/**
 * Brings columns of different units to mean 0 and deviation 1 over the rows that are trained on:
 * distances would otherwise be those of the column with the largest numbers.
 */
export class Scaling {
  readonly scale: Scale;

  constructor(scale: Scale) {
    this.scale = scale;
  }

  static of(rows: readonly Float32Array[]): Scaling {
    const means: number[] = [];
    const deviations: number[] = [];
    for (let i = 0; i < (rows[0]?.length ?? 0); i++) {
      let sum = 0;
      for (const row of rows) sum += row[i] as number;
      const mean = sum / rows.length;
      let squares = 0;
      for (const row of rows) squares += ((row[i] as number) - mean) ** 2;
      means.push(mean);
      // A column that never changes says nothing, and is not to be divided by nothing.
      deviations.push(Math.sqrt(squares / rows.length) || 1);
    }
    return new Scaling({ mean: means, deviation: deviations });
  }

  apply(row: Float32Array): Float32Array {
    const { mean, deviation } = this.scale;
    return row.map((value, i) => (value - (mean[i] ?? 0)) / (deviation[i] ?? 1));
  }
}
