/** Numbers as a visitor reads them, with so many digits; float32 allows no more than 7. */
export const written = (values: Float32Array, digits = 7): string =>
  Array.from(values, (value) => Number(value.toPrecision(digits))).join(", ");
