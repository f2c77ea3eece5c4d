/**
 * Options of every model's session. A thread that waits for work sleeps: one that spins takes the
 * core of another, and starting it took a second longer on two cores.
 */
export const sessionOptions = {
  extra: { session: { intra_op: { allow_spinning: "0" } } },
};
