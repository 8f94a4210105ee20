// Charts as strips on the days of the timeline: what is drawn is reckoned here, without a canvas.
import type { Shapes } from "../../api";
import { dayOf } from "../../map/day";
import { HIGH, LOW, MEDIAN, ONE, trackOf, weeksOf, type Model } from "./columns";
import type { Played } from "./state";

export type Series = Shapes["DatedSeries"];
export type Point = Shapes["DatedPoint"];

/** A line of the model by week, with its band; `second` for the policy that is held against the first. */
export interface Curve {
  label: string;
  second: boolean;
  line: Float32Array;
  low: Float32Array;
  high: Float32Array;
}

/** A figure of the record over its period; `end` is the day after its last. */
export interface Bar {
  start: number;
  end: number;
  low: number;
  high: number;
  told: Point;
}

export interface Strip {
  id: string;
  quantity: string | null;
  label: string;
  unit: string;
  group: string;
  curves: readonly Curve[];
  bars: readonly Bar[];
  /** The least and the most that is shown. */
  from: number;
  to: number;
}

export const MILITARY = [
  "front_tonnes",
  "open_share",
  "cuts",
  "cuts_reported",
  "bridges_down",
  "trucks",
  "trucks_lost",
  "shells_communist",
  "casualties_communist",
  "casualties_un",
  "deaths_us",
  "ground_km2",
  "sorties",
  "bombs_tonnes",
  "aircraft_lost",
  "lost_flak",
] as const;
export const CIVIL = ["civilian_deaths", "displaced", "food_share", "civil_tonnes"] as const;

/** Return the series of the record as strips. */
export function stripsOfRecord(series: readonly Series[]): Strip[] {
  return series
    .filter((one) => one.quantity === null)
    .map((one) => strip(one.id, null, one.label, one.unit, one.group, [], barsOf(one)));
}

/** Return a strip a quantity of the model, with what is on record over it. */
export function stripsOfModel(model: Model, play: Played, series: readonly Series[]): Strip[] {
  const held = new Map(series.map((one) => [one.quantity, one]));
  const made: Strip[] = [];
  for (const quantity of [...MILITARY, ...CIVIL]) {
    const curves = model.head.policies.flatMap((label, policy) => {
      const track = trackOf(model, "week", policy, quantity);
      if (!track) return [];
      const line = weeksOf(track, play === "one" ? ONE : MEDIAN);
      return [{ label, second: policy > 0, line, low: weeksOf(track, LOW), high: weeksOf(track, HIGH) }];
    });
    const told = trackOf(model, "week", 0, quantity)?.told;
    if (!told || curves.length === 0) continue;
    const group = (CIVIL as readonly string[]).includes(quantity) ? "civilians" : "military";
    const unit = told.kind === "sum" ? `${told.unit} a week` : told.unit === "1" ? "share" : told.unit;
    const record = held.get(quantity);
    made.push(strip(quantity, quantity, told.meaning, unit, group, curves, record ? barsOf(record) : []));
  }
  return made;
}

/** Return what the record says of a day: the figures whose period holds it. */
export function barsAt(bars: readonly Bar[], day: number): Bar[] {
  return bars.filter((bar) => bar.start <= day && day < bar.end);
}

/** Return where a value stands on a height, in pixels from the top. */
export function yOf(one: Strip, value: number, height: number): number {
  return height - ((value - one.from) / (one.to - one.from)) * height;
}

function barsOf(series: Series): Bar[] {
  return series.points.map((told) => ({
    start: dayOf(told.start),
    end: dayOf(told.end) + 1,
    low: told.low,
    high: told.high,
    told,
  }));
}

function strip(
  id: string,
  quantity: string | null,
  label: string,
  unit: string,
  group: string,
  curves: readonly Curve[],
  bars: readonly Bar[],
): Strip {
  let [from, to] = [0, 0];
  for (const curve of curves) {
    for (const values of [curve.line, curve.low, curve.high]) {
      for (const value of values) {
        from = Math.min(from, value);
        to = Math.max(to, value);
      }
    }
  }
  for (const bar of bars) to = Math.max(to, bar.high);
  return { id, quantity, label, unit, group, curves, bars, from, to: to > from ? to : from + 1 };
}
