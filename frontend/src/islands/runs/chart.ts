// The chart of a weekly series by Observable Plot; loaded when somebody touches one.
import { areaY, dot, lineY, plot, ruleX, ruleY } from "@observablehq/plot";
import { colourOf, dashOf, type Series } from "./series";

/** Return the chart, wide as given, with a line at a week; it is told where the pointer stands. */
export function chart(
  series: Series,
  width: number,
  at: number,
  pointed: (moment: Date) => void,
): SVGSVGElement {
  const days = series.weeks.map((week) => new Date(`${week}T00:00:00Z`));
  const rows = series.tracks.flatMap((track, place) =>
    days.map((day, week) => ({
      day,
      place,
      policy: track.policy,
      median: track.median[week],
      low: track.low[week],
      high: track.high[week],
    })),
  );
  const record = series.record.map((row) => {
    const [from, to] = [new Date(`${row.from}T00:00:00Z`), new Date(`${row.to}T23:59:59Z`)];
    const middle = (row.low + row.high) / 2;
    return { ...row, start: from, end: to, middle, day: new Date((from.getTime() + to.getTime()) / 2) };
  });
  const tracks = series.tracks.map((_, place) => rows.filter((row) => row.place === place));
  const drawn = plot({
    width,
    height: 260,
    marginLeft: 60,
    x: { type: "utc", label: null },
    y: { zero: true, grid: true, label: null, nice: true },
    ariaLabel: series.title,
    marks: [
      ...tracks.map((track, place) =>
        areaY(track, { x: "day", y1: "low", y2: "high", fill: colourOf(place), fillOpacity: 0.16 }),
      ),
      ...tracks.map((track, place) =>
        lineY(track, {
          x: "day",
          y: "median",
          stroke: colourOf(place),
          strokeWidth: 1.8,
          strokeDasharray: dashOf(place),
        }),
      ),
      ruleY(record, { x1: "start", x2: "end", y: "middle", strokeWidth: 1.6 }),
      ruleX(record, { x: "day", y1: "low", y2: "high", strokeWidth: 1.6 }),
      dot(record, { x: "day", y: "middle", r: 3.2, fill: "var(--paper)", stroke: "currentColor" }),
      ruleX([days[at] ?? days[0]], { stroke: "currentColor", strokeDasharray: "2 2" }),
      ruleY([0]),
    ],
  }) as SVGSVGElement;
  drawn.querySelector("style")?.remove();
  drawn.classList.add("chart");
  const scale = (drawn as unknown as { scale(name: string): { invert(x: number): Date } }).scale("x");
  drawn.addEventListener("pointermove", (event) => {
    const box = drawn.getBoundingClientRect();
    pointed(scale.invert(((event.clientX - box.left) / box.width) * width));
  });
  return drawn;
}
