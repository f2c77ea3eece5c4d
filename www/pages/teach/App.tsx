import { useSignalEffect } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Header } from "../../shared/ui/Header";
import { text } from "../../shared/ui/texts";
import { ClassList } from "./ClassList";
import { askFile, filesOf } from "./files";
import { KindChoice } from "./KindChoice";
import { Notices } from "./Notices";
import { backbone, camera, kindText, motion, ofMotion, project, projects } from "./page";
import { TrayPanel } from "./TrayPanel";
import { Watch } from "./Watch";
import { WatchMotion } from "./WatchMotion";
import { WatchNumbers } from "./WatchNumbers";
import { WatchWords } from "./WatchWords";
import { Why } from "./Why";

export function App() {
  useSignalEffect(() => {
    document.title = text.value.title;
  });
  useEffect(start, []);
  useSignalEffect(() => {
    // Once it is known which is needed, and after the first paint: the page is there before the
    // models begin to come.
    if (project.id.value === "" && projects.saving.value.kind === "opening") return;
    const { value: needed } = backbone;
    requestAnimationFrame(() => setTimeout(() => void needed.load().catch(() => {}), 0));
    if (project.kind.value !== "pictures") camera.stop();
  });
  useSignalEffect(() => {
    if (project.kind.value !== "numbers") motion.stop();
  });
  return (
    <>
      <a class="skip" href="#classes">
        {text.value.skip}
      </a>
      <Header current="teach" />
      <main class="wrap teach">
        <div class="intro">
          <h1>{text.value.heading}</h1>
          <p class="lede">{kindText.value.lede}</p>
          <KindChoice />
        </div>
        <div class="live-panel">
          <KindOfWatch />
          <Why />
        </div>
        <ClassList />
        <TrayPanel />
        <Notices />
      </main>
    </>
  );
}

function KindOfWatch() {
  const { value: kind } = project.kind;
  if (kind === "words") return <WatchWords />;
  if (ofMotion.value) return <WatchMotion />;
  if (kind === "numbers") return <WatchNumbers />;
  return <Watch />;
}

function start(): () => void {
  const paste = (event: ClipboardEvent): void => {
    const [file] = filesOf(event.clipboardData);
    if (file !== undefined && !event.defaultPrevented && project.kind.value === "pictures")
      void askFile(file);
  };
  // What is dropped beside its place is not to take the page away.
  const keepPage = (event: Event): void => event.preventDefault();
  document.addEventListener("paste", paste);
  document.addEventListener("dragover", keepPage);
  document.addEventListener("drop", keepPage);
  return () => {
    document.removeEventListener("paste", paste);
    document.removeEventListener("dragover", keepPage);
    document.removeEventListener("drop", keepPage);
  };
}
