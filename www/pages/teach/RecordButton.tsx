import { useEffect, useRef } from "preact/hooks";
import { text } from "../../shared/ui/texts";
import { live, sensor } from "./page";

/**
 * Records while it is held, by pointer or by key; each press is a session. What clicks without
 * pressing, as screen readers do, begins a recording and ends it with the next click.
 */
export function RecordButton({ classId, name }: { classId: string; name: string }) {
  const held = useRef(false);
  const recording = live.recording.value === classId;
  const release = (): void => {
    if (!held.current) return;
    held.current = false;
    if (live.recording.peek() === classId) live.stopRecording();
  };
  useEffect(() => {
    // The pointer may be let go anywhere, and a window that is left hears of no release at all.
    const ends = ["pointerup", "pointercancel", "blur"];
    for (const type of ends) addEventListener(type, release);
    return () => {
      for (const type of ends) removeEventListener(type, release);
      release();
    };
  }, [classId]);

  const press = async (): Promise<void> => {
    if (held.current) return;
    held.current = true;
    const { value: by } = sensor;
    if (by.state.peek() !== "on") await by.start();
    // The answer to the browser's question may have taken the hand off the button.
    if (held.current && by.state.peek() === "on") live.record(classId);
  };
  const toggle = async (): Promise<void> => {
    if (live.recording.peek() === classId) return live.stopRecording();
    const { value: by } = sensor;
    if (by.state.peek() !== "on") await by.start();
    if (by.state.peek() === "on") live.record(classId);
  };
  const t = text.value;
  return (
    <button
      type="button"
      class="record"
      aria-label={t.recordLabel(name)}
      aria-pressed={recording}
      onPointerDown={(event) => event.button === 0 && void press()}
      onKeyDown={(event) => {
        if (event.key !== " " && event.key !== "Enter") return;
        event.preventDefault();
        if (!event.repeat) void press();
      }}
      onKeyUp={(event) => {
        if (event.key !== " " && event.key !== "Enter") return;
        event.preventDefault();
        release();
      }}
      onClick={(event) => event.detail === 0 && void toggle()}
      onContextMenu={(event) => event.preventDefault()}
    >
      <span class="dot" aria-hidden="true" />
      {recording ? t.recording : t.record}
    </button>
  );
}
