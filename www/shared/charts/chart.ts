import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

/** The page's colours as the canvas needs them. */
export interface Theme {
  readonly ink: string;
  readonly muted: string;
  readonly grid: string;
  readonly inScope: string;
  readonly inScopeFill: string;
  readonly outOfScope: string;
  readonly outOfScopeFill: string;
  readonly font: string;
}

function theme(): Theme {
  const style = getComputedStyle(document.documentElement);
  const value = (name: string): string => style.getPropertyValue(name).trim();
  return {
    ink: value("--ink"),
    muted: value("--muted"),
    grid: value("--grid"),
    inScope: value("--in-scope"),
    inScopeFill: value("--in-scope-fill"),
    outOfScope: value("--out-of-scope"),
    outOfScopeFill: value("--out-of-scope-fill"),
    font: `12px ${getComputedStyle(document.body).fontFamily}`,
  };
}

const darkScheme = matchMedia("(prefers-color-scheme: dark)");

/**
 * A uPlot in an element: as wide as the element, as high as the style sheet says, redrawn when either changes or when the
 * colour scheme does.
 */
export class Chart {
  readonly #place: HTMLElement;
  readonly #options: (theme: Theme) => Omit<uPlot.Options, "width" | "height">;
  readonly #onPlot: (plot: uPlot) => void;
  #data: uPlot.AlignedData;
  #plot: uPlot;

  /** `onPlot` is called with each new plot (there is a new one when the colours change). */
  constructor(
    place: HTMLElement,
    data: uPlot.AlignedData,
    options: (theme: Theme) => Omit<uPlot.Options, "width" | "height">,
    onPlot: (plot: uPlot) => void = () => {},
  ) {
    this.#place = place;
    this.#data = data;
    this.#options = options;
    this.#onPlot = onPlot;
    this.#plot = this.#create();
    darkScheme.addEventListener("change", () => {
      this.#plot.destroy();
      this.#plot = this.#create();
    });
    new ResizeObserver(() => {
      const size = this.#size();
      if (size.width !== this.#plot.width || size.height !== this.#plot.height) this.#plot.setSize(size);
    }).observe(place);
  }

  setData(data: uPlot.AlignedData): void {
    this.#data = data;
    this.#plot.setData(data);
  }

  #size(): { width: number; height: number } {
    return { width: Math.max(120, Math.floor(this.#place.clientWidth)), height: Math.max(80, Math.floor(this.#place.clientHeight)) };
  }

  #create(): uPlot {
    const plot = new uPlot({ ...this.#options(theme()), ...this.#size() }, this.#data, this.#place);
    // The element around has the text alternative.
    plot.root.querySelector("canvas")?.setAttribute("aria-hidden", "true");
    this.#onPlot(plot);
    return plot;
  }
}

/** An axis in the page's style. */
export function axis(theme: Theme, options: uPlot.Axis): uPlot.Axis {
  return {
    stroke: theme.muted,
    font: theme.font,
    grid: { stroke: theme.grid, width: 1 },
    ticks: { show: false },
    ...options,
  };
}

/** The axes of a chart over epochs. */
export function epochAxes(theme: Theme, label: (value: number) => string): uPlot.Axis[] {
  return [
    axis(theme, {
      grid: { show: false },
      size: 26,
      gap: 4,
      space: 44,
      incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500],
      values: (_, splits) => splits.map((v) => (Number.isInteger(v) ? String(v) : "")),
    }),
    axis(theme, { size: 48, gap: 6, space: 36, values: (_, splits) => splits.map(label) }),
  ];
}
