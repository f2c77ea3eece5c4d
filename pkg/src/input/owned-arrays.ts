/** Arrays that no caller holds: they may be transferred to a Worker. */
const owned = new WeakSet<object>();

/** Marks an array that this package made. */
export function own<T extends ArrayBufferView>(array: T): T {
  owned.add(array);
  return array;
}

/** Whether this package made the array. */
export function isOwned(array: ArrayBufferView): boolean {
  return owned.has(array);
}
