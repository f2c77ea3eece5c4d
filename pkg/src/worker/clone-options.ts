/**
 * Stands for a value that cannot be cloned. No option is one, and the core in the Worker is to say
 * so itself.
 */
const MARK = "oodgate: cannot be cloned";

/** A copy of plain options that can be sent to a Worker. */
export function toCloneable<T>(value: T): T {
  if (typeof value === "function" || typeof value === "symbol") {
    return { [MARK]: typeof value } as T;
  }
  return mapNested(value, toCloneable);
}

/** The options as they were before {@link toCloneable}, but for what a function does. */
export function fromCloneable<T>(value: T): T {
  const kind: unknown = (value as Record<string, unknown> | null | undefined)?.[MARK];
  if (kind !== undefined) return (kind === "symbol" ? Symbol() : () => undefined) as T;
  return mapNested(value, fromCloneable);
}

function mapNested<T>(value: T, change: <V>(inner: V) => V): T {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) return value.map(change) as T;
  const entries = Object.entries(value).map(([key, inner]) => [key, change(inner)]);
  return Object.fromEntries(entries) as T;
}
