/** What a row must say of itself to be left out honestly. */
export interface Grouped {
  readonly classId: string;
  /** Rows of one session (one press of the record button, one file) are near copies of one another. */
  readonly session: string;
}

export interface Groups {
  /** For each row: rows of one group are left out together. */
  readonly groups: readonly string[];
  /** Classes of a single session: what is left out of them is much like what is trained on. */
  readonly provisional: readonly string[];
}

/** A class of fewer rows is not taught: there is nothing to leave out of it. */
const FEWEST = 3;
/** A class of one session is left out in so many runs, whose ends alone are neighbours. */
const RUNS = 3;

/** Rows of classes that have enough of them. */
export function teachable<R extends Grouped>(rows: readonly R[]): readonly R[] {
  const byClass = groupBy(rows, (row) => row.classId);
  return rows.filter((row) => (byClass.get(row.classId)?.length ?? 0) >= FEWEST);
}

/** Sessions are groups; a class of only one is cut into runs of consecutive rows. */
export function groupsOf(rows: readonly Grouped[]): Groups {
  const byClass = groupBy(rows, (row) => row.classId);
  const single = new Set<string>();
  for (const [classId, ofClass] of byClass) {
    if (ofClass.every(({ session }) => session === ofClass[0]?.session)) single.add(classId);
  }
  const seen = new Map<string, number>();
  const groups = rows.map(({ classId, session }) => {
    if (!single.has(classId)) return session;
    const place = seen.get(classId) ?? 0;
    seen.set(classId, place + 1);
    return `${session} ${Math.floor((place * RUNS) / (byClass.get(classId)?.length ?? 1))}`;
  });
  return { groups, provisional: [...single] };
}

export function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const name = key(item);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [item]);
    else group.push(item);
  }
  return groups;
}
