import { useSignalEffect } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Header } from "../../shared/ui/Header";
import { text } from "../../shared/ui/texts";
import { ClassList } from "./ClassList";
import { askFile, filesOf } from "./files";
import { backbone, projects } from "./page";
import { Undo } from "./Undo";
import { Watch } from "./Watch";
import { Why } from "./Why";

export function App() {
  useSignalEffect(() => {
    document.title = text.value.title;
    document.documentElement.lang = text.value.language;
  });
  useEffect(start, []);
  return (
    <>
      <a class="skip" href="#classes">
        {text.value.skip}
      </a>
      <Header current="teach" />
      <main class="wrap teach">
        <div class="intro">
          <h1>{text.value.heading}</h1>
          <p class="lede">{text.value.lede}</p>
        </div>
        <div class="live-panel">
          <Watch />
          <Why />
        </div>
        <ClassList />
      </main>
      <Undo />
    </>
  );
}

function start(): () => void {
  void projects.start();
  // After the first paint: the page is there before 18 MB of models begin to come.
  requestAnimationFrame(() => setTimeout(() => void backbone.load().catch(() => {}), 0));
  const paste = (event: ClipboardEvent): void => {
    const [file] = filesOf(event.clipboardData);
    if (file !== undefined && !event.defaultPrevented) void askFile(file);
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
