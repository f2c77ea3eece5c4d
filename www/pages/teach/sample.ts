import { batch } from "@preact/signals";
import { draw, type Drawing } from "../../shared/samples/draw.mjs";
import { cafe, stranger, workshop } from "../../shared/samples/words";
import { newId } from "../../shared/state/project";
import { text } from "../../shared/ui/texts";
import { addPictures, addWords } from "./files";
import { live, project } from "./page";

const SESSIONS = [0, 1];
const FRAMES = 20;
const SIZE = { width: 320, height: 240 } as const;

/**
 * Something to try without a camera: two things taught in two sessions each, and a third to ask
 * about.
 */
export async function teachSample(): Promise<void> {
  const kind = project.kind.value;
  if (kind === "numbers") return;
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
    } else {
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
