import { batch } from "@preact/signals";
import { newId, type TaughtClass } from "../../shared/state/project";
import { languages, text } from "../../shared/ui/texts";
import { nameClass } from "./name-class";
import { kindText, ofMotion, project, tray } from "./page";
import type { Stray } from "./tray";
import { offer } from "./undo";
import { written } from "./written";

/** A class by its id, one that is made for it, or what is none of the classes. */
export type Place = "new" | "unknown" | (string & {});

/** What was rejected becomes examples of a class: the gate learns from it, as from any change. */
export function teachStrays(ids: ReadonlySet<string>, place: Place): void {
  const before = tray.strays.peek();
  const moved = before.filter(({ id }) => ids.has(id));
  if (moved.length === 0) return;
  const classes = project.classes.peek();
  batch(() => {
    const { id: classId, name } = classFor(place);
    const examples = moved.map((stray) => exampleOf(stray, classId));
    project.addExamples(examples);
    tray.remove(ids);
    offer(text.peek().undo.moved(kindText.peek().count(moved.length), name), () =>
      batch(() => {
        project.removeExamples(new Set(examples.map(({ id }) => id)));
        const isMade = classes.every(({ id }) => id !== classId);
        if (isMade && project.examplesOf(classId).length === 0) project.removeClass(classId);
        tray.strays.value = before;
      }),
    );
    if (place === "new") nameClass(classId);
  });
}

export function discardStrays(ids: ReadonlySet<string>): void {
  const before = tray.strays.peek();
  const gone = before.filter(({ id }) => ids.has(id)).length;
  if (gone === 0) return;
  tray.remove(ids);
  offer(text.peek().undo.examples(kindText.peek().count(gone)), () => {
    tray.strays.value = before;
  });
}

function classFor(place: Place): TaughtClass {
  const classes = project.classes.peek();
  if (place === "unknown") return unknownClass();
  const found = classes.find(({ id }) => id === place);
  return found ?? project.addClass(text.peek().className(classes.length + 1));
}

/** The class whose examples are none of the others': one that is off, by its name. */
function unknownClass(): TaughtClass {
  const names = new Set(languages.map(({ tray: { unknownClass } }) => unknownClass));
  const found = project.classes.peek().find(({ on, name }) => !on && names.has(name));
  if (found !== undefined) return found;
  const made = project.addClass(text.peek().tray.unknownClass);
  project.changeClass(made.id, { on: false });
  return made;
}

function exampleOf({ features, session, picture, words }: Stray, classId: string) {
  const isAsked = project.kind.peek() === "numbers" && !ofMotion.peek();
  const shown = isAsked ? written(features) : words;
  return {
    id: newId(),
    classId,
    session,
    features,
    ...(picture !== undefined && { picture }),
    ...(shown !== undefined && { words: shown }),
  };
}
