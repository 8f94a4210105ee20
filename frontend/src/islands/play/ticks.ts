// Months and years along a line of days.
import { dateOf, dayAt } from "../../map/day";
import type { Scale } from "./lanes";
import { xOf } from "./lanes";

export interface Tick {
  x: number;
  day: number;
  label: string;
  year: boolean;
}

const EVERY = [1, 2, 3, 6, 12];

/** Return the firsts of months in sight, as many as find room, with their names. */
export function monthTicks(scale: Scale, months: readonly string[], room = 46): Tick[] {
  const perMonth = (30.44 / (scale.until - scale.since)) * scale.width;
  const every = EVERY.find((n) => n * perMonth >= room) ?? 12;
  const from = dateOf(Math.floor(scale.since));
  const ticks: Tick[] = [];
  for (let n = -12; n < 60; n += 1) {
    const date = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + n, 1));
    const day = dayAt(date.getTime());
    if (day >= scale.until) break;
    if (day < scale.since || date.getUTCMonth() % every !== 0) continue;
    const year = date.getUTCMonth() === 0;
    const name = (months[date.getUTCMonth()] ?? "").slice(0, 3);
    ticks.push({
      x: xOf(scale, day),
      day,
      label: year ? String(date.getUTCFullYear()) : name,
      year,
    });
  }
  return ticks;
}
