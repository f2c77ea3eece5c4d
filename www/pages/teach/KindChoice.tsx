import { kinds } from "../../shared/state/project";
import { text } from "../../shared/ui/texts";
import { project, projects } from "./page";

/** What to teach with. Each kind has projects of its own. */
export function KindChoice() {
  const t = text.value;
  return (
    <div class="kinds" role="group" aria-label={t.kind}>
      {kinds.map((kind) => (
        <button
          key={kind}
          type="button"
          aria-pressed={project.kind.value === kind}
          onClick={() => void projects.openKind(kind)}
        >
          {t.kinds[kind].name}
        </button>
      ))}
    </div>
  );
}
