import { useEffect, useRef } from "preact/hooks";
import type uPlot from "uplot";
import { oncePerFrame } from "../ui/dom";
import { Chart, type Theme } from "./chart";

interface Props {
  readonly class?: string;
  /** What the chart shows, for who does not see it. */
  readonly label: string;
  readonly data: uPlot.AlignedData;
  /** Made once: what changes in it is read from variables. */
  readonly options: (theme: Theme) => Omit<uPlot.Options, "width" | "height">;
}

/** A chart that follows its data, at most once a frame, for as long as the page is there. */
export function Plot({ class: name = "", label, data, options }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const shown = useRef(data);
  const redraw = useRef(() => {});
  useEffect(() => {
    if (place.current === null) return;
    const chart = new Chart(place.current, shown.current, options);
    redraw.current = oncePerFrame(() => chart.setData(shown.current));
  }, []);
  useEffect(() => {
    shown.current = data;
    redraw.current();
  }, [data]);
  return <div ref={place} class={`chart ${name}`} role="img" aria-label={label} />;
}
