import { PictureBackbone } from "../../shared/backbones/pictures";
import { Project } from "../../shared/state/project";
import { Teacher } from "../../shared/state/teacher";
import { Camera } from "./camera";
import { Live } from "./live";

/** What the components of this page share: there is one of each. */
export const project = new Project();
export const teacher = new Teacher(project);
export const backbone = new PictureBackbone();
export const camera = new Camera();
export const live = new Live(project, teacher, backbone);
