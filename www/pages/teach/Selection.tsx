import type { Signal } from "@preact/signals";
import type { TaughtClass } from "../../shared/state/project";
import { text } from "../../shared/ui/texts";
import { project } from "./page";
import { deleteExamples, moveExamples } from "./undo";

/** What can be done with the examples that are selected. */
export function Selection({
  of,
  selection,
}: {
  of: TaughtClass;
  selection: Signal<ReadonlySet<string>>;
}) {
  const t = text.value;
  const others = project.classes.value.filter(({ id }) => id !== of.id);
  const done = (work?: (ids: ReadonlySet<string>) => void): void => {
    work?.(selection.value);
    selection.value = new Set();
  };
  return (
    <div class="selection">
      <span>{t.selected(selection.value.size)}</span>
      <button type="button" onClick={() => done(deleteExamples)}>
        {t.deleteSelected}
      </button>
      {others.length > 0 && (
        <select
          aria-label={t.moveTo}
          value=""
          onChange={({ currentTarget: { value } }) =>
            done((ids) => moveExamples(ids, of.id, value))
          }
        >
          <option value="">{t.moveTo}</option>
          {others.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      )}
      <button type="button" class="quiet" onClick={() => done()}>
        {t.clearSelection}
      </button>
    </div>
  );
}
