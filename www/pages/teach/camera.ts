import { signal } from "@preact/signals";

export type CameraState =
  "off" | "asking" | "on" | "denied" | "none" | "busy" | "lost" | "insecure";

/** The visitor's cameras, of which one at a time is on. */
export class Camera {
  readonly state = signal<CameraState>("off");
  readonly stream = signal<MediaStream | undefined>(undefined);
  readonly devices = signal<readonly MediaDeviceInfo[]>([]);
  readonly deviceId = signal("");
  /** Only what is shown is mirrored: what is learned is what is there. */
  readonly mirrored = signal(true);
  #latest = 0;

  constructor() {
    navigator.mediaDevices?.addEventListener("devicechange", () => void this.#list());
  }

  /** Asks for the camera of this id, or for any. */
  async start(deviceId = this.deviceId.peek()): Promise<void> {
    this.stop();
    const turn = ++this.#latest;
    if (navigator.mediaDevices === undefined) {
      this.state.value = "insecure";
      return;
    }
    this.state.value = "asking";
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ video: wanted(deviceId) });
      // Another choice was made while the browser asked.
      if (turn !== this.#latest) return end(stream);
      const [track] = stream.getVideoTracks();
      track?.addEventListener("ended", () => this.#onEnded(turn));
      this.deviceId.value = track?.getSettings().deviceId ?? "";
      // What looks away from the visitor is no mirror.
      this.mirrored.value = track?.getSettings().facingMode !== "environment";
      this.stream.value = stream;
      this.state.value = "on";
      await this.#list();
    } catch (error) {
      if (turn === this.#latest) this.state.value = stateAfter(error);
    }
  }

  stop(): void {
    this.#latest += 1;
    end(this.stream.peek());
    this.stream.value = undefined;
    this.state.value = "off";
  }

  #onEnded(turn: number): void {
    if (turn !== this.#latest) return;
    this.stop();
    this.state.value = "lost";
    void this.#list();
  }

  /** Names come only once a camera has been allowed. */
  async #list(): Promise<void> {
    const devices = await navigator.mediaDevices.enumerateDevices();
    this.devices.value = devices.filter((device) => device.kind === "videoinput");
  }
}

function wanted(deviceId: string): MediaTrackConstraints {
  const size = { width: { ideal: 640 }, height: { ideal: 480 } };
  return deviceId === ""
    ? { ...size, facingMode: "user" }
    : { ...size, deviceId: { exact: deviceId } };
}

function end(stream: MediaStream | undefined): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

function stateAfter(error: unknown): CameraState {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "denied";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "none";
  return "busy";
}
