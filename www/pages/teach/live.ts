import { batch, effect, signal } from "@preact/signals";
import { squareOf, squareOfFile, type PictureBackbone } from "../../shared/backbones/pictures";
import type { WordBackbone } from "../../shared/backbones/words";
import { readNumbers } from "../../shared/state/csv";
import { OodgateError, type Taught, type Verdict } from "../../shared/state/model";
import { nearest } from "../../shared/state/nearest";
import { newId, type Example, type Project } from "../../shared/state/project";
import type { Teacher } from "../../shared/state/teacher";
import type { Alarm } from "./alarm";
import { Frames } from "./frames";
import type { Seen, Tray } from "./tray";

/** How often the nearest examples are looked for, and the rate is reckoned. */
const NEAREST_MS = 250;
const RATE_MS = 1000;
const NEAREST = 4;
/** Of frames that are rejected, the tray gets one in this time. */
const STRAY_MS = 1000;
/** What is typed goes to the tray once it has stood for this time. */
const SETTLED_MS = 1500;

interface Recording {
  readonly classId: string;
  readonly session: string;
  /** When it began, on the clock of `performance`. */
  readonly begun: number;
  /** Lets the training begin. */
  readonly resume: () => void;
  ended: boolean;
}

interface Parts {
  readonly project: Project;
  readonly teacher: Teacher;
  readonly pictures: PictureBackbone;
  readonly words: WordBackbone;
  readonly tray: Tray;
  readonly alarm: Alarm;
}

/**
 * What the page looks at: frames of the camera, or one picture. It answers each, and records
 * those that are taught.
 */
export class Live {
  readonly verdict = signal<Verdict | undefined>(undefined);
  readonly nearest = signal<readonly Example[]>([]);
  readonly rate = signal(0);
  /** Verdicts so far. */
  readonly answers = signal(0);
  readonly asked = signal<Seen | undefined>(undefined);
  /** The sentence or the numbers that the verdict is of. */
  readonly answered = signal("");
  /** The sentence that is being written. */
  readonly question = signal("");
  /** The class that is being recorded. */
  readonly recording = signal<string | undefined>(undefined);
  readonly fault = signal<unknown>(undefined);

  readonly #project: Project;
  readonly #teacher: Teacher;
  readonly #pictures: PictureBackbone;
  readonly #words: WordBackbone;
  readonly #tray: Tray;
  readonly #alarm: Alarm;
  /** Goes up with each video, the same one with another camera included. */
  #watched = 0;
  #press: Recording | undefined;
  #looking = false;
  #nextWords: string | undefined;
  #reading = false;
  #judging = false;
  #frames = 0;
  #rateSince = 0;
  #nearestSince = 0;
  #straySince = 0;
  #settling: ReturnType<typeof setTimeout> | undefined;
  /** The last that was asked about and went to the tray: thrown away, it does not come back. */
  #gathered: Seen | undefined;

