import { FileButton } from "../../shared/ui/FileButton";
import { text } from "../../shared/ui/texts";
import { ClassCard } from "./ClassCard";
import { Export } from "./Export";
import { reading, refused } from "./files";
import { motionFault } from "./WatchMotion";
import { nameClass } from "./name-class";
import { motion, ofMotion, project, tray } from "./page";
import { ProjectMenu } from "./ProjectMenu";
import { teachSample } from "./sample";
import { teachStrays } from "./teach-strays";
import { addTable, tableNote, useMotion } from "./table";

export function ClassList() {
  const t = text.value;
  const classes = project.classes.value;
  return (
    <section id="classes" class="classes" aria-labelledby="classes-title" tabIndex={-1}>
      <div class="classes-head">
        <h2 id="classes-title">{t.classes}</h2>
        <ProjectMenu />
      </div>
      {project.kind.value === "numbers" && <TableTools />}
      {refused.value.length > 0 && <p class="error">{t.files.refused(refused.value)}</p>}
      <div class="cards">
        {project.id.value === "" && classes.length === 0 && <Placeholders />}
        {classes.map((c) => (
          <ClassCard key={c.id} of={c} />
        ))}
        <button
          type="button"
          class="add-class"
          onClick={() => nameClass(project.addClass(t.className(classes.length + 1)).id)}
          onDrop={() => teachStrays(tray.dragged, "new")}
        >
          <span aria-hidden="true">+</span> {t.addClass}
        </button>
        {offersSample() && (
          <button type="button" class="add-class" onClick={() => void teachSample()}>
            {t.sample.offer}
          </button>
        )}
      </div>
      <Export />
    </section>
  );
}

/** Nothing has been shown yet, and the two classes to show it are there. */
const offersSample = (): boolean =>
  project.examples.value.length === 0 &&
  project.classes.value.length === 2 &&
  reading.value === undefined;

/** A whole table at once, or the motion sensor, and what became of it. */
function TableTools() {
  const t = text.value.table;
  const note = tableNote.value;
  // In a project of motion it is said where the movement would be shown.
  const fault = ofMotion.value ? undefined : motionFault(motion.state.value);
  return (
    <div class="table-tools">
      <FileButton accept=".csv,.tsv,.txt,text/csv" onFiles={([file]) => void addTable(file)}>
        {t.open}
      </FileButton>
      <button type="button" onClick={() => void useMotion()}>
        {text.value.motion.use}
      </button>
      <p class="hint" role="status">
        {fault ?? (note === undefined ? t.hint : t[note.kind](note.rows))}
      </p>
    </div>
  );
}

/** They keep the place of the classes that are about to come out of the browser's database. */
function Placeholders() {
  return (
    <>
      <div class="card placeholder" />
      <div class="card placeholder" />
    </>
  );
}
