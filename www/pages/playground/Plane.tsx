import { useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { announce } from "../../shared/ui/announce";
import { oncePerFrame } from "../../shared/ui/dom";
import { cursor, middleOf, readoutOf, type Cell } from "./cursor";
import {
  classImage,
  contour,
  drawPoint,
  palette,
  ranks,
  scoreImage,
  strokeContour,
} from "./drawing";
import { CLASSES, GRID, UNKNOWN } from "./lesson.mjs";
import { gate, map, points, takeNearest, tool, touch } from "./page";
import { words } from "./texts";

const dark = matchMedia("(prefers-color-scheme: dark)");
/** Isolines of the height map. */
const LINES = 9;
/** A pen that is held down sets points at this distance, in pixels. */
const SPACING = 14;

/** The plane with its points: by class, or with the score's height. */
export function Plane({ kind }: { kind: "classes" | "score" }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const redraw = useRef(() => {});
  useEffect(() => {
    const { current: place } = canvas;
    if (place === null) return;
    redraw.current = oncePerFrame(() => draw(place, kind));
    const observer = new ResizeObserver(() => redraw.current());
    observer.observe(place);
    const onScheme = (): void => redraw.current();
    dark.addEventListener("change", onScheme);
    return () => {
      observer.disconnect();
      dark.removeEventListener("change", onScheme);
    };
  }, []);
  useSignalEffect(() => {
    points.value;
    map.value;
    gate.value;
    cursor.value;
    redraw.current();
  });
  const t = words.value.plane;
  const last = useRef<readonly [number, number]>([0, 0]);
  const shared = {
    ref: canvas,
    class: "plane",
    onPointerLeave: () => (cursor.value = undefined),
  };
  if (kind === "score") {
    return (
      <canvas
        {...shared}
        role="img"
        aria-label={t.scoreLabel}
        onPointerMove={(event) => (cursor.value = cellAt(event))}
      />
    );
  }
  return (
    <canvas
      {...shared}
      id="plane"
      tabIndex={0}
      role="application"
      aria-label={t.label(points.value.length)}
      aria-describedby="plane-keys"
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        last.current = [event.clientX, event.clientY];
        touch(...planeAt(event));
      }}
      onPointerMove={(event) => {
        cursor.value = cellAt(event);
        if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
        const [x, y] = last.current;
        if (Math.hypot(event.clientX - x, event.clientY - y) < SPACING) return;
        last.current = [event.clientX, event.clientY];
        touch(...planeAt(event));
      }}
      onKeyDown={onKey}
      onBlur={() => (cursor.value = undefined)}
    />
  );
}

type OnCanvas = PointerEvent & { currentTarget: HTMLCanvasElement };

/** Where in the square from -1 to 1; a captured pointer may lie beyond it. */
function planeAt(event: OnCanvas): [x: number, y: number] {
  const { left, top, width, height } = event.currentTarget.getBoundingClientRect();
  const inside = (value: number): number => Math.min(1, Math.max(-1, value));
  return [
    inside(((event.clientX - left) / width) * 2 - 1),
    inside(1 - ((event.clientY - top) / height) * 2),
  ];
}

function cellAt(event: OnCanvas): Cell {
  const [x, y] = planeAt(event);
  const cell = (value: number): number => Math.min(GRID - 1, Math.floor(((value + 1) / 2) * GRID));
  return { row: cell(-y), column: cell(x) };
}

const MOVES: Readonly<Record<string, readonly [rows: number, columns: number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

function onKey(event: KeyboardEvent): void {
  const at = cursor.peek() ?? { row: GRID / 2, column: GRID / 2 };
  const { row, column } = at;
  const move = MOVES[event.key];
  const [x, y] = middleOf(at);
  if (move !== undefined) {
    const far = event.shiftKey ? 1 : 4;
    const within = (cell: number): number => Math.min(GRID - 1, Math.max(0, cell));
    cursor.value = { row: within(row + far * move[0]), column: within(column + far * move[1]) };
  } else if (event.key === "Enter" || event.key === " ") {
    cursor.value = at;
    if (tool.peek() === "erase") takeNearest(x, y);
    else touch(x, y);
  } else if (event.key === "Delete" || event.key === "Backspace") takeNearest(x, y);
  else return;
  event.preventDefault();
  announce(readoutOf(cursor.peek(), words.peek()));
}

function draw(place: HTMLCanvasElement, kind: "classes" | "score"): void {
  const size = Math.max(1, Math.round(place.clientWidth * devicePixelRatio));
  if (place.width !== size) place.width = place.height = size;
  const context = place.getContext("2d");
  if (context === null) return;
  const colours = palette(CLASSES);
  context.fillStyle = `rgb(${colours.paper.join(" ")})`;
  context.fillRect(0, 0, size, size);
  const now = map.peek();
  const set = gate.peek();
  context.lineJoin = "round";
  if (now !== undefined) {
    const rank = ranks(now.score);
    const image = kind === "classes" ? classImage(now, set, colours) : scoreImage(rank, colours);
    const cells = new OffscreenCanvas(GRID, GRID);
    cells.getContext("2d")?.putImageData(image, 0, 0);
    context.imageSmoothingQuality = "high";
    context.drawImage(cells, 0, 0, size, size);
    context.strokeStyle = colours.ink;
    if (kind === "score") {
      context.lineWidth = Math.max(1, size / 900);
      context.globalAlpha = 0.35;
      for (let line = 1; line <= LINES; line++)
        strokeContour(context, contour(rank, line / (LINES + 1)), size);
      context.globalAlpha = 1;
    }
    if (set !== undefined) {
      context.lineWidth = Math.max(2, size / 220);
      strokeContour(context, contour(now.score, set.threshold), size);
    }
  }
  for (const point of points.peek()) {
    if (kind === "classes" || point.label === UNKNOWN) drawPoint(context, point, size, colours);
  }
  drawCursor(context, size, colours.ink);
}

function drawCursor(context: CanvasRenderingContext2D, size: number, ink: string): void {
  const at = cursor.peek();
  if (at === undefined) return;
  const cell = size / GRID;
  const [x, y] = [(at.column + 0.5) * cell, (at.row + 0.5) * cell];
  const arm = 1.6 * cell;
  context.strokeStyle = ink;
  context.lineWidth = Math.max(1, size / 500);
  context.beginPath();
  context.moveTo(x - arm, y);
  context.lineTo(x + arm, y);
  context.moveTo(x, y - arm);
  context.lineTo(x, y + arm);
  context.stroke();
}
