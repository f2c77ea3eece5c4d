/** What a row must say of itself to be held out honestly. */
export interface Grouped {
  readonly classId: string;
  /**
   * Rows of one session (one press of the record button, one file) are near copies of one
   * another.
   */
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
 * Parts rows into those to train on and those to calibrate on, class by class and in whole
 * sessions. A class of one session gives its last third: consecutive frames, so that only those
 * at the cut are neighbours.
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
      for (const [session, ofSession] of sessions)
        (out.has(session) ? held : train).push(...ofSession);
    }
  }
  return { train, held, provisional };
}

/**
 * Sessions that are held out, each a golden section after the one before, lie evenly among all,
 * in any number.
 */
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * At least one session, at most half of the rows; the second of two, which is what the page asks
 * for as a check.
 */
function chooseSessions<R>(
  sessions: ReadonlyMap<string, readonly R[]>,
  rows: number,
): ReadonlySet<string> {
  const spread = [...sessions].map(([session, { length }], i) => ({
    session,
    length,
    place: ((i + 1) * GOLDEN) % 1,
  }));
  const chosen = new Set<string>();
  let taken = 0;
  for (const { session, length } of spread.sort((a, b) => a.place - b.place)) {
    if (taken >= rows * SHARE) break;
    if (taken + length > rows / 2) continue;
    chosen.add(session);
    taken += length;
  }
  return chosen.size > 0 ? chosen : new Set([smallest(sessions)]);
}

function smallest<R>(sessions: ReadonlyMap<string, readonly R[]>): string {
  return [...sessions].reduce((a, b) => (b[1].length < a[1].length ? b : a))[0];
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
