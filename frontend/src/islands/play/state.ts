// What is played and seen, as it stands in the address: one table, a field each.
import { dayIn, numberIn, oneOf, someOf, text, type Field, type Fields } from "../../address";
import { ZOOMS } from "../../map/camera";
import { LAYERS, type Layer } from "../../map/view";

export const PLAYS = ["record", "one", "median", "pair"] as const;
/** The record; one war of the model; the median of many; two policies side by side. */
export type Played = (typeof PLAYS)[number];

export const LANES = [
  "war",
  "talks",
  "prisoners",
  "raids",
  "ground",
  "command",
  "orders",
  "politics",
] as const;
export type Lane = (typeof LANES)[number];

export const MOST_WARS = 512;

export interface State {
  /** The instant, and the first and last day in sight. */
  date: string;
  since: string;
  until: string;
  /** A second instant to compare with, or nothing. */
  versus: string;
  play: Played;
  policy: string;
  against: string;
  seed: number;
  wars: number;
  /** The war that is kept whole. */
  war: number;
  lanes: readonly Lane[];
  layers: readonly Layer[];
  lon: number;
  lat: number;
  zoom: number;
  /** What is chosen: `event:ID`, `raid:ID` or what the map names. */
  pick: string;
}

export interface Bounds {
  first: string;
  last: string;
  /** First and last day of the model. */
  start: string;
  end: string;
}

/** Return the fields of the address; days outside of the record are no days. */
export function fieldsOf(bounds: Bounds): Fields<State> {
  const day = (initial: string): Field<string> => dayIn(bounds.first, bounds.last, initial);
  return {
    date: day(bounds.start),
    since: day(bounds.first),
    until: day(bounds.last),
    versus: orNothing(day(bounds.start)),
    play: oneOf(PLAYS, "record"),
    policy: filled(text("banfill", 120)),
    against: filled(text("historical", 120)),
    seed: numberIn(0, 2 ** 53 - 1, 1),
    wars: numberIn(1, MOST_WARS, 64),
    war: numberIn(0, MOST_WARS - 1, 0),
    lanes: someOf(LANES, LANES),
    layers: someOf(LAYERS, ["front", "rail", "events", "raids", "towns", "targets", "names"]),
    lon: numberIn(120, 136, 127, 3),
    lat: numberIn(31, 46, 39.4, 3),
    zoom: numberIn(ZOOMS[0], ZOOMS[1], 1.5, 2),
    pick: text("", 200),
  };
}

/** Bring values that stand in each other's way to agree: the range in order, the war among those fought. */
export function settled(state: State): State {
  const [since, until] = state.since < state.until ? [state.since, state.until] : [state.until, state.since];
  return { ...state, since, until, war: Math.min(state.war, state.wars - 1) };
}

function orNothing(field: Field<string>): Field<string> {
  return {
    initial: "",
    read: (told) => (told === "" ? "" : field.read(told)),
    write: (value) => (value === "" ? "" : field.write(value)),
  };
}

function filled(field: Field<string>): Field<string> {
  return { ...field, read: (told) => (told.trim() === "" ? undefined : field.read(told)) };
}
