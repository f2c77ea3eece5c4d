import { useSignal, type Signal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Example, TaughtClass } from "../../shared/state/project";
import { ShownExample } from "../../shared/ui/ShownExample";
import { text } from "../../shared/ui/texts";
import { kindText, project } from "./page";
import { deleteExamples } from "./undo";

/**
 * Older ones are made only when they are asked for: each may be a picture that the browser
 * decodes.
 */
const LATEST = 120;
/** The first that is shown moves on in steps, so that not all move with each that is added. */
const STEP = 60;

interface Props {
  readonly of: TaughtClass;
  readonly examples: readonly Example[];
  /** Ids of those that are selected. */
  readonly selection: Signal<ReadonlySet<string>>;
}

/**
 * The examples of a class, the latest last and in view. One of them is in the tab order; arrows
 * go to the others, Space selects, Delete deletes.
 */
export function Examples({ of, examples, selection }: Props) {
  const t = text.value;
  const all = useSignal(false);
  const current = useSignal(0);
  const list = useRef<HTMLUListElement>(null);
  const from = all.value ? 0 : Math.max(0, Math.floor((examples.length - LATEST) / STEP) * STEP);
  const shown = examples.slice(from);
  const selected = selection.value;
  const active = Math.min(current.value, shown.length - 1);

  const toggle = (id: string): void => {
    const next = new Set(selected);
    if (!next.delete(id)) next.add(id);
    selection.value = next;
  };
  const focus = (index: number): void => {
    const thumbs = list.current?.querySelectorAll<HTMLElement>("button.thumb") ?? [];
    thumbs[Math.max(0, Math.min(index, thumbs.length - 1))]?.focus();
  };
  const remove = (ids: ReadonlySet<string>): void => {
    deleteExamples(ids);
    selection.value = new Set();
    // After the list has been drawn: what was deleted is gone by then.
    requestAnimationFrame(() => focus(active));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = {
      ArrowRight: 1,
      ArrowLeft: -1,
      ArrowDown: perRow(list.current),
      ArrowUp: -perRow(list.current),
    }[event.key];
    const example = shown[active];
    if (step !== undefined) focus(active + step);
    else if (event.key === "Home") focus(0);
    else if (event.key === "End") focus(shown.length - 1);
    else if (event.key === "Delete" && example !== undefined)
      remove(selected.size > 0 ? selected : new Set([example.id]));
    else if (event.key === "Escape") selection.value = new Set();
    else return;
    event.preventDefault();
  };

  const before = useRef(0);
  useLayoutEffect(() => {
    if (examples.length > before.current && list.current !== null)
      list.current.scrollTop = list.current.scrollHeight;
    before.current = examples.length;
  }, [examples.length]);

  if (examples.length === 0) return <div class="thumbs empty" />;
  return (
    <ul
      class={project.kind.value !== "pictures" ? "thumbs lines" : "thumbs"}
      ref={list}
      onKeyDown={onKeyDown}
      aria-label={kindText.value.examplesOf(of.name)}
    >
      {from > 0 && (
        <li class="all">
          <button type="button" class="quiet" onClick={() => (all.value = true)}>
            {t.showAll(examples.length)}
          </button>
        </li>
      )}
      {shown.map((example, i) => (
        <li key={example.id}>
          <button
            type="button"
            class="thumb"
            tabIndex={i === active ? 0 : -1}
            aria-pressed={selected.has(example.id)}
            {...(example.words === undefined && {
              "aria-label": kindText.value.example(from + i + 1, of.name),
            })}
            onFocus={() => (current.value = i)}
            onClick={() => toggle(example.id)}
          >
            <ShownExample of={example} />
          </button>
        </li>
      ))}
    </ul>
  );
}

/** How many lie side by side, as the style sheet has it. */
function perRow(list: HTMLElement | null): number {
  const items = [...(list?.children ?? [])] as HTMLElement[];
  const top = items[0]?.offsetTop;
  const next = items.findIndex((item) => item.offsetTop !== top);
  return next < 0 ? items.length : next;
}
