import { useEffect } from "preact/hooks";
import { Header } from "../../shared/ui/Header";
import { Contenders } from "./Contenders";
import { Draw } from "./Draw";
import { start } from "./page";
import { ScoreTable } from "./ScoreTable";
import { words } from "./texts";
import { Training } from "./Training";
import { Where } from "./Where";

const LICENCE = "https://creativecommons.org/licenses/by/4.0/";

export function App() {
  useEffect(start, []);
  const w = words.value;
  return (
    <>
      {/* The address after # holds the settings, so the link moves the focus itself. */}
      <a
        class="skip"
        href="#train"
        onClick={(event) => {
          event.preventDefault();
          document.getElementById("train")?.focus();
        }}
      >
        {w.skip}
      </a>
      <Header current="logitnorm" />
      <main>
        <div class="wrap intro">
          <h1>{w.heading}</h1>
          <p class="lede">{w.lede}</p>
        </div>
        <div class="wrap first">
          <Training />
          <Draw />
        </div>
        <Contenders />
        <ScoreTable />
        <Where />
      </main>
      <footer class="wrap">
        <p>
          {w.sources.before}
          <a href={LICENCE} rel="license noreferrer">
            CC BY 4.0
          </a>
          {w.sources.after}
        </p>
      </footer>
    </>
  );
}
