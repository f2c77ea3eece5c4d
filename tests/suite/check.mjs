// The few assertions that the suite needs, without Node: it runs in pages and workers too.

/** Throws unless the condition holds. */
export function check(condition, message) {
  if (!condition) throw new Error(message);
}

/** Compares two plain values or flat arrays exactly. */
export function same(actual, expected, what) {
  const text = (value) => JSON.stringify(ArrayBuffer.isView(value) ? Array.from(value) : value);
  check(text(actual) === text(expected), `${what}: ${text(actual)}, expected ${text(expected)}`);
}

/** Compares numbers one by one: each may be off by `absolute + relative * |expected|`. */
export function close(actual, expected, { absolute = 0, relative = 0 }, what) {
  check(actual.length === expected.length, `${what}: ${actual.length} numbers, expected ${expected.length}`);
  for (let index = 0; index < expected.length; index++) {
    const allowed = absolute + relative * Math.abs(expected[index]);
    const off = Math.abs(actual[index] - expected[index]);
    // Written so that a NaN fails.
    check(off <= allowed, `${what}[${index}]: ${actual[index]}, expected ${expected[index]} within ${allowed}`);
  }
}

/** Expects the call to reject, or to throw, with an OodgateError of this code whose message has these words. */
export async function refused(call, code, ...words) {
  let outcome;
  try {
    outcome = await call();
  } catch (error) {
    check(error instanceof Error && error.name === "OodgateError", `expected an OodgateError, got ${error?.stack ?? error}`);
    check(error.code === code, `expected the code "${code}", got "${error.code}": ${error.message}`);
    for (const word of words) check(error.message.includes(word), `expected "${word}" in: ${error.message}`);
    return;
  }
  throw new Error(`expected a refusal with "${code}" (${words.join(", ")}), got ${JSON.stringify(outcome)}`);
}

/** Seeded uniform numbers in [-1, 1), as many as asked for: the same in every engine. */
export function noise(length, seed = 1) {
  let state = seed >>> 0;
  return Float32Array.from({ length }, () => {
    // Numerical Recipes' linear congruential generator.
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}
