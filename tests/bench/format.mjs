// How the bench writes its numbers.

/** Milliseconds, three digits or so. */
export const ms = (value) => (value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : value.toFixed(0));

/** "1.02 [0.98-1.10]" */
export const range = ({ median, p10, p90 }) => `${ms(median)} [${ms(p10)}-${ms(p90)}]`;
