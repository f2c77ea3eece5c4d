import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { text } from "../../shared/ui/texts";
import { kindText, project, tray } from "./page";
import { discardStrays, teachStrays, type Place } from "./teach-strays";
import { Thumbs } from "./Thumbs";
import { MOST, type Stray } from "./tray";

/** What was rejected, alike ones together, and where each may go. Not there while there is none. */
export function TrayPanel() {
  const t = text.value.tray;
  const groups = tray.groups.value;
  const strays = tray.strays.value;
  if (strays.length === 0) return null;
  return (
    <section class="tray" aria-labelledby="tray-title">
      <div class="tray-head">
        <h2 id="tray-title">{t.title}</h2>
        <button
          type="button"
          class="quiet"
          onClick={() => {
            discardStrays(new Set(strays.map(({ id }) => id)));
            keepFocus();
          }}
        >
          {t.clear}
        </button>
      </div>
      <p class="hint">{t.hint(kindText.value.count(strays.length), MOST)}</p>
      <div class="tray-places" aria-hidden="true">
        <DropTarget place="new">{t.newClass}</DropTarget>
        <DropTarget place="unknown">{t.unknown}</DropTarget>
      </div>
      <ul class="tray-groups">
        {groups.map(({ id, strays: ofGroup }, i) => (
          <Group key={id} strays={ofGroup} label={t.group(i + 1)} />
        ))}
      </ul>
    </section>
  );
}

/** For those who drag; the others have the menu. */
function DropTarget({ place, children }: { place: Place; children: string }) {
  const over = useSignal(false);
  return (
    <p
      class={over.value ? "tray-place is-over" : "tray-place"}
      onDragOver={() => (over.value = true)}
      onDragLeave={() => (over.value = false)}
      onDrop={() => {
        over.value = false;
        teachStrays(tray.dragged, place);
      }}
    >
      {children}
    </p>
  );
}

/** Its menu moves those that are selected, or all. */
function Group({ strays, label }: { strays: readonly Stray[]; label: string }) {
  const t = text.value;
  const list = useRef<HTMLUListElement>(null);
  const selection = useSignal<ReadonlySet<string>>(new Set());
  const chosen = strays.filter(({ id }) => selection.value.has(id));
  const meant = new Set((chosen.length > 0 ? chosen : strays).map(({ id }) => id));
  const things = kindText.value.count(meant.size);
  const done = (work: () => void): void => {
    work();
    selection.value = new Set();
    keepFocus();
  };
  return (
    <li
      class="tray-group"
      draggable
      onDragStart={(event) => drag(event, new Set(strays.map(({ id }) => id)))}
      onDragEnd={() => (tray.dragged = new Set())}
    >
      <Thumbs
        list={list}
        label={label}
        items={strays}
        labelOf={(index) => t.tray.item(index + 1, label)}
        selection={selection}
        onDelete={discardStrays}
        onDrag={drag}
      />
      <div class="tray-tools">
        <select
          aria-label={t.tray.moveLabel(things, label)}
          value=""
          onChange={({ currentTarget: { value } }) => done(() => teachStrays(meant, value))}
        >
          <option value="">{t.tray.move(things)}</option>
          {project.classes.value.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
          <option value="new">{t.tray.newClass}</option>
          <option value="unknown">{t.tray.unknown}</option>
        </select>
        <button
          type="button"
          aria-label={t.tray.discardLabel(things, label)}
          onClick={() => done(() => discardStrays(meant))}
        >
          {t.tray.discard}
        </button>
      </div>
    </li>
  );
}

function drag({ dataTransfer }: DragEvent, ids: ReadonlySet<string>): void {
  tray.dragged = ids;
  // Firefox drags nothing without data; this type is nobody's text.
  dataTransfer?.setData("application/x-oodgate", "");
}

/** What had the focus may have gone away: it goes to the next group then, or to the classes. */
function keepFocus(): void {
  requestAnimationFrame(() => {
    if (document.activeElement !== document.body) return;
    const next = document.querySelector<HTMLElement>(".tray select");
    (next ?? document.querySelector<HTMLElement>("#classes"))?.focus();
  });
}
