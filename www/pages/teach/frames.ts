/**
 * The frames of a video as they come. One that came while the last was being looked at is there
 * at once.
 */
export class Frames {
  readonly #video: HTMLVideoElement;
  #fresh = false;
  #wake: (() => void) | undefined;

  constructor(video: HTMLVideoElement) {
    this.#video = video;
    this.#arm();
  }

  async next(): Promise<void> {
    if (!this.#fresh) await new Promise<void>((resolve) => (this.#wake = resolve));
    this.#fresh = false;
  }

  #arm(): void {
    const come = (): void => {
      this.#fresh = true;
      this.#wake?.();
      this.#wake = undefined;
      // A video without a stream shows nothing more.
      if (this.#video.srcObject !== null) this.#arm();
    };
    if ("requestVideoFrameCallback" in this.#video) this.#video.requestVideoFrameCallback(come);
    else requestAnimationFrame(come);
  }
}
