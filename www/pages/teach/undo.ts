import { signal } from "@preact/signals";
import type { TaughtClass } from "../../shared/state/project";
import { announce } from "../../shared/ui/announce";
import { text } from "../../shared/ui/texts";
import { kindText, project } from "./page";

/** How long what was deleted can be brought back. After that it is really gone. */
const UNDO_MS = 10_000;

export const undoable = signal<
  { readonly message: string; readonly restore: () => void } | undefined
>(undefined);

let timer: ReturnType<typeof setTimeout> | undefined;

export function deleteExamples(ids: ReadonlySet<string>): void {
  const removed = project.examples.value.filter((example) => ids.has(example.id));
  project.removeExamples(ids);
  offer(text.value.undo.examples(kindText.value.count(removed.length)), () =>
    project.addExamples(removed),
  );
}

export function moveExamples(ids: ReadonlySet<string>, from: string, to: string): void {
  project.moveExamples(ids, to);
  offer(text.value.undo.moved(kindText.value.count(ids.size), project.nameOf(to)), () =>
    project.moveExamples(ids, from),
  );
}

export function removeClass(removed: TaughtClass): void {
  const place = project.classes.value.indexOf(removed);
  const examples = project.examplesOf(removed.id);
  project.removeClass(removed.id);
  offer(text.value.undo.class(removed.name), () => {
    const { classes, examples: others } = project.state;
    project.state = {
      classes: classes.toSpliced(place, 0, removed),
      examples: [...others, ...examples],
    };
  });
}

export function offer(message: string, restore: () => void): void {
  clearTimeout(timer);
  undoable.value = { message, restore };
  announce(message);
  timer = setTimeout(() => (undoable.value = undefined), UNDO_MS);
}

export function undo(): void {
  clearTimeout(timer);
  undoable.value?.restore();
  undoable.value = undefined;
}
