import { computed, signal } from "@preact/signals";
import type { Loading } from "../../shared/backbones/backbone";
import { PictureBackbone } from "../../shared/backbones/pictures";
import { WordBackbone } from "../../shared/backbones/words";
import { Project } from "../../shared/state/project";
import { Projects } from "../../shared/state/projects";
import { Teacher } from "../../shared/state/teacher";
import { text } from "../../shared/ui/texts";
import { Alarm } from "./alarm";
import { Camera } from "./camera";
import { Live } from "./live";
import { Tray } from "./tray";

/** What the components of this page share: there is one of each. */
export const project = new Project();
/** A new project starts with two classes: one alone has nothing to be told from. */
export const projects = new Projects(project, () => {
  for (const n of [1, 2]) project.addClass(text.peek().className(n));
});
/** The texts of this project's kind. */
export const kindText = computed(() => text.value.kinds[project.kind.value]);
export const teacher = new Teacher(project);
export const backbones = {
  pictures: new PictureBackbone(),
  words: new WordBackbone(),
  // Numbers are features already.
  numbers: { loading: signal<Loading>({ kind: "ready" }), load: async (): Promise<void> => {} },
};
/** The one that this project needs. */
export const backbone = computed(() => backbones[project.kind.value]);
export const camera = new Camera();
export const tray = new Tray(project, teacher, (error) => (live.fault.value = error));
export const alarm = new Alarm(teacher);
export const live = new Live({ project, teacher, ...backbones, tray, alarm });
