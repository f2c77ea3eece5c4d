export interface Scale {
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

/**
 * Brings columns of different units to mean 0 and deviation 1 over the rows that are trained on:
 * distances would otherwise be those of the column with the largest numbers.
 */
export class Scaling {
  readonly #mean: Float64Array;
  readonly #deviation: Float64Array;

  constructor(rows: readonly Float32Array[]) {
    const width = rows[0]?.length ?? 0;
    this.#mean = new Float64Array(width);
    this.#deviation = new Float64Array(width);
    for (let i = 0; i < width; i++) {
      let sum = 0;
      for (const row of rows) sum += row[i] as number;
      const mean = sum / rows.length;
      let squares = 0;
      for (const row of rows) squares += ((row[i] as number) - mean) ** 2;
      this.#mean[i] = mean;
      // A column that never changes says nothing, and is not to be divided by nothing.
      this.#deviation[i] = Math.sqrt(squares / rows.length) || 1;
    }
  }

  get scale(): Scale {
    return { mean: [...this.#mean], deviation: [...this.#deviation] };
  }

  apply(row: Float32Array): Float32Array {
    return row.map((value, i) => (value - (this.#mean[i] ?? 0)) / (this.#deviation[i] ?? 1));
  }
}
