import { Picture } from "../../shared/ui/Picture";
import { text } from "../../shared/ui/texts";
import { Alpha } from "./Alpha";
import { Bars } from "./Bars";
import { live } from "./page";
import { Status } from "./Status";

const PLACES = [0, 1, 2, 3];

/** What the answer rests on, and the one thing to choose. */
export function Why() {
  const t = text.value;
  const nearest = live.nearest.value;
  return (
    <div class="why">
      <Bars />
      <div class="nearest">
        <p class="hint">{t.verdict.nearest}</p>
        <div class="nearest-row">
          {PLACES.map((i) => {
            const example = nearest[i];
            return <span key={i}>{example !== undefined && <Picture of={example.picture} />}</span>;
          })}
        </div>
      </div>
      <Alpha />
      <Status />
    </div>
  );
}
