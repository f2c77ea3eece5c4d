import { useSignal, type Signal } from "@preact/signals";
import type { ComponentChildren, RefObject } from "preact";
import type { Shown } from "../../shared/state/project";
import { ShownExample } from "../../shared/ui/ShownExample";
import { project } from "./page";

interface Props {
  readonly list: RefObject<HTMLUListElement | null>;
  readonly label: string;
  readonly items: readonly (Shown & { readonly id: string })[];
  /** What a picture is called that a screen reader cannot see. */
  readonly labelOf: (index: number) => string;
  /** Ids of those that are selected. */
  readonly selection: Signal<ReadonlySet<string>>;
  readonly onDelete: (ids: ReadonlySet<string>) => void;
  /** Where they can be dragged: with the ids of those that are. */
  readonly onDrag?: (event: DragEvent, ids: ReadonlySet<string>) => void;
  /** Before the first. */
  readonly children?: ComponentChildren;
}

/**
 * Examples as a list of which one is in the tab order; arrows go to the others, Space selects,
 * Delete deletes.
 */
export function Thumbs({
  list,
  label,
  items,
  labelOf,
  selection,
  onDelete,
  onDrag,
  children,
}: Props) {
  const current = useSignal(0);
  const selected = selection.value;
  const active = Math.min(current.value, items.length - 1);

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
    onDelete(ids);
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
    const item = items[active];
    if (step !== undefined) focus(active + step);
    else if (event.key === "Home") focus(0);
    else if (event.key === "End") focus(items.length - 1);
    else if (event.key === "Delete" && item !== undefined)
      remove(selected.size > 0 ? selected : new Set([item.id]));
    else if (event.key === "Escape") selection.value = new Set();
    else return;
    event.preventDefault();
  };

  return (
    <ul
      class={project.kind.value !== "pictures" ? "thumbs lines" : "thumbs"}
      ref={list}
      onKeyDown={onKeyDown}
      aria-label={label}
    >
      {children}
      {items.map((item, i) => (
        <li
          key={item.id}
          {...(onDrag !== undefined && {
            draggable: true,
            onDragStart: (event: DragEvent) => {
              event.stopPropagation();
              onDrag(event, selected.has(item.id) ? selected : new Set([item.id]));
            },
          })}
        >
          <button
            type="button"
            class="thumb"
            tabIndex={i === active ? 0 : -1}
            aria-pressed={selected.has(item.id)}
            {...(item.words === undefined && { "aria-label": labelOf(i) })}
            onFocus={() => (current.value = i)}
            onClick={() => toggle(item.id)}
          >
            <ShownExample of={item} />
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
