import { signal } from "@preact/signals";
import { WINDOW_MS, type MotionSample } from "../../shared/state/motion-window";

export type MotionState = "off" | "asking" | "on" | "denied" | "none" | "insecure";

/** A row is made this often, of the last two seconds. */
const STEP_MS = 250;
/** A sensor that is there says something well within this time. */
const SILENCE_MS = 1500;
/** A window with gaps, as after a pause of the page, has fewer samples than this. */
const FEWEST = 20;

/** On iOS, and only there, a page has to ask, and only when something is pressed. */
interface Asking {
  requestPermission?(): Promise<"granted" | "denied" | "default">;
}

/** The phone's motion sensor, as windows of two seconds. */
export class Motion {
  readonly state = signal<MotionState>("off");
  /** The last two seconds. */
  readonly window = signal<readonly MotionSample[]>([]);
  readonly #onWindow: (samples: readonly MotionSample[], begun: number) => void;
  readonly #hear = (event: DeviceMotionEvent): void => this.#take(event);
  #samples: MotionSample[] = [];
  #latest = 0;
  #stepped = 0;
  #heard: (() => void) | undefined;

  /** `onWindow` is given each full window, and when it begins, on the clock of `performance`. */
  constructor(onWindow: (samples: readonly MotionSample[], begun: number) => void) {
    this.#onWindow = onWindow;
  }

  /** To be called by a press: without one iOS does not ask. */
  async start(): Promise<void> {
    this.stop();
    const turn = ++this.#latest;
    if (!isSecureContext) {
      this.state.value = "insecure";
      return;
    }
    this.state.value = "asking";
    const state = await this.#listen();
    // It was turned off, or asked for anew, in the meantime.
    if (turn !== this.#latest) return;
    if (state !== "on") this.stop();
    this.state.value = state;
  }

  stop(): void {
    this.#latest += 1;
    removeEventListener("devicemotion", this.#hear);
    this.#samples = [];
    this.window.value = [];
    this.state.value = "off";
  }

  async #listen(): Promise<MotionState> {
    if (!("DeviceMotionEvent" in globalThis)) return "none";
    const { requestPermission } = DeviceMotionEvent as Asking;
    if (requestPermission !== undefined) {
      const answer = await requestPermission.call(DeviceMotionEvent).catch(() => "denied");
      if (answer !== "granted") return "denied";
    }
    addEventListener("devicemotion", this.#hear);
    const heard = new Promise<boolean>((resolve) => {
      this.#heard = () => resolve(true);
      setTimeout(() => resolve(false), SILENCE_MS);
    });
    return (await heard) ? "on" : "none";
  }

  #take({ timeStamp, accelerationIncludingGravity, rotationRate }: DeviceMotionEvent): void {
    const { x, y, z } = accelerationIncludingGravity ?? {};
    // A computer without a sensor says so by one event without numbers.
    if (typeof x !== "number" || typeof y !== "number" || typeof z !== "number") return;
    this.#heard?.();
    // A phone without a gyroscope turns at no rate that it knows of.
    const { alpha, beta, gamma } = rotationRate ?? {};
    const axes = [x, y, z, alpha ?? 0, beta ?? 0, gamma ?? 0];
    const begun = timeStamp - WINDOW_MS;
    const samples = this.#samples.filter(({ time }) => time >= begun);
    const isFull = samples.length < this.#samples.length;
    this.#samples = [...samples, { time: timeStamp, axes }];
    if (timeStamp - this.#stepped < STEP_MS) return;
    this.#stepped = timeStamp;
    this.window.value = this.#samples;
    if (isFull && samples.length >= FEWEST) this.#onWindow(this.#samples, begun);
  }
}
