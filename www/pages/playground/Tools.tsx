import { CLASSES, shape, shapes, UNKNOWN } from "./lesson.mjs";
import { points, tool } from "./page";
import { words } from "./texts";

/** What a press sets, and drawings of points to begin with. */
export function Tools() {
  const w = words.value;
  const all = [...Array.from({ length: CLASSES }, (_, label) => label), UNKNOWN, "erase"] as const;
  const nameOf = (of: number | "erase"): string =>
    of === "erase" ? w.tools.erase : of === UNKNOWN ? w.tools.unknown : w.className(of);
  return (
    <div class="tools">
      <fieldset class="field">
        <legend>{w.tools.legend}</legend>
        <div class="chips">
          {all.map((of) => (
            <label key={of}>
              <input
                type="radio"
                name="tool"
                value={of}
                checked={tool.value === of}
                onChange={() => (tool.value = of)}
              />
              <span>
                {of !== "erase" && (
                  <i
                    class="swatch"
                    style={`--colour: var(${of === UNKNOWN ? "--out-of-scope" : `--class-${of}`})`}
                  />
                )}
                {nameOf(of)}
              </span>
            </label>
          ))}
        </div>
        <p class="hint">{w.tools.unknownHint}</p>
      </fieldset>
      <div class="field shapes" role="group" aria-label={w.tools.shapes}>
        <span>{w.tools.shapes}</span>
        {shapes.map((name) => (
          <button key={name} type="button" onClick={() => (points.value = shape(name))}>
            {w.shapes[name]}
          </button>
        ))}
        <button type="button" onClick={() => (points.value = [])}>
          {w.tools.clear}
        </button>
      </div>
    </div>
  );
}
