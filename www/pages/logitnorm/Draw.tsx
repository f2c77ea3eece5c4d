import { useEffect, useRef } from "preact/hooks";
import * as format from "../../shared/ui/format";
import { losses } from "./duel";
import { named } from "./judged";
import { fitted, pixels, said, shown, strokes, temperatures } from "./page";
import { SIDE, type Loss } from "./recipe.mjs";
import { drawnDigits, type Point } from "./strokes.mjs";
import { words } from "./texts";

/** Pixels of the canvas; a style sheet says how large it is. */
const CANVAS = 280;
const PEN = 22;

/** A canvas to draw a digit on, and what both networks say to it. */
export function Draw() {
  const t = words.value.draw;
  return (
    <section class="draw" aria-labelledby="draw-heading">
      <h2 id="draw-heading">{t.heading}</h2>
      <p class="hint">{t.hint}</p>
      <div class="ready-made" role="group" aria-label={t.hint}>
        {drawnDigits.map((drawing, digit) => (
          <button
            key={digit}
            type="button"
            aria-label={t.ready(digit)}
            onClick={() => (strokes.value = drawing)}
          >
            {digit}
          </button>
        ))}
        <button type="button" onClick={() => (strokes.value = [])}>
          {t.clear}
        </button>
      </div>
      <div class="drawing">
        <Canvas />
        <Seen />
      </div>
      <div class="said" aria-busy={said.value !== undefined && said.value.of !== pixels.value}>
        {losses.map((loss) => (
          <Answer key={loss} loss={loss} />
        ))}
      </div>
    </section>
  );
}

function Canvas() {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { value: drawn } = strokes;
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (canvas.current === null || !context) return;
    context.clearRect(0, 0, CANVAS, CANVAS);
    context.strokeStyle = getComputedStyle(canvas.current).color;
    context.lineWidth = PEN;
    context.lineCap = context.lineJoin = "round";
    for (const stroke of drawn) {
      context.beginPath();
      for (const [x, y] of stroke) context.lineTo(x * CANVAS, y * CANVAS);
      // A dot is a line too.
      const [first] = stroke;
      if (stroke.length === 1 && first) context.lineTo(first[0] * CANVAS, first[1] * CANVAS);
      context.stroke();
    }
  }, [drawn]);
  const t = words.value.draw;
  return (
    <canvas
      ref={canvas}
      class="pad"
      width={CANVAS}
      height={CANVAS}
      role="img"
      aria-label={drawn.length === 0 ? `${t.canvas}. ${t.empty}` : t.canvas}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        strokes.value = [...strokes.peek(), [place(event)]];
      }}
      onPointerMove={(event) => {
        if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
        const all = strokes.peek();
        const last = all.at(-1) ?? [];
        strokes.value = all.with(-1, [...last, place(event)]);
      }}
    />
  );
}

function place(event: PointerEvent & { currentTarget: HTMLCanvasElement }): Point {
  const { left, top, width, height } = event.currentTarget.getBoundingClientRect();
  return [(event.clientX - left) / width, (event.clientY - top) / height];
}

/** The drawing in the networks' 28 x 28 pixels. */
function Seen() {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { value: now } = pixels;
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    const image = context.createImageData(SIDE, SIDE);
    const grey = new Uint8ClampedArray(SIDE * SIDE).map((_, i) => 255 * (now?.[i] ?? 0));
    grey.forEach((value, i) => image.data.set([value, value, value, 255], 4 * i));
    context.putImageData(image, 0, 0);
  }, [now]);
  const t = words.value.draw;
  return (
    <figure class="seen">
      <canvas ref={canvas} width={SIDE} height={SIDE} role="img" aria-label={t.seen} />
      <figcaption class="hint">{t.seen}</figcaption>
    </figure>
  );
}

/** The name of a class of the networks on show. */
export function className(index: number): string {
  const number = shown.value?.classes[index] ?? index;
  return shown.value?.setting === "reversed"
    ? String(number)
    : (words.value.classes[number] ?? String(number));
}

function Answer({ loss }: { loss: Loss }) {
  const w = words.value;
  const t = w.draw;
  const answer = said.value?.answers[loss];
  const temperature = fitted.value ? (temperatures.value?.[loss] ?? 1) : 1;
  const answered = answer && named(answer.logits, answer.logits.length, temperature);
  const shares = answered?.probabilities;
  const probability = answered?.probability[0];
  const best = answered?.index[0] ?? -1;
  const gate = answer?.gate;
  const p = gate && format.pValue(gate.pValue);
  return (
    <article
      class="answer"
      data-loss={loss}
      data-probability={probability?.toFixed(4)}
      aria-labelledby={`${loss}-answer`}
    >
      <h3 id={`${loss}-answer`}>{w.losses[loss]}</h3>
      {probability === undefined ? (
        <p class="hint called">{t.waiting}</p>
      ) : (
        <p class="called">
          {t.calls} <b>{className(best)}</b>
          <span class="sure">
            <b>{w.percent(probability)}</b> {t.sure}
          </span>
        </p>
      )}
      <p class={`hint gate ${gate === undefined ? "" : gate.accepted ? "accepted" : "rejected"}`}>
        {answer !== undefined &&
          (gate === undefined
            ? t.later
            : gate.accepted
              ? t.accepted(p ?? "")
              : t.rejected(p ?? ""))}
      </p>
      <div class="bars" role="group" aria-label={t.bars(w.losses[loss])}>
        {Array.from({ length: shown.value?.classes.length ?? 10 }, (_, index) => (
          <div key={index} class="bar">
            <span class="bar-name">{className(index)}</span>
            <span class="bar-track" aria-hidden="true">
              <span
                class={`bar-fill ${index === best ? "best" : ""}`}
                style={`transform: scaleX(${(shares?.[index] ?? 0).toFixed(4)})`}
              />
            </span>
            <span class="bar-share">
              {shares === undefined ? "–" : `${Math.round(100 * (shares[index] ?? 0))} %`}
            </span>
          </div>
        ))}
      </div>
    </article>
  );
}
