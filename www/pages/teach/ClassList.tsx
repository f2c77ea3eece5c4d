import { text } from "../../shared/ui/texts";
import { ClassCard } from "./ClassCard";
import { refused } from "./files";
import { project } from "./page";
import { ProjectMenu } from "./ProjectMenu";

export function ClassList() {
  const t = text.value;
  const classes = project.classes.value;
  const add = (): void => {
    const { id } = project.addClass(t.className(classes.length + 1));
    // Its name is what one wants to say first.
    requestAnimationFrame(() => document.querySelector<HTMLInputElement>(`#class-${id} input.name`)?.select());
  };
  return (
    <section id="classes" class="classes" aria-labelledby="classes-title" tabIndex={-1}>
      <div class="classes-head">
        <h2 id="classes-title">{t.classes}</h2>
        <ProjectMenu />
      </div>
      {refused.value.length > 0 && <p class="error">{t.files.refused(refused.value)}</p>}
      <div class="cards">
        {project.id.value === "" && classes.length === 0 && <Placeholders />}
        {classes.map((c) => (
          <ClassCard key={c.id} of={c} />
        ))}
        <button type="button" class="add-class" onClick={add}>
          <span aria-hidden="true">+</span> {t.addClass}
        </button>
      </div>
    </section>
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