  constructor({ project, teacher, pictures, words, tray, alarm }: Parts) {
    this.#project = project;
    this.#teacher = teacher;
    this.#pictures = pictures;
    this.#words = words;
    this.#tray = tray;
    this.#alarm = alarm;
    effect(() => {
      project.id.value;
      this.asked.value = undefined;
      this.question.value = "";
    });
    effect(() => {
      this.#askWords(this.question.value).catch((error: unknown) => (this.fault.value = error));
    });
    effect(() => {
      // A new head, a new promise or another picture: the answer to the picture is a new one.
      const asked = this.asked.value;
      clearTimeout(this.#settling);
      teacher.promised.value;
      if (teacher.taught.value === undefined) this.#clear();
      if (asked !== undefined) void this.#judge(asked, "asked");
    });
  }

  /** Looks at this video until it is given another or none. */
  watch(video: HTMLVideoElement | undefined): void {
    this.#watched += 1;
    if (video === undefined) {
      this.stopRecording();
      if (this.asked.peek() === undefined) this.#clear();
      this.rate.value = 0;
    } else void this.#look(video);
  }

  async askPicture(file: Blob): Promise<void> {
    const { features, picture } = await this.#pictures.embed(await squareOfFile(file), true);
    if (picture !== undefined) this.asked.value = { picture, features };
  }

  /** While a sentence is looked at, of those that come only the latest is kept. */
  async #askWords(words: string): Promise<void> {
    this.#nextWords = words;
    if (this.#reading) return;
    this.#reading = true;
    try {
      while (this.#nextWords !== undefined) {
        const now = this.#nextWords.trim();
        this.#nextWords = undefined;
        const features = now === "" ? undefined : await this.#featuresOf(now);
        this.asked.value = features && { words: now, features };
      }
    } finally {
      this.#reading = false;
    }
  }

  /** Of a sentence, or of numbers: those of the project's columns, all of them. */
  async #featuresOf(words: string): Promise<Float32Array | undefined> {
    if (this.#project.kind.peek() === "words") return this.#words.embed(words);
    const numbers = readNumbers(words);
    return numbers?.length === this.#project.columns.peek().length ? numbers : undefined;
  }

  record(classId: string): void {
    this.stopRecording();
    this.asked.value = undefined;
    const resume = this.#teacher.pause();
    const begun = performance.now();
    this.#press = { classId, session: newId(), begun, resume, ended: false };
    this.recording.value = classId;
  }

  stopRecording(): void {
    const press = this.#press;
    if (press === undefined) return;
    press.ended = true;
    this.#press = undefined;
    this.recording.value = undefined;
    // A frame that is being looked at belongs to the press; the training begins after it.
    if (!this.#looking) press.resume();
  }

  /** A window of a sensor. What began before the press is no part of the recording. */
  sense(seen: Seen, begun: number): void {
    const press = this.#press;
    if (press !== undefined && begun >= press.begun) {
      const { classId, session } = press;
      this.#project.addExamples([{ id: newId(), classId, session, ...seen }]);
    }
    if (this.asked.peek() !== undefined) return;
    void this.#judge(seen, press === undefined ? "stream" : "recorded");
    this.#countFrame();
  }

  async #look(video: HTMLVideoElement): Promise<void> {
    const turn = this.#watched;
    try {
      await this.#pictures.load();
      const frames = new Frames(video);
      while (turn === this.#watched) {
        await frames.next();
        if (turn === this.#watched && this.asked.peek() === undefined) await this.#frame(video);
      }
    } catch (error) {
      this.fault.value = error;
    }
  }

  async #frame(video: HTMLVideoElement): Promise<void> {
    const press = this.#press;
    this.#looking = true;
    try {
      // Between two streams, or before the first frame is decoded, there is nothing to be had: the
      // next frame is looked at.
      const square = await squareOf(video).catch(() => undefined);
      if (square === undefined) return;
      const isStray = press === undefined && this.#wantsStray();
      const seen = await this.#pictures.embed(square, press !== undefined || isStray);
      const { features, picture } = seen;
      if (press !== undefined && picture !== undefined) {
        const { classId, session } = press;
        this.#project.addExamples([{ id: newId(), classId, session, features, picture }]);
      }
      // Not waited for: the next frame is looked at while this one is judged.
      if (this.asked.peek() === undefined)
        void this.#judge(seen, press === undefined ? "stream" : "recorded");
      this.#countFrame();
    } finally {
      this.#looking = false;
      if (press?.ended) press.resume();
    }
  }

  /**
   * A frame that comes while another is judged is not judged; a picture that was asked about
   * always is.
   */
  async #judge(seen: Seen, from: "asked" | "stream" | "recorded"): Promise<void> {
    const { features } = seen;
    const taught = this.#teacher.taught.peek();
    if (taught === undefined || (this.#judging && from !== "asked")) return;
    this.#judging = true;
    try {
      const verdict = await taught.judge(features);
      if (this.#teacher.taught.peek() !== taught) return;
      batch(() => {
        this.verdict.value = verdict;
        const asked = this.asked.peek();
        this.answered.value = (asked === seen ? asked.words : undefined) ?? "";
        this.answers.value += 1;
      });
      // What is recorded is about to be taught.
      if (from !== "recorded" && verdict.gate?.accepted === false) this.#gather(seen);
      // Windows of a sensor have words; the alarm cannot tell how alike two of them are.
      if (from === "stream" && verdict.gate !== undefined && seen.words === undefined)
        this.#alarm.observe(taught, features, verdict.gate.pValue);
      this.#findNearest(taught, features, from === "asked");
    } catch (error) {
      // Its successor judges the next frame.
      if (!(error instanceof OodgateError && error.code === "disposed")) this.fault.value = error;
    } finally {
      this.#judging = false;
    }
  }

  /** Whether the next frame is to be kept as a picture: it will be rejected like the last one. */
  #wantsStray(): boolean {
    return (
      this.verdict.peek()?.gate?.accepted === false &&
      // What has just been recorded is unknown only until it is learned.
      this.#teacher.lesson.peek().kind === "ready" &&
      performance.now() - this.#straySince >= STRAY_MS
    );
  }

  #gather(seen: Seen): void {
    if (seen !== this.asked.peek()) {
      const isShown = seen.picture !== undefined || seen.words !== undefined;
      if (!isShown || !this.#wantsStray()) return;
      this.#straySince = performance.now();
      this.#tray.offer(seen, true);
      return;
    }
    clearTimeout(this.#settling);
    if (seen === this.#gathered) return;
    const take = (): void => {
      this.#gathered = seen;
      this.#tray.offer(seen, false);
    };
    if (seen.words === undefined) take();
    else this.#settling = setTimeout(take, SETTLED_MS);
  }

  #findNearest(taught: Taught, features: Float32Array, now: boolean): void {
    const time = performance.now();
    if (!now && time - this.#nearestSince < NEAREST_MS) return;
    this.#nearestSince = time;
    this.nearest.value = nearest(features, this.#project.taught.peek(), NEAREST, (a, b) =>
      taught.likeness(a, b),
    );
  }

  #countFrame(): void {
    this.#frames += 1;
    const now = performance.now();
    if (now - this.#rateSince < RATE_MS) return;
    // The first second after a pause says nothing.
    this.rate.value =
      now - this.#rateSince < 2 * RATE_MS ? (this.#frames * 1000) / (now - this.#rateSince) : 0;
    this.#rateSince = now;
    this.#frames = 0;
  }

  #clear(): void {
    this.verdict.value = undefined;
    this.nearest.value = [];
  }
}
