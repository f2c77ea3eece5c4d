import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { Example, TaughtClass } from "../../shared/state/project";
import { Picture } from "../../shared/ui/Picture";
import { text } from "../../shared/ui/texts";
import { project } from "./page";
import { deleteExamples, moveExamples } from "./undo";

/** More are made only when they are asked for: each is a picture that the browser decodes. */
const FIRST = 120;

/**
 * The pictures of a class, the newest first. One of them is in the tab order; arrows go to the others, Space selects,
 * Delete deletes.
 */
export function Thumbnails({ of, examples }: { of: TaughtClass; examples: readonly Example[] }) {
  const t = text.value;
  const all = useSignal(false);
  const selection = useSignal<ReadonlySet<string>>(new Set());
  const current = useSignal(0);
  const list = useRef<HTMLUListElement>(null);
  const newest = examples.toReversed();
  const shown = all.value ? newest : newest.slice(0, FIRST);
  const selected = new Set(newest.filter(({ id }) => selection.value.has(id)).map(({ id }) => id));
  const active = Math.min(current.value, shown.length - 1);

  const toggle = (id: string): void => {
    const next = new Set(selected);
    if (!next.delete(id)) next.add(id);
    selection.value = next;
  };
  const focus = (index: number): void => {
    current.value = Math.max(0, Math.min(index, shown.length - 1));
    // After the list has been drawn: what was deleted is gone by then.
    requestAnimationFrame(() => list.current?.querySelectorAll<HTMLElement>("button.thumb")[current.value]?.focus());
  };
  const remove = (ids: ReadonlySet<string>): void => {
    deleteExamples(ids);
    selection.value = new Set();
    focus(active);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: perRow(list.current), ArrowUp: -perRow(list.current) }[event.key];
    const example = shown[active];
    if (step !== undefined) focus(active + step);
    else if (event.key === "Home") focus(0);
    else if (event.key === "End") focus(shown.length - 1);
    else if (event.key === "Delete" && example !== undefined) remove(selected.size > 0 ? selected : new Set([example.id]));
    else if (event.key === "Escape") selection.value = new Set();
    else return;
    event.preventDefault();
  };

  if (examples.length === 0) return <div class="thumbs empty" />;
  const others = project.classes.value.filter(({ id }) => id !== of.id);
  return (
    <>
      <ul class="thumbs" ref={list} onKeyDown={onKeyDown} aria-label={t.examplesOf(of.name)}>
        {shown.map((example, i) => (
          <li key={example.id}>
            <button
              type="button"
              class="thumb"
              tabIndex={i === active ? 0 : -1}
              aria-pressed={selected.has(example.id)}
              aria-label={t.example(examples.length - i, of.name)}
              onFocus={() => (current.value = i)}
              onClick={() => toggle(example.id)}
            >
              <Picture of={example.picture} />
            </button>
          </li>
        ))}
        {shown.length < examples.length && (
          <li class="all">
            <button type="button" class="quiet" onClick={() => (all.value = true)}>
              {t.showAll(examples.length)}
            </button>
          </li>
        )}
      </ul>
      {selected.size > 0 && (
        <div class="selection">
          <span>{t.selected(selected.size)}</span>
          <button type="button" onClick={() => remove(selected)}>
            {t.deleteSelected}
          </button>
          {others.length > 0 && (
            <select
              aria-label={t.moveTo}
              value=""
              onChange={({ currentTarget: { value } }) => {
                if (value !== "") moveExamples(selected, of.id, value);
                selection.value = new Set();
              }}
            >
              <option value="">{t.moveTo}</option>
              {others.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </select>
          )}
          <button type="button" class="quiet" onClick={() => (selection.value = new Set())}>
            {t.clearSelection}
          </button>
        </div>
      )}
    </>
  );
}

/** How many lie side by side, as the style sheet has it. */
function perRow(list: HTMLElement | null): number {
  const items = [...(list?.children ?? [])] as HTMLElement[];
  const top = items[0]?.offsetTop;
  const next = items.findIndex((item) => item.offsetTop !== top);
  return next < 0 ? items.length : next;
}
