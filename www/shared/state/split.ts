/** What a row must say of itself to be held out honestly. */
export interface Grouped {
  readonly classId: string;
  /** Rows of one session (one press of the record button, one file) are near copies of one another. */
  readonly session: string;
}

export interface Split<R> {
  readonly train: readonly R[];
  readonly held: readonly R[];
  /** Classes of a single session: what is held out of them is much like what is trained on. */
  readonly provisional: readonly string[];
}

/** Of each class's rows this share is held out, as nearly as whole sessions allow. */
const SHARE = 1 / 3;
/** A class of fewer rows is all trained on. */
const FEWEST = 4;

/**
 * Parts rows into those to train on and those to calibrate on, class by class and in whole sessions. A class of
 * one session gives its last third: consecutive frames, so that only those at the cut are neighbours.
 */
export function splitBySession<R extends Grouped>(rows: readonly R[]): Split<R> {
  const train: R[] = [];
  const held: R[] = [];
  const provisional: string[] = [];
  for (const [classId, ofClass] of groupBy(rows, (row) => row.classId)) {
    const sessions = groupBy(ofClass, (row) => row.session);
    if (ofClass.length < FEWEST) {
      train.push(...ofClass);
      provisional.push(classId);
    } else if (sessions.size === 1) {
      const cut = ofClass.length - Math.floor(ofClass.length * SHARE);
      train.push(...ofClass.slice(0, cut));
      held.push(...ofClass.slice(cut));
      provisional.push(classId);
    } else {
      const out = chooseSessions(sessions, ofClass.length);
      for (const [session, ofSession] of sessions) (out.has(session) ? held : train).push(...ofSession);
    }
  }
  return { train, held, provisional };
}

/** At least one session, at most half of the rows. In an order that does not depend on when they were recorded. */
function chooseSessions<R>(sessions: ReadonlyMap<string, readonly R[]>, rows: number): ReadonlySet<string> {
  const shuffled = [...sessions].sort(([a], [b]) => hash(a) - hash(b));
  const chosen = new Set<string>();
  let taken = 0;
  for (const [session, { length }] of shuffled) {
    if (taken >= rows * SHARE) break;
    if (taken + length > rows / 2) continue;
    chosen.add(session);
    taken += length;
  }
  return chosen;
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

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value >>> 0;
}
