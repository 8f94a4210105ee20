// Weekly series of a run, and what stands at a week.

export interface Track {
  policy: string;
  median: number[];
  low: number[];
  high: number[];
}

export interface Series {
  quantity: string;
  title: string;
  unit: string;
  weeks: string[];
  tracks: Track[];
  record: { figure: string; from: string; to: string; low: number; high: number; counts: boolean }[];
}

const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#a4508b"] as const;
const DASHES = ["", "7 3", "2 3", "8 3 2 3"] as const;

/** Return the colour of a policy's line by its place; the same as on the server's pictures. */
export function colourOf(place: number): string {
  return COLOURS[place % COLOURS.length] ?? COLOURS[0];
}

/** Return the dashes of a policy's line by its place. */
export function dashOf(place: number): string {
  return DASHES[place % DASHES.length] ?? DASHES[0];
}

/** Return a number as the pages write it: three digits that count, thousands set apart. */
export function written(value: number): string {
  const size = Math.abs(value);
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.005 || size === 0 ? 2 : undefined;
  const text =
    digits === undefined
      ? size.toPrecision(1)
      : size.toLocaleString("en", { maximumFractionDigits: digits, minimumFractionDigits: 0 });
  return value < 0 && text !== "0" ? `−${text}` : text;
}

/** Return the place of the week that a moment falls in, the ends for what lies outside. */
export function weekAt(series: Series, moment: Date): number {
  const day = moment.toISOString().slice(0, 10);
  const after = series.weeks.findIndex((week) => week > day);
  return Math.max(0, (after === -1 ? series.weeks.length : after) - 1);
}
