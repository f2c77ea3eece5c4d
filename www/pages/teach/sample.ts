import { batch } from "@preact/signals";
import { draw, type Drawing } from "../../shared/samples/draw.mjs";
import { move, type Movement } from "../../shared/samples/move.mjs";
import { cafe, stranger, workshop } from "../../shared/samples/words";
import { newId } from "../../shared/state/project";
import { text } from "../../shared/ui/texts";
import { addPictures, addWords } from "./files";
import { motionColumns, rowOf, WINDOW_MS } from "../../shared/state/motion-window";
import { live, project } from "./page";
import { written } from "./written";

const SESSIONS = [0, 1];
const FRAMES = 20;
const SIZE = { width: 320, height: 240 } as const;

/**
 * Something to try without a camera: two things taught in two sessions each, and a third to ask
 * about.
 */
export async function teachSample(): Promise<void> {
  const kind = project.kind.value;
  const names = text.value.sample[kind];
  const [first, second] = project.classes.value;
  if (first === undefined || second === undefined) return;
  batch(() => {
    project.name.value = text.value.sample.name;
    project.changeClass(first.id, { name: names.first });
    project.changeClass(second.id, { name: names.second });
  });
  try {
    if (kind === "words") {
      await addWords(first.id, cafe);
      await addWords(second.id, workshop);
      live.question.value = stranger;
    } else if (kind === "numbers") teachMoves(first.id, second.id);
    else {
      for (const session of SESSIONS) {
        await teachDrawing(first.id, "mug", session);
        await teachDrawing(second.id, "plant", session);
      }
      const [ball] = await draw({ ...SIZE, thing: "ball", session: 3, frames: 1 });
      if (ball !== undefined) await live.askPicture(ball);
    }
  } catch (error) {
    live.fault.value = error;
  }
}

/** Windows of two movements, and one of a third to ask about. */
function teachMoves(first: string, second: string): void {
  batch(() => {
    project.columns.value = motionColumns;
    for (const session of SESSIONS) {
      const moves = [[first, "shake"], [second, "circle"]] as const;
      for (const [classId, movement] of moves) {
        const recording = newId();
        const examples = windows(movement, session, FRAMES).map((features) => ({
          id: newId(),
          classId,
          session: recording,
          features,
          words: written(features, 3),
        }));
        project.addExamples(examples);
      }
    }
  });
  const [features] = windows("pour", 3, 1);
  if (features !== undefined) live.asked.value = { features, words: written(features, 3) };
}

const RATE = 60;
/** From one window to the next, in samples. */
const STEP = 15;

function windows(movement: Movement["movement"], session: number, count: number): Float32Array[] {
  const length = (WINDOW_MS / 1000) * RATE;
  const seconds = (length + STEP * count) / RATE;
  const samples = move({ movement, session, seconds, rate: RATE }).map((axes, i) => ({
    time: (i * 1000) / RATE,
    axes,
  }));
  return Array.from({ length: count }, (_, i) =>
    rowOf(samples.slice(i * STEP, i * STEP + length)),
  );
}

async function teachDrawing(
  classId: string,
  thing: Drawing["thing"],
  session: number,
): Promise<void> {
  const files = await draw({ ...SIZE, thing, session, frames: FRAMES });
  const recording = newId();
  await addPictures(
    classId,
    files.map((file) => ({ file, name: thing, session: recording })),
  );
}
