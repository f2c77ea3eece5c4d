import { PictureBackbone } from "../../shared/backbones/pictures";
import { Project } from "../../shared/state/project";
import { Projects } from "../../shared/state/projects";
import { Teacher } from "../../shared/state/teacher";
import { text } from "../../shared/ui/texts";
import { Camera } from "./camera";
import { Live } from "./live";

/** What the components of this page share: there is one of each. */
export const project = new Project();
/** A new project starts with two classes: one alone has nothing to be told from. */
export const projects = new Projects(project, () => {
  for (const n of [1, 2]) project.addClass(text.peek().className(n));
});
export const teacher = new Teacher(project);
export const backbone = new PictureBackbone();
export const camera = new Camera();
export const live = new Live(project, teacher, backbone);
