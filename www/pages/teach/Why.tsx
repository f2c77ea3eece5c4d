import { ShownExample } from "../../shared/ui/ShownExample";
import { Alpha } from "./Alpha";
import { Bars } from "./Bars";
import { kindText, live, project } from "./page";
import { Status } from "./Status";

const PLACES = [0, 1, 2, 3];

/** What the answer rests on, and the one thing to choose. */
export function Why() {
  const nearest = live.nearest.value;
  return (
    <div class="why">
      <Bars />
      <div class="nearest">
        <p class="hint">{kindText.value.nearest}</p>
        <div class={project.kind.value !== "pictures" ? "nearest-row lines" : "nearest-row"}>
          {PLACES.map((i) => {
            const example = nearest[i];
            return <span key={i}>{example !== undefined && <ShownExample of={example} />}</span>;
          })}
        </div>
      </div>
      <Alpha />
      <Status />
    </div>
  );
}
