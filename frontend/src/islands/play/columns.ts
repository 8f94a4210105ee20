// Weeks of the model as the server packs them: a head in JSON and float32 columns behind it.
import type { Shapes } from "../../api";

export type Scope = "place" | "week" | "to date" | "difference" | "difference to date";

/** One column of the head, see ColumnsHead in columns.py. */
export interface ColumnTold {
  quantity: string;
  meaning: string;
  unit: string;
  kind: string;
  scope: Scope;
  policy: number | null;
  axis: string;
  offset: number;
  length: number;
}

export type Head = Omit<Shapes["ModelPlayed"], "tracks"> & { columns: ColumnTold[] };

/** One quantity: a number a week of each place, for each statistic. */
export interface Track {
  told: ColumnTold;
  places: readonly string[];
  weeks: number;
  /** Statistic, then place, then week. */
  values: Float32Array;
}

export const MEDIAN = 0;
export const LOW = 1;
export const HIGH = 2;
export const ONE = 3;

export interface Model {
  head: Head;
  tracks: ReadonlyMap<string, Track>;
}

/** Read the columns of an answer. Throws RangeError for bytes that are something else. */
export function parseColumns(content: ArrayBuffer): Model {
  const length = new DataView(content).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(content, 4, length))) as Head;
  const tracks = new Map<string, Track>();
  for (const told of head.columns) {
    const places = head.axes[told.axis] ?? [];
    const values = new Float32Array(content, 4 + length + told.offset, told.length / 4);
    if (values.length !== head.statistics.length * places.length * head.weeks.length) {
      throw new RangeError(`${told.quantity} has ${values.length} numbers`);
    }
    tracks.set(keyOf(told.scope, told.policy, told.quantity), {
      told,
      places,
      weeks: head.weeks.length,
      values,
    });
  }
  return { head, tracks };
}

/** Return a track of a model, or nothing. */
export function trackOf(
  model: Model,
  scope: Scope,
  policy: number | null,
  quantity: string,
): Track | undefined {
  return model.tracks.get(keyOf(scope, policy, quantity));
}

/** Return the weeks of one statistic of one place. */
export function weeksOf(track: Track, statistic: number, place = 0): Float32Array {
  const from = (statistic * track.places.length + place) * track.weeks;
  return track.values.subarray(from, from + track.weeks);
}

/** Return one number. */
export function valueAt(track: Track, statistic: number, week: number, place = 0): number {
  return track.values[(statistic * track.places.length + place) * track.weeks + week] ?? Number.NaN;
}

/** Return the week that a day is in, by the day the model begins on; the last weeks hold for later days. */
export function weekOf(day: number, start: number, weeks: number): number {
  return Math.max(0, Math.min(weeks - 1, Math.floor((day - start) / 7)));
}

function keyOf(scope: Scope, policy: number | null, quantity: string): string {
  return `${scope}|${policy ?? ""}|${quantity}`;
}
