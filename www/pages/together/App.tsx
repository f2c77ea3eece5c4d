import { useSignalEffect } from "@preact/signals";
import { Header } from "../../shared/ui/Header";
import { Joining } from "./Joining";
import { Simulation } from "./Simulation";
import { words } from "./texts";

export function App() {
  useSignalEffect(() => {
    document.title = words.value.title;
  });
  const t = words.value;
  return (
    <>
      <a class="skip" href="#simulation">
        {t.skip}
      </a>
      <Header current="together" />
      <main class="wrap together">
        <div class="intro">
          <h1>{t.heading}</h1>
          <p class="lede">{t.lede}</p>
        </div>
        <Simulation />
        <Joining />
        <section class="panel" aria-labelledby="server-heading">
          <h2 id="server-heading">{t.server.heading}</h2>
          <p class="hint">{t.server.hint}</p>
          <pre tabIndex={0}>
            <code>npm run together</code>
          </pre>
        </section>
      </main>
    </>
  );
}
