import { useSignal, useSignalEffect } from "@preact/signals";
import { exportHead, type Exported } from "../../shared/state/export";
import { announce } from "../../shared/ui/announce";
import { fileName, saveFile } from "../../shared/ui/save-file";
import { text } from "../../shared/ui/texts";
import { live, project, teacher } from "./page";
import { snippet } from "./snippets";

/** The trained head as a file, and a page that asks it. */
export function Export() {
  const t = text.value.export;
  const made = useSignal<Exported | undefined>(undefined);
  const taught = teacher.taught.value;
  // What was made of examples that have changed since is not offered.
  useSignalEffect(() => {
    teacher.taught.value;
    project.classes.value;
    made.value = undefined;
  });
  if (taught === undefined || !taught.hasGate) return null;
  const file = `${fileName(project.name.value || text.value.project.untitled)}.safetensors`;
  const make = async (): Promise<void> => {
    try {
      made.value = await exportHead(project);
    } catch (error) {
      live.fault.value = error;
    }
  };
  const bytes = made.value?.file;
  const code = made.value && snippet(project.kind.value, file, made.value.scale);
  return (
    <details
      class="export"
      onToggle={({ currentTarget }) =>
        currentTarget.open && made.value === undefined && void make()
      }
    >
      <summary>{t.heading}</summary>
      <p class="sub">{t.words[project.kind.value]}</p>
      {bytes === undefined || code === undefined ? (
        <p class="hint">
          <button type="button" onClick={() => void make()}>
            {t.make}
          </button>
        </p>
      ) : (
        <>
          <p class="export-tools">
            <button type="button" class="primary" onClick={() => saveFile(new Blob([bytes]), file)}>
              {t.download(file)}
            </button>
            {project.kind.value === "pictures" && (
              <a href="../models/efficientnet-lite0-int8.onnx" download>
                {t.model}
              </a>
            )}
            <button
              type="button"
              onClick={() =>
                void navigator.clipboard.writeText(code).then(
                  () => announce(t.copied),
                  (error: unknown) => (live.fault.value = error),
                )
              }
            >
              {t.copy}
            </button>
          </p>
          <pre tabIndex={0} aria-label={t.code}>
            <code>{code}</code>
          </pre>
          <p class="hint">{t.warning}</p>
        </>
      )}
    </details>
  );
}
