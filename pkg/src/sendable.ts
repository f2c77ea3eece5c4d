/** Stands for a value that cannot be sent to a Worker: no option is one, and the core there is to say so itself. */
const MARK = "oodgate: cannot be sent";

/** A copy of options, which are plain, that can be sent to a Worker. */
export function sendable<T>(value: T): T {
  if (typeof value === "function" || typeof value === "symbol") return { [MARK]: typeof value } as T;
  return each(value, sendable);
}

/** The options as they were before {@link sendable}, but for what a function does. */
export function received<T>(value: T): T {
  const kind: unknown = (value as Record<string, unknown> | null | undefined)?.[MARK];
  if (kind !== undefined) return (kind === "symbol" ? Symbol() : () => undefined) as T;
  return each(value, received);
}

function each<T>(value: T, change: <V>(inner: V) => V): T {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) return value.map(change) as T;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, change(inner)])) as T;
}
