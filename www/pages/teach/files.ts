import { signal } from "@preact/signals";
import { squareOfFile } from "../../shared/backbones/pictures";
import { linesOf } from "../../shared/state/lines";
import { newId } from "../../shared/state/project";
import { backbones, live, project, teacher } from "./page";

/** How far a drop has come, and which files were no pictures. */
export const reading = signal<
  { readonly classId: string; readonly done: number; readonly all: number } | undefined
>(undefined);
export const refused = signal<readonly string[]>([]);

let queue: Promise<void> = Promise.resolve();

interface NewPicture {
  readonly file: Blob;
  readonly name: string;
  readonly session: string;
}

/** Pictures in files become examples of a class, each a session of its own. */
export function addFiles(classId: string, files: readonly File[]): Promise<void> {
  return addPictures(
    classId,
    files.map((file) => ({ file, name: file.name, session: newId() })),
  );
}

/** Drops that come while another is read wait for their turn. */
export function addPictures(classId: string, pictures: readonly NewPicture[]): Promise<void> {
  return (queue = queue.then(() => addPicturesNow(classId, pictures)));
}

async function addPicturesNow(classId: string, pictures: readonly NewPicture[]): Promise<void> {
  refused.value = [];
  const resume = teacher.pause();
  try {
    for (const [i, { file, name, session }] of pictures.entries()) {
      reading.value = { classId, done: i, all: pictures.length };
      const bitmap = await squareOfFile(file).catch(() => undefined);
      if (bitmap === undefined) {
        refused.value = [...refused.value, name];
        continue;
      }
      const { features, picture } = await backbones.pictures.embed(bitmap, true);
      // Its class may have been removed in the meantime.
      if (picture === undefined || project.nameOf(classId) === "") continue;
      project.addExamples([{ id: newId(), classId, session, features, picture }]);
    }
  } catch (error) {
    live.fault.value = error;
  } finally {
    reading.value = undefined;
    resume();
  }
}

/** Each line of a text file is a sentence. */
export async function addWordsFiles(classId: string, files: readonly File[]): Promise<void> {
  for (const file of files) addWords(classId, await file.text());
}

/**
 * Lines become examples of a class, each a session of its own. Those that the class has are not
 * added again.
 */
export function addWords(classId: string, lines: string): Promise<void> {
  return (queue = queue.then(() => addWordsNow(classId, lines)));
}

async function addWordsNow(classId: string, lines: string): Promise<void> {
  const known = new Set(project.examplesOf(classId).map(({ words }) => words));
  const fresh = [...new Set(linesOf(lines))].filter((line) => !known.has(line));
  const resume = teacher.pause();
  try {
    for (const [i, words] of fresh.entries()) {
      if (fresh.length > 1) reading.value = { classId, done: i, all: fresh.length };
      const features = await backbones.words.embed(words);
      if (project.nameOf(classId) === "") return;
      project.addExamples([{ id: newId(), classId, session: newId(), features, words }]);
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
    await live.askPicture(file);
  } catch {
    refused.value = [file.name];
  }
}

/**
 * Files of a drop or of the clipboard, whatever they are: those that are no pictures are refused
 * by name.
 */
export const filesOf = (transfer: DataTransfer | null): File[] => [...(transfer?.files ?? [])];
