import { computed, effect, signal } from "@preact/signals";
import { OodgateError } from "../../shared/state/model";
import { nearest, type Likeness } from "../../shared/state/nearest";
import { newId, type Kind, type Project, type Shown } from "../../shared/state/project";
import { groupBy } from "../../shared/state/sessions";
import type { Teacher } from "../../shared/state/teacher";

/** So many are kept, and the page says so. */
export const MOST = 60;

/** Something that the gate rejected. */
export interface Stray extends Shown {
  readonly id: string;
  readonly features: Float32Array;
  /** Alike ones have one group. */
  readonly group: string;
  /** What it belongs to when it is taught: frames of one thing are one session. */
  readonly session: string;
}

export interface Seen extends Shown {
  readonly features: Float32Array;
}

/**
 * How alike two things are from which on they are near copies, and from which on they lie
 * together: as the cosine of their features, for numbers as the mean difference of a column, in
 * deviations, negative. Frames of one thing have cosines of 0.97 and more one after the other and
 * of 0.9 in the course of a session, those of different things 0.2 to 0.45. At 0.97 three frames of
 * a session were left to make a class of, too few to know the thing by; at 0.985 eight or nine are.
 */
const LIMITS: Record<Kind, { readonly copy: number; readonly alike: number }> = {
  pictures: { copy: 0.985, alike: 0.75 },
  words: { copy: 0.97, alike: 0.5 },
  numbers: { copy: -0.05, alike: -1 },
};

/**
 * What the gate rejected, alike ones together, until it is said what it is. After each training
 * those that the new gate accepts leave.
 */
export class Tray {
  readonly strays = signal<readonly Stray[]>([]);
  /** The latest group first; in each the oldest first. */
  readonly groups = computed(() =>
    [...groupBy(this.strays.value, (stray) => stray.group)]
      .map(([id, strays]) => ({ id, strays }))
      .reverse(),
  );
  /** Those that are being dragged. */
  dragged: ReadonlySet<string> = new Set();

  readonly #project: Project;
  readonly #teacher: Teacher;
  readonly #onFault: (error: unknown) => void;

  constructor(project: Project, teacher: Teacher, onFault: (error: unknown) => void) {
    this.#project = project;
    this.#teacher = teacher;
    this.#onFault = onFault;
    effect(() => {
      project.id.value;
      this.strays.value = [];
    });
    effect(() => {
      teacher.taught.value;
      void this.#letKnownOnesGo();
    });
  }

  /**
   * Takes in what was rejected, but for near copies of what is here and what is like examples of
   * the unknown: it has been said what that is.
   */
  offer(seen: Seen, isFrame: boolean): void {
    const likenessOf = this.#likeness();
    if (likenessOf === undefined) return;
    const { copy, alike } = LIMITS[this.#project.kind.peek()];
    const { features, picture, words } = seen;
    const likenessTo = (other: Seen | undefined): number =>
      other === undefined ? -Infinity : likenessOf(features, other.features);
    const [unknown] = nearest(features, this.#project.unknown.peek(), 1, likenessOf);
    // A sentence that was written in two goes is one.
    const others = this.strays.peek().filter((stray) => !isBegunBy(words, stray.words));
    const [mate] = nearest(features, others, 1, likenessOf);
    if (likenessTo(unknown) >= alike || likenessTo(mate) >= copy) return;
    const group = mate !== undefined && likenessTo(mate) >= alike ? mate.group : newId();
    const stray: Stray = {
      id: newId(),
      features,
      group,
      session: isFrame ? group : newId(),
      ...(picture !== undefined && { picture }),
      ...(words !== undefined && { words }),
    };
    this.strays.value = bounded([...others, stray]);
  }

  remove(ids: ReadonlySet<string>): void {
    this.strays.value = this.strays.peek().filter(({ id }) => !ids.has(id));
  }

  /** Numbers are compared by the mean difference of a column, whatever there are of them. */
  #likeness(): Likeness | undefined {
    const taught = this.#teacher.taught.peek();
    if (taught === undefined) return undefined;
    if (this.#project.kind.peek() !== "numbers") return (a, b) => taught.likeness(a, b);
    return (a, b) => taught.likeness(a, b) / Math.sqrt(a.length);
  }

  async #letKnownOnesGo(): Promise<void> {
    const taught = this.#teacher.taught.peek();
    const strays = this.strays.peek();
    if (taught === undefined || !taught.hasGate || strays.length === 0) return;
    try {
      const accepted = await taught.accepts(strays);
      if (this.#teacher.taught.peek() !== taught) return;
      this.remove(new Set(strays.filter((_, i) => accepted[i]).map(({ id }) => id)));
    } catch (error) {
      // Its successor asks again.
      if (!(error instanceof OodgateError && error.code === "disposed")) this.#onFault(error);
    }
  }
}

const isBegunBy = (words: string | undefined, beginning: string | undefined): boolean =>
  words !== undefined && beginning !== undefined && words.startsWith(beginning);

/** Of too many the oldest of the largest group goes: no thing crowds out the others. */
function bounded(strays: readonly Stray[]): readonly Stray[] {
  if (strays.length <= MOST) return strays;
  const groups = [...groupBy(strays, ({ group }) => group).values()];
  const [largest] = groups.sort((a, b) => b.length - a.length);
  return strays.filter((stray) => stray !== largest?.[0]);
}
