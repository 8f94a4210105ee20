// The state of the map's screen as its address: the day in the path, the rest in the question.
import { numberIn, readState, someOf, text, writeState, type Fields } from "../../address";
import { ZOOMS } from "../../map/camera";
import { LAYERS, type Layer } from "../../map/view";

export interface Screen {
  layers: readonly Layer[];
  lon: number;
  lat: number;
  zoom: number;
  /** Id of what is chosen, or nothing. */
  seen: string;
}

/** What is shown at first. */
export const SHOWN: readonly Layer[] = [
  "events",
  "raids",
  "front",
  "towns",
  "airfields",
  "plants",
  "zones",
  "alley",
  "borders",
  "rail",
  "names",
];
/** Where the map looks at first: the middle of the country. */
export const MIDDLE = { lon: 127.616, lat: 38.95, zoom: 1 } as const;

export const FIELDS: Fields<Screen> = {
  layers: someOf(LAYERS, SHOWN),
  lon: numberIn(120, 136, MIDDLE.lon, 3),
  lat: numberIn(31, 46, MIDDLE.lat, 3),
  zoom: numberIn(ZOOMS[0], ZOOMS[1], MIDDLE.zoom, 2),
  seen: text("", 120),
};

/** Return the day and the state that an address tells; without a day in it, `otherwise`. */
export function readAddress(
  path: string,
  search: string,
  otherwise: string,
): { date: string; screen: Screen } {
  const found = /\/map\/(\d{4}-\d{2}-\d{2})$/.exec(path);
  return { date: found?.[1] ?? otherwise, screen: readState(FIELDS, search) };
}

/** Return the address of a day and a state. */
export function writeAddress(date: string, screen: Screen): string {
  return `/map/${date}${writeState(FIELDS, screen)}`;
}

/** Return the day so many months or days away, kept between two others; of a shorter month the last day. */
export function stepped(
  date: string,
  by: { months?: number; days?: number },
  first: string,
  last: string,
): string {
  const [year = 0, month = 0, day = 0] = date.split("-").map(Number);
  const months = month - 1 + (by.months ?? 0);
  const longest = new Date(Date.UTC(year, months + 1, 0)).getUTCDate();
  const moved = new Date(Date.UTC(year, months, Math.min(day, longest) + (by.days ?? 0)));
  const iso = moved.toISOString().slice(0, 10);
  return iso < first ? first : iso > last ? last : iso;
}
