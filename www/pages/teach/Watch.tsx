import { useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { DropPlace } from "../../shared/ui/DropPlace";
import { FileButton } from "../../shared/ui/FileButton";
import { Picture } from "../../shared/ui/Picture";
import { text } from "../../shared/ui/texts";
import { askFile } from "./files";
import { judged } from "./judged";
import { backbones, camera, live } from "./page";
import { VerdictText } from "./VerdictText";

/** What the page sees, and its answer to it. */
export function Watch() {
  const t = text.value;
  const ask = (files: File[]): void => {
    if (files[0] !== undefined) void askFile(files[0]);
  };
  const { kind, colour } = judged.value;
  const style = colour === undefined ? "" : `--colour: var(--class-${colour})`;
  return (
    <DropPlace class={`watch verdict-${kind}`} style={style} label={t.camera.heading} onFiles={ask}>
      <div class="viewer">
        <Viewer />
      </div>
      <div
        class="answer"
        data-answers={live.answers.value}
        data-loading={backbones.pictures.loading.value.kind}
      >
        <VerdictText />
      </div>
      <div class="viewer-tools">
        <CameraTools />
        <FileButton accept="image/*" onFiles={ask}>
          {t.camera.askShort}
        </FileButton>
      </div>
    </DropPlace>
  );
}

function Viewer() {
  const t = text.value.camera;
  const video = useRef<HTMLVideoElement>(null);
  const asked = live.asked.value;
  const state = camera.state.value;
  useSignalEffect(() => show(video.current, camera.stream.value));
  useEffect(() => () => live.watch(undefined), []);
  return (
    <>
      {/* Muted, inline and in the document before it has a stream: phones freeze it otherwise. */}
      <video
        ref={video}
        class={camera.mirrored.value ? "mirrored" : ""}
        hidden={state !== "on" || asked !== undefined}
        muted
        playsInline
        autoplay
        aria-label={t.heading}
      />
      {asked?.picture !== undefined && <Picture of={asked.picture} alt={t.asked} />}
      {asked === undefined && state !== "on" && <NoPicture />}
      {live.recording.value !== undefined && <span class="rec">{text.value.recording}</span>}
    </>
  );
}

function show(video: HTMLVideoElement | null, stream: MediaStream | undefined): void {
  if (video === null) return;
  video.srcObject = stream ?? null;
  // A stream that is replaced before it plays rejects; the one after plays.
  if (stream !== undefined) video.play().catch(() => {});
  live.watch(stream === undefined ? undefined : video);
}

function NoPicture() {
  const t = text.value.camera;
  const state = camera.state.value;
  return (
    <div class="no-picture">
      {state === "off" ? (
        <>
          <button type="button" class="primary" onClick={() => void camera.start()}>
            {t.on}
          </button>
          <p class="hint">{t.ask}</p>
        </>
      ) : (
        <>
          <p role={state === "asking" ? "status" : "alert"}>{state === "on" ? "" : t[state]}</p>
          {state !== "asking" && state !== "insecure" && (
            <button type="button" onClick={() => void camera.start("")}>
              {text.value.model.again}
            </button>
          )}
        </>
      )}
    </div>
  );
}

function CameraTools() {
  const t = text.value.camera;
  const devices = camera.devices.value;
  if (live.asked.value !== undefined) {
    return (
      <button type="button" onClick={() => (live.asked.value = undefined)}>
        {camera.state.value === "on" ? t.back : t.close}
      </button>
    );
  }
  if (camera.state.value !== "on") return null;
  return (
    <>
      {devices.length > 1 && (
        <select
          aria-label={t.choose}
          value={camera.deviceId.value}
          onChange={({ currentTarget: { value } }) => void camera.start(value)}
        >
          {devices.map((device, i) => (
            <option key={device.deviceId} value={device.deviceId}>
              {device.label || t.unnamed(i + 1)}
            </option>
          ))}
        </select>
      )}
      <button
        type="button"
        aria-pressed={camera.mirrored.value}
        onClick={() => (camera.mirrored.value = !camera.mirrored.value)}
      >
        {t.mirror}
      </button>
      <button type="button" onClick={() => camera.stop()}>
        {t.off}
      </button>
    </>
  );
}
