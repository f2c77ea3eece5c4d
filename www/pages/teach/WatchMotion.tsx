import { text } from "../../shared/ui/texts";
import { judged } from "./judged";
import type { MotionState } from "./motion";
import { WINDOW_MS, type MotionSample } from "../../shared/state/motion-window";
import { live, motion } from "./page";
import { VerdictText } from "./VerdictText";

/** The last two seconds of movement, and the answer to them. */
export function WatchMotion() {
  const t = text.value.motion;
  const { kind, colour } = judged.value;
  const state = motion.state.value;
  const asked = live.asked.value;
  return (
    <section
      class={`watch watch-words verdict-${kind}`}
      style={colour === undefined ? "" : `--colour: var(--class-${colour})`}
      aria-label={t.heading}
    >
      <div class="viewer motion">
        {asked !== undefined && <p class="asked-row">{asked.words}</p>}
        {asked === undefined && state === "on" && <Trace samples={motion.window.value} />}
        {asked === undefined && state !== "on" && <NoMotion state={state} />}
        {live.recording.value !== undefined && <span class="rec">{text.value.recording}</span>}
      </div>
      <div class="answer" data-answers={live.answers.value} data-loading="ready">
        <VerdictText />
      </div>
      <div class="viewer-tools">
        {asked !== undefined && (
          <button type="button" onClick={() => (live.asked.value = undefined)}>
            {text.value.camera.close}
          </button>
        )}
        {asked === undefined && state === "on" && (
          <button type="button" onClick={() => motion.stop()}>
            {t.off}
          </button>
        )}
      </div>
    </section>
  );
}

/** What is in the way of the sensor, in words. */
export function motionFault(state: MotionState): string | undefined {
  const t = text.value.motion;
  return state === "off" || state === "on" ? undefined : t[state];
}

function NoMotion({ state }: { state: MotionState }) {
  const t = text.value;
  const fault = motionFault(state);
  return (
    <div class="no-picture">
      {fault !== undefined && <p role={state === "asking" ? "status" : "alert"}>{fault}</p>}
      {state !== "asking" && (
        <button type="button" class="primary" onClick={() => void motion.start()}>
          {state === "off" ? t.motion.on : t.model.again}
        </button>
      )}
    </div>
  );
}

/** As far as an axis of acceleration goes, in m/s². */
const REACH = 25;

/** The three axes of acceleration. What a screen reader hears is the answer. */
function Trace({ samples }: { samples: readonly MotionSample[] }) {
  const end = samples.at(-1)?.time ?? 0;
  const line = (axis: number): string =>
    samples
      .map(({ time, axes }) => {
        const x = 100 - ((end - time) / WINDOW_MS) * 100;
        const y = 50 - ((axes[axis] ?? 0) / REACH) * 50;
        return `${x.toFixed(1)},${y.toFixed(1)}`;
      })
      .join(" ");
  return (
    <svg class="trace" viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
      {[0, 1, 2].map((axis) => (
        <polyline key={axis} points={line(axis)} style={`stroke: var(--class-${axis})`} />
      ))}
    </svg>
  );
}
