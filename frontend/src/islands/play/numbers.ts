// What stands in the table beside the charts: values at the clock, and paired differences.
import { HIGH, LOW, MEDIAN, ONE, trackOf, valueAt, type Model, type Scope, type Track } from "./columns";
import { CIVIL, MILITARY } from "./strips";
import type { Played } from "./state";

/** A value with its band; one war has none. */
export interface Told {
  value: number;
  low: number | null;
  high: number | null;
}

export interface Row {
  quantity: string;
  meaning: string;
  unit: string;
  civil: boolean;
  /** A value a policy, of the week. */
  week: readonly Told[];
  /** The difference of pairs of wars, the first less the second. */
  difference: Told | null;
  toDate: readonly Told[] | null;
  differenceToDate: Told | null;
}

/** Return the rows of the table for a week. */
export function rowsAt(model: Model, play: Played, week: number): Row[] {
  const policies = model.head.policies.map((_, number) => number);
  const rows: Row[] = [];
  for (const quantity of [...MILITARY, ...CIVIL]) {
    const first = trackOf(model, "week", 0, quantity);
    if (!first) continue;
    const of = (scope: Scope, policy: number | null): Told | null => {
      const track = trackOf(model, scope, policy, quantity);
      return track ? toldOf(track, play, week) : null;
    };
    const all = (scope: Scope): Told[] =>
      policies.flatMap((policy) => {
        const told = of(scope, policy);
        return told ? [told] : [];
      });
    const toDate = all("to date");
    rows.push({
      quantity,
      meaning: first.told.meaning,
      unit: first.told.unit === "1" ? "share" : first.told.unit,
      civil: (CIVIL as readonly string[]).includes(quantity),
      week: all("week"),
      difference: of("difference", null),
      toDate: toDate.length > 0 ? toDate : null,
      differenceToDate: of("difference to date", null),
    });
  }
  return rows;
}

function toldOf(track: Track, play: Played, week: number): Told {
  if (play === "one") return { value: valueAt(track, ONE, week), low: null, high: null };
  return {
    value: valueAt(track, MEDIAN, week),
    low: valueAt(track, LOW, week),
    high: valueAt(track, HIGH, week),
  };
}

/** Return a number as people read it: three digits that count, thousands set apart, a real minus sign. */
export function asNumber(value: number): string {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  const digits = size >= 100 || size === 0 ? 0 : size >= 10 ? 1 : 2;
  const small = size > 0 && size < 0.005;
  const text = small ? size.toPrecision(1) : size.toLocaleString("en-GB", { maximumFractionDigits: digits });
  return value < 0 ? `−${text}` : text;
}

/** Return the band of a value, or nothing. */
export function asBand(told: Told): string {
  if (told.low === null || told.high === null) return "";
  return `${asNumber(told.low)} … ${asNumber(told.high)}`;
}
