import { signal } from "@preact/signals";
import { squareOfFile } from "../../shared/backbones/pictures";
import { newId } from "../../shared/state/project";
import { backbone, live, project, teacher } from "./page";

/** How far a drop has come, and which files were no pictures. */
export const reading = signal<{ readonly classId: string; readonly done: number; readonly all: number } | undefined>(undefined);
export const refused = signal<readonly string[]>([]);

let queue: Promise<void> = Promise.resolve();

/** Pictures in files become examples of a class, each a session of its own. */
export function addFiles(classId: string, files: readonly File[]): Promise<void> {
  return (queue = queue.then(() => addNow(classId, files)));
}

async function addNow(classId: string, files: readonly File[]): Promise<void> {
  refused.value = [];
  const resume = teacher.pause();
  try {
    for (const [i, file] of files.entries()) {
      reading.value = { classId, done: i, all: files.length };
      const bitmap = await squareOfFile(file).catch(() => undefined);
      if (bitmap === undefined) {
        refused.value = [...refused.value, file.name];
        continue;
      }
      const { features, picture } = await backbone.embed(bitmap, true);
      // Its class may have been removed in the meantime.
      if (picture === undefined || project.nameOf(classId) === "") continue;
      project.addExamples([{ id: newId(), classId, session: newId(), features, picture }]);
    }
  } catch (error) {
    live.fault.value = error;
  } finally {
    reading.value = undefined;
    resume();
  }
}

export async function askFile(file: File): Promise<void> {
  refused.value = [];
  try {
    await live.ask(file);
  } catch {
    refused.value = [file.name];
  }
}

/** Files of a drop or of the clipboard, whatever they are: those that are no pictures are refused by name. */
export const filesOf = (transfer: DataTransfer | null): File[] => [...(transfer?.files ?? [])];
