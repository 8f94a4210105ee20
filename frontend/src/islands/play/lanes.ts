// The timeline without its picture: which entry stands where, which are hidden, and which comes next.
import type { Shapes } from "../../api";
import { dayOf } from "../../map/day";

export type Told = Shapes["TimelineItem"];

/** How a date is known: to the day, to the day from memory, or no finer than a period. */
export const CERTAIN = 0;
export const REMEMBERED = 1;
export const VAGUE = 2;

/** One entry; `end` is the day after its last. */
export interface Item {
  key: string;
  lane: string;
  start: number;
  end: number;
  date: typeof CERTAIN | typeof REMEMBERED | typeof VAGUE;
  told: Told;
}

/** Days on a width in pixels. */
export interface Scale {
  since: number;
  until: number;
  width: number;
}

export const ROWS = 3;
/** An entry takes at least so many pixels; the last of them is left free, so that two are told apart. */
export const LEAST = 8;
/** A bin of the density strip, in pixels. */
export const BIN = 8;

/** Where entries stand: `row` is -1 for one that is hidden or out of sight. */
export interface Layout {
  scale: Scale;
  lanes: readonly string[];
  left: Float32Array;
  width: Float32Array;
  lane: Int16Array;
  row: Int16Array;
  /** Entries that found no room, by lane and bin. */
  hidden: readonly Uint16Array[];
  shown: number;
  covered: number;
}

/** Return entries of the server in the order of their start. */
export function itemsOf(rows: readonly Told[]): Item[] {
  return rows
    .map((told) => ({
      key: `${told.kind}:${told.id}`,
      lane: told.lane,
      start: dayOf(told.start),
      end: dayOf(told.end) + 1,
      date: dateOf(told.precision),
      told,
    }))
    .sort((a, b) => a.start - b.start || a.end - b.end || (a.key < b.key ? -1 : 1));
}

function dateOf(precision: string): Item["date"] {
  if (precision === "day") return CERTAIN;
  return precision === "recalled_day" ? REMEMBERED : VAGUE;
}

export function xOf(scale: Scale, day: number): number {
  return ((day - scale.since) / (scale.until - scale.since)) * scale.width;
}

export function dayAt(scale: Scale, x: number): number {
  return scale.since + (x / scale.width) * (scale.until - scale.since);
}

/** Give each entry of some lanes a place: the first row of its lane where it fits, or none. */
export function layout(items: readonly Item[], lanes: readonly string[], scale: Scale): Layout {
  const count = items.length;
  const bins = Math.ceil(scale.width / BIN) + 1;
  const made = {
    scale,
    lanes,
    left: new Float32Array(count),
    width: new Float32Array(count),
    lane: new Int16Array(count).fill(-1),
    row: new Int16Array(count).fill(-1),
    hidden: lanes.map(() => new Uint16Array(bins)),
    shown: 0,
    covered: 0,
  };
  const free = lanes.map(() => new Float64Array(ROWS).fill(-Infinity));
  const place = new Map(lanes.map((lane, number) => [lane, number]));
  items.forEach((item, index) => {
    const lane = place.get(item.lane);
    if (lane === undefined || item.end <= scale.since || item.start >= scale.until) return;
    const left = Math.max(-LEAST, xOf(scale, item.start));
    const width = Math.max(LEAST, Math.min(scale.width + LEAST, xOf(scale, item.end)) - left);
    made.lane[index] = lane;
    made.left[index] = left;
    made.width[index] = width;
    const row = free[lane]!.findIndex((end) => end <= left);
    if (row < 0) {
      made.covered += 1;
      const bin = Math.max(0, Math.min(bins - 1, Math.floor(left / BIN)));
      made.hidden[lane]![bin]! += 1;
      return;
    }
    made.shown += 1;
    made.row[index] = row;
    free[lane]![row] = left + width;
  });
  return made;
}

/** Return the entry at a place of a lane and row, or the nearest within a few pixels, or -1. */
export function itemAt(made: Layout, lane: number, row: number, x: number, reach = 4): number {
  let best = -1;
  let distance = reach;
  for (let index = 0; index < made.row.length; index += 1) {
    if (made.lane[index] !== lane || made.row[index] !== row) continue;
    const left = made.left[index]!;
    const away = Math.max(left - x, x - left - made.width[index]!, 0);
    if (away < distance || (away === 0 && distance > 0)) {
      best = index;
      distance = away;
    }
  }
  return best;
}

/** Return the entry before or after one in its lane, hidden ones too; itself at the ends. */
export function beside(items: readonly Item[], index: number, by: 1 | -1): number {
  const lane = items[index]!.lane;
  for (let next = index + by; next >= 0 && next < items.length; next += by) {
    if (items[next]!.lane === lane) return next;
  }
  return index;
}

/** Return the entry of a lane that begins nearest to a day, or -1 if the lane is empty. */
export function nearest(items: readonly Item[], lane: string, day: number): number {
  let best = -1;
  items.forEach((item, index) => {
    if (item.lane !== lane) return;
    if (best < 0 || Math.abs(item.start - day) < Math.abs(items[best]!.start - day)) best = index;
  });
  return best;
}

/** Return the entry of the next lane, up or down, that has any, nearest in time; itself at the ends. */
export function across(items: readonly Item[], lanes: readonly string[], index: number, by: 1 | -1): number {
  const from = lanes.indexOf(items[index]!.lane);
  for (let lane = from + by; lane >= 0 && lane < lanes.length; lane += by) {
    const found = nearest(items, lanes[lane]!, items[index]!.start);
    if (found >= 0) return found;
  }
  return index;
}

/** Return the first or last entry of a lane. */
export function endOf(items: readonly Item[], lane: string, end: "first" | "last"): number {
  return end === "first"
    ? items.findIndex((item) => item.lane === lane)
    : items.findLastIndex((item) => item.lane === lane);
}

/** Return a range about a day, by a factor of another: no wider than all, no narrower than two weeks. */
export function zoomed(scale: Scale, factor: number, about: number, first: number, last: number): Scale {
  const span = Math.max(14, Math.min(last - first, (scale.until - scale.since) / factor));
  const share = (about - scale.since) / (scale.until - scale.since);
  return moved({ ...scale, since: about - share * span, until: about + (1 - share) * span }, 0, first, last);
}

/** Return a range moved by days, kept within what there is. */
export function moved(scale: Scale, days: number, first: number, last: number): Scale {
  const span = scale.until - scale.since;
  const since = Math.max(first, Math.min(last - span, scale.since + days));
  return { ...scale, since, until: since + span };
}
