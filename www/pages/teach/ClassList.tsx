import { text } from "../../shared/ui/texts";
import { ClassCard } from "./ClassCard";
import { reading, refused } from "./files";
import { project } from "./page";

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
        <p class="hint" role="status">
          {reading.value && t.files.reading(reading.value.done, reading.value.all)}
        </p>
      </div>
      {refused.value.length > 0 && <p class="error">{t.files.refused(refused.value)}</p>}
      <div class="cards">
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
