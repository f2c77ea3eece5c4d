import { useSignal } from "@preact/signals";
import { readProject, writeProject } from "../../shared/state/project-file";
import { FileButton } from "../../shared/ui/FileButton";
import { fileName, saveFile } from "../../shared/ui/save-file";
import { text } from "../../shared/ui/texts";
import type { Texts } from "../../shared/ui/texts/en";
import { project, projects } from "./page";

/** The project's name, the other projects, and whether all is saved. */
export function ProjectMenu() {
  const t = text.value.project;
  const sure = useSignal(false);
  const others = projects.list.value.filter(({ id }) => id !== project.id.value);
  const close = (work: Promise<void>): void => {
    sure.value = false;
    void work;
  };
  return (
    <details class="project">
      <summary>
        <span class="project-title">{project.name.value || t.untitled}</span> <SavedNote />
      </summary>
      <div class="project-box">
        <label class="field">
          {t.name}
          <input
            type="text"
            maxLength={60}
            autocomplete="off"
            placeholder={t.untitled}
            value={project.name.value}
            onInput={({ currentTarget: { value } }) => (project.name.value = value)}
          />
        </label>
        {others.length > 0 && (
          <label class="field">
            {t.open}
            <select
              value=""
              onChange={({ currentTarget: { value } }) =>
                value !== "" && close(projects.open(value))
              }
            >
              <option value="">{t.choose(others.length)}</option>
              {others.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name || t.untitled}
                </option>
              ))}
            </select>
          </label>
        )}
        <ProjectFiles />
        <div class="project-tools">
          <button type="button" onClick={() => close(projects.create(project.kind.value))}>
            {t.new}
          </button>
          <button
            type="button"
            onClick={() => (sure.value ? close(projects.delete()) : (sure.value = true))}
          >
            {sure.value ? t.reallyDelete : t.delete}
          </button>
        </div>
      </div>
    </details>
  );
}

/** The project as a file, out and in. */
function ProjectFiles() {
  const t = text.value.project;
  const withPictures = useSignal(true);
  const refused = useSignal(false);
  const save = async (): Promise<void> => {
    const file = await writeProject(project.content, withPictures.value);
    saveFile(file, `${fileName(project.name.value || t.untitled)}.oodgate`);
  };
  const open = async ([file]: File[]): Promise<void> => {
    refused.value = false;
    try {
      if (file !== undefined) await projects.add(await readProject(file));
    } catch {
      refused.value = true;
    }
  };
  return (
    <div class="project-tools">
      <button type="button" onClick={() => void save()}>
        {t.save}
      </button>
      <FileButton accept=".oodgate" onFiles={(files) => void open(files)}>
        {t.load}
      </FileButton>
      {project.kind.value === "pictures" && (
        <label>
          <input
            type="checkbox"
            checked={withPictures.value}
            onChange={({ currentTarget: { checked } }) => (withPictures.value = checked)}
          />{" "}
          {t.withPictures}
        </label>
      )}
      {refused.value && (
        <p class="error" role="alert">
          {t.refused}
        </p>
      )}
    </div>
  );
}

function SavedNote() {
  return (
    <span class="saved" data-saving={projects.saving.value.kind}>
      {words(text.value)}
    </span>
  );
}

function words({ project: t }: Texts): string {
  const saving = projects.saving.value;
  switch (saving.kind) {
    case "opening":
      return t.loading;
    case "saving":
      return t.saving;
    case "saved":
      return t.saved;
    case "failed":
      return t.notSaved(
        saving.error instanceof Error ? saving.error.message : String(saving.error),
      );
  }
}
