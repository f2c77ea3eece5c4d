import { useEffect } from "preact/hooks";
import { announce } from "../../shared/ui/announce";
import { text } from "../../shared/ui/texts";
import type { Texts } from "../../shared/ui/texts/en";
import { judged, type Judged } from "./judged";
import { backbone, kindText, project } from "./page";
import { PScale } from "./PScale";

/** The answer in large letters, and in words what it rests on. */
export function VerdictText() {
  const t = text.value;
  const now = judged.value;
  const loading = backbone.value.loading.value;
  const { title, words } = say(now, t);
  // A screen reader hears an answer once it has stood for a moment, not every frame's.
  useEffect(() => {
    if (now.kind === "known" || now.kind === "unknown") announce(title);
  }, [title, now.kind]);
  if (loading.kind !== "ready") return <BackboneLoading />;
  const gate = now.verdict?.gate;
  return (
    <>
      <p class="verdict" data-verdict={now.kind}>
        {now.colour !== undefined && <span class="swatch" aria-hidden="true" />}
        <span class="verdict-name">{title}</span>
      </p>
      <PScale pValue={gate?.pValue} alpha={project.alpha.value} />
      <p class="verdict-words">{words}</p>
    </>
  );
}

/** How far the vision model has come, where the answer will stand. */
function BackboneLoading() {
  const t = text.value.model;
  const { model, missing } = kindText.value;
  const loading = backbone.value.loading.value;
  if (loading.kind === "failed") {
    const { error } = loading;
    return (
      <div role="alert">
        <p class="verdict-words">
          {t.failed(
            model,
            `${missing} ${error instanceof Error ? error.message : String(error)}`.trim(),
          )}
        </p>
        <button type="button" onClick={() => void backbone.value.load().catch(() => {})}>
          {t.again}
        </button>
      </div>
    );
  }
  const { received, total } = loading.kind === "loading" ? loading : { received: 0, total: 1 };
  return (
    <>
      <p class="verdict" data-verdict="waiting">
        <span class="verdict-name">{t.title}</span>
      </p>
      <div class="p-scale">
        <progress
          aria-label={t.title}
          {...(loading.kind !== "starting" && { value: received })}
          max={total}
        />
      </div>
      <p class="verdict-words">
        {loading.kind === "starting" ? t.starting(model) : t.loading(model, received, total)}
      </p>
    </>
  );
}

function say({ kind, name, verdict }: Judged, t: Texts): { title: string; words: string } {
  const v = t.verdict;
  const pValue = verdict?.gate?.pValue ?? 1;
  switch (kind) {
    case "nothing":
      return { title: v.nothing, words: kindText.value.nothing };
    case "waiting":
      return { title: kindText.value.waiting, words: "" };
    case "unchecked":
      return { title: name, words: v.uncheckedHint };
    case "known":
      return { title: name, words: v.likelier(pValue) };
    case "unknown":
      return { title: v.none, words: v.below(pValue, project.alpha.value) };
  }
}
