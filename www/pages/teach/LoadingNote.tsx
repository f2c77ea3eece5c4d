import { text } from "../../shared/ui/texts";
import { backbone } from "./page";

/** How far the vision model has come. Gone once it is there. */
export function LoadingNote() {
  const t = text.value.model;
  const loading = backbone.loading.value;
  if (loading.kind === "ready" || loading.kind === "waiting") return <div class="loading-note" data-loading={loading.kind} />;
  if (loading.kind === "failed") {
    const { error } = loading;
    return (
      <div class="loading-note" data-loading="failed" role="alert">
        <p>{t.failed(error instanceof Error ? error.message : String(error))}</p>
        <button type="button" onClick={() => void backbone.load().catch(() => {})}>
          {t.again}
        </button>
      </div>
    );
  }
  const [received, total] = loading.kind === "loading" ? [loading.received, loading.total] : [1, 1];
  return (
    <div class="loading-note" data-loading={loading.kind}>
      <p id="loading-words">{loading.kind === "loading" ? t.loading(received, total) : t.starting}</p>
      <progress aria-labelledby="loading-words" value={received} max={total} />
    </div>
  );
}
