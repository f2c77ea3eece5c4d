import { useSignal } from "@preact/signals";
import type { TaughtClass } from "../../shared/state/project";
import { text } from "../../shared/ui/texts";
import { DropPlace } from "../../shared/ui/DropPlace";
import { FileButton } from "../../shared/ui/FileButton";
import { Examples } from "./Examples";
import { addFiles, addWordsFiles, reading } from "./files";
import { hintFor } from "./hints";
import { LineInput } from "./LineInput";
import { kindText, live, ofMotion, project, tray } from "./page";
import { RecordButton } from "./RecordButton";
import { Selection } from "./Selection";
import { teachStrays } from "./teach-strays";
import { addTable } from "./table";
import { removeClass } from "./undo";

export function ClassCard({ of }: { of: TaughtClass }) {
  const t = text.value;
  const kind = project.kind.value;
  const examples = project.examplesOf(of.id);
  const sessions = new Set(examples.map((example) => example.session)).size;
  const isRecorded = kind === "pictures" || ofMotion.value;
  const hint = hintFor(isRecorded, examples.length, sessions, kindText.value, t);
  const read = reading.value?.classId === of.id ? reading.value : undefined;
  const words =
    read !== undefined ? t.files.reading(read.done, read.all) : of.on ? hint.words : t.off;
  const selection = useSignal<ReadonlySet<string>>(new Set());
  const recording = live.recording.value === of.id;
  const add = (files: File[]): void => {
    if (kind === "numbers") void addTable(files[0]);
    else void (kind === "words" ? addWordsFiles : addFiles)(of.id, files);
  };
  return (
    <DropPlace
      id={`class-${of.id}`}
      class={`card${of.on ? "" : " is-off"}${recording ? " is-recording" : ""}`}
      style={`--colour: var(--class-${of.colour})`}
      label={of.name}
      onFiles={add}
      onPart={() => teachStrays(tray.dragged, of.id)}
    >
      <div class="card-head">
        <span class="swatch" aria-hidden="true" />
        <NameField of={of} />
        <span class="count">{kindText.value.count(examples.length)}</span>
      </div>
      <Examples of={of} examples={examples} selection={selection} />
      {selection.value.size > 0 ? (
        <Selection of={of} selection={selection} />
      ) : (
        <p class={`card-hint${hint.fine && of.on && read === undefined ? " fine" : ""}`}>{words}</p>
      )}
      <div class="card-tools">
        {isRecorded ? <RecordButton classId={of.id} name={of.name} /> : <LineInput of={of} />}
        {kind === "pictures" && (
          <FileButton label={t.addFilesLabel(of.name)} accept="image/*" multiple onFiles={add}>
            {t.addFiles}
          </FileButton>
        )}
        <span class="card-more">
          <button
            type="button"
            class="quiet"
            aria-label={t.switchLabel(of.name, of.on)}
            onClick={() => project.changeClass(of.id, { on: !of.on })}
          >
            {of.on ? t.switchOff : t.switchOn}
          </button>
          <button
            type="button"
            class="quiet"
            aria-label={t.removeLabel(of.name)}
            onClick={() => removeClass(of)}
          >
            {t.remove}
          </button>
        </span>
      </div>
    </DropPlace>
  );
}

/** Empty while it is written anew; a class is never left without a name. */
function NameField({ of }: { of: TaughtClass }) {
  const draft = useSignal<string | undefined>(undefined);
  const done = (): void => {
    draft.value = undefined;
  };
  return (
    <input
      class="name"
      type="text"
      maxLength={40}
      autocomplete="off"
      spellcheck={false}
      aria-label={text.value.nameOf(of.name)}
      value={draft.value ?? of.name}
      onInput={({ currentTarget: { value } }) => {
        draft.value = value;
        if (value.trim() !== "") project.changeClass(of.id, { name: value.trim() });
      }}
      onKeyDown={(event) => event.key === "Enter" && event.currentTarget.blur()}
      onBlur={done}
    />
  );
}
