import { text } from "../../shared/ui/texts";
import { alarm } from "./page";
import { Undo } from "./Undo";

/** What comes by itself and can be sent away. It lies over the page, which does not move for it. */
export function Notices() {
  const t = text.value.alarm;
  return (
    <div class="notices">
      <div role="status">
        {alarm.raised.value && (
          <div class="notice alarm">
            <p>
              <strong>{t.title}</strong> {t.advice}
            </p>
            <button type="button" onClick={() => alarm.dismiss()}>
              {t.dismiss}
            </button>
          </div>
        )}
      </div>
      <Undo />
    </div>
  );
}
