import { useEffect } from "preact/hooks";
import { Header } from "../../shared/ui/Header";
import { Controls } from "./Controls";
import { start } from "./page";
import { Plane } from "./Plane";
import { Readout } from "./Readout";
import { Status } from "./Status";
import { Tools } from "./Tools";
import { words } from "./texts";

export function App() {
  useEffect(start, []);
  const w = words.value;
  return (
    <>
      {/* The address after # holds the settings, so the link moves the focus itself. */}
      <a
        class="skip"
        href="#plane"
        onClick={(event) => {
          event.preventDefault();
          document.getElementById("plane")?.focus();
        }}
      >
        {w.skip}
      </a>
      <Header current="playground" />
      <main class="wrap playground">
        <div class="intro">
          <h1>{w.heading}</h1>
          <p class="lede">{w.lede}</p>
        </div>
        <div class="stage">
          <Tools />
          <div class="planes">
            <figure>
              <figcaption>{w.plane.classes}</figcaption>
              <Plane kind="classes" />
            </figure>
            <figure>
              <figcaption>{w.plane.score}</figcaption>
              <Plane kind="score" />
            </figure>
          </div>
          <Readout />
          <p class="hint" id="plane-keys">
            {w.plane.keys}
          </p>
          <p class="hint">{w.plane.directions}</p>
        </div>
        <div class="side">
          <Controls />
          <Status />
        </div>
      </main>
    </>
  );
}
