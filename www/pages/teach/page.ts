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
import { Motion } from "./motion";
import { isMotion, rowOf } from "../../shared/state/motion-window";
import { Tray } from "./tray";
import { written } from "./written";

/** What the components of this page share: there is one of each. */
export const project = new Project();
/** A new project starts with two classes: one alone has nothing to be told from. */
export const projects = new Projects(project, () => {
  for (const n of [1, 2]) project.addClass(text.peek().className(n));
});
/** Whether its rows are windows of a motion sensor. */
export const ofMotion = computed(
  () => project.kind.value === "numbers" && isMotion(project.columns.value),
);
/** The texts of this project's kind. */
export const kindText = computed(() => ({
  ...text.value.kinds[project.kind.value],
  ...(ofMotion.value && text.value.motion.kind),
}));
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
export const motion = new Motion((samples, begun) => {
  const features = rowOf(samples);
  if (ofMotion.peek()) live.sense({ features, words: written(features, 3) }, begun);
});
/** What a recording is made with. */
export const sensor = computed(() => (ofMotion.value ? motion : camera));
export const tray = new Tray(project, teacher, (error) => (live.fault.value = error));
export const alarm = new Alarm(teacher);
export const live = new Live({ project, teacher, ...backbones, tray, alarm });
