import { effect, signal } from "@preact/signals";
import type { Monitor, Taught } from "../../shared/state/model";
import { cosine } from "../../shared/state/nearest";
import type { Teacher } from "../../shared/state/teacher";

/**
 * Frames of one view say the same again and again, and the monitor is promised rows that do not:
 * of one view it gets a frame in this time. Nine strange views in a row raise the alarm, or one
 * that lasts for 40 seconds. Of 16 streams of 30 views of known things in new sessions, gates that
 * knew two sessions a class, one raised it with one frame or two a view, 3 with six.
 */
const VIEW_MS = 5000;
/** Frames that are less alike show another view: those of two things have cosines up to 0.45. */
const SAME_VIEW = 0.75;

/** Tells a camera, a light or a room that has changed from a thing that is unknown. */
export class Alarm {
  readonly raised = signal(false);
  #monitor: Monitor | undefined;
  #of: Taught | undefined;
  #view: Float32Array | undefined;
  #viewSince = 0;

  constructor(teacher: Teacher) {
    effect(() => {
      this.#of = teacher.taught.value;
      this.#monitor = undefined;
      this.#view = undefined;
      this.raised.value = false;
    });
  }

  /** Takes in the p-value of a frame. */
  observe(taught: Taught, features: Float32Array, pValue: number): void {
    if (taught !== this.#of) return;
    const now = performance.now();
    const isSame = this.#view !== undefined && cosine(this.#view, features) >= SAME_VIEW;
    if (isSame && now - this.#viewSince < VIEW_MS) return;
    this.#view = features;
    this.#viewSince = now;
    this.#monitor ??= taught.monitor();
    this.#monitor.observe([pValue]);
    if (this.#monitor.alarm) this.raised.value = true;
  }

  /** It listens on, from nothing. */
  dismiss(): void {
    this.#monitor?.reset();
    this.raised.value = false;
  }
}
