// A scene from what the server answers. `loadScene` asks; `sceneOf` only turns.
import type { Topology } from "topojson-specification";
import { get, type Shapes } from "../api";
import { baseOf } from "./base";
import { dayOf } from "./day";
import {
  LINK,
  MODES,
  type Border,
  type Front,
  type Line,
  type Links,
  type Moments,
  type Scene,
  type Shape,
  type Spot,
  type Zone,
} from "./view";

/** Everything that a map of the record needs, as the server tells it. */
export interface Answers {
  basemap: Topology;
  links: Shapes["LinkShape"][];
  places: Shapes["Place"][];
  names: Shapes["NameShape"][];
  damage: Shapes["DamageShape"][];
  targets: Shapes["TargetShape"][];
  zones: Shapes["ZoneShape"][];
  borders: Shapes["BorderShape"][];
  events: Shapes["Event"][];
  raids: Shapes["Raid"][];
}

const LAST = "1953-07-27";
const LONG_AGO = -40_000;
const NEVER = 40_000;

/** Ask the server for all of it; links are those of a day. */
export async function ask(date: string, signal?: AbortSignal): Promise<Answers> {
  const how = signal ? { signal } : {};
  const on = (day: string): { question: Record<string, string>; signal?: AbortSignal } => ({
    question: { date: day },
    ...how,
  });
  const [basemap, links, places, names, damage, targets, zones, borders, events, raids] = await Promise.all([
    get("/api/basemap", how),
    get("/api/links", on(date)),
    get("/api/places", how),
    get("/api/names", how),
    get("/api/damage", how),
    get("/api/targets", on(LAST)),
    get("/api/zones", how),
    get("/api/borders", how),
    get("/api/events", how),
    get("/api/raids", how),
  ]);
  return {
    basemap: basemap as unknown as Topology,
    links: links.rows,
    places: places.rows,
    names: names.rows,
    damage: damage.rows,
    targets: targets.rows,
    zones: zones.rows,
    borders: borders.rows,
    events: events.rows,
    raids: raids.rows,
  };
}

/** Ask the server and return the scene of the record. */
export async function loadScene(date: string, signal?: AbortSignal): Promise<Scene> {
  return sceneOf(await ask(date, signal));
}

/** Return the scene of answers. */
export function sceneOf(answers: Answers): Scene {
  return {
    base: baseOf(answers.basemap),
    links: linksOf(answers.links),
    spots: [...placesOf(answers), ...answers.targets.map(target)],
    zones: answers.zones.map(zone),
    borders: answers.borders.map(border),
    moments: momentsOf(answers.events, answers.raids),
  };
}

function linksOf(rows: Shapes["LinkShape"][]): Links {
  return {
    ids: rows.map((row) => `link:${row.id}`),
    mode: Uint8Array.from(rows, (row) => MODES.indexOf(row.mode)),
    ends: Float64Array.from(rows.flatMap((row) => [...row.from_deg, ...row.to_deg])),
  };
}

/** Return the columns of a frame for links of a day: open or not, and cars as a share of `most`. */
export function linkColumns(
  rows: Shapes["LinkShape"][],
  most: number,
): { state: Uint8Array; load: Float32Array } {
  return {
    state: Uint8Array.from(rows, (row) => (row.state === "open" ? LINK.open : LINK.absent)),
    load: Float32Array.from(rows, (row) => Math.min(1, (row.cars_per_day ?? 0) / most)),
  };
}

const KINDS: Record<string, Spot["layer"]> = {
  city: "towns",
  airfield: "airfields",
  "airfield (Manchuria, restricted)": "airfields",
  "UN air base": "airfields",
  "hydroelectric plant": "plants",
  dam: "plants",
};

function placesOf({ places, damage }: Answers): Spot[] {
  const worst = new Map(damage.map((row) => [row.id, row.percent_high]));
  const found: Spot[] = [];
  for (const place of places) {
    const layer = KINDS[place.kind];
    if (!layer) continue;
    const spot: Spot = {
      id: `place:${place.id}`,
      layer,
      shape: layer === "airfields" ? "triangle" : layer === "plants" ? "square" : "ring",
      lon: place.lon_deg,
      lat: place.lat_deg,
      name: place.name_1950s,
      weight: place.population ?? 0,
    };
    const destroyed = worst.get(place.id);
    found.push(destroyed == null ? spot : { ...spot, destroyed });
  }
  return found.sort(
    (a, b) => Number(b.layer === "towns") - Number(a.layer === "towns") || b.weight - a.weight,
  );
}

/** Marks of the classes of targets: at most six shapes. */
export const TARGET_SHAPES: Record<string, Shape> = {
  power: "square",
  dam: "square",
  yard: "bar",
  workshop: "bar",
  port: "bar",
  airfield: "triangle",
  town: "disc",
  supply: "diamond",
  headquarters: "diamond",
};

function target(row: Shapes["TargetShape"]): Spot {
  return {
    id: `target:${row.id}`,
    layer: "targets",
    shape: TARGET_SHAPES[row.target_class] ?? "hexagon",
    lon: row.lon_deg,
    lat: row.lat_deg,
    name: row.name,
    weight: 0,
  };
}

function zone(row: Shapes["ZoneShape"]): Zone {
  return {
    id: `zone:${row.id}`,
    layer: row.kind === "air_battle" ? "alley" : "zones",
    kind: row.kind,
    name: row.name,
    closed: row.shape !== "strip",
    lines: row.lines as unknown as Line[],
    reach_km: row.reach_km,
    ...period(row),
  };
}

function border(row: Shapes["BorderShape"]): Border {
  return {
    id: `border:${row.id}`,
    kind: row.kind,
    name: row.name,
    surveyed: row.surveyed,
    line: row.line as unknown as Line,
    ...period(row),
  };
}

function period(row: { start: string | null; end: string | null }): { since: number; until: number } {
  return { since: row.start ? dayOf(row.start) : LONG_AGO, until: row.end ? dayOf(row.end) : NEVER };
}

interface Row {
  id: string;
  name: string;
  kind: number;
  day: number;
  lon: number;
  lat: number;
}

function momentsOf(events: Shapes["Event"][], raids: Shapes["Raid"][]): Moments {
  const rows: Row[] = [];
  for (const event of events) {
    const { lon_deg: lon, lat_deg: lat } = event;
    if (event.start && onMap(lon, lat)) {
      rows.push({ id: `event:${event.id}`, name: event.place, kind: 0, day: dayOf(event.start), lon, lat });
    }
  }
  for (const raid of raids) {
    const { lon_deg: lon, lat_deg: lat } = raid;
    if (lon === null || lat === null || !onMap(lon, lat)) continue;
    rows.push({ id: `raid:${raid.id}`, name: raid.name, kind: 1, day: dayOf(raid.date), lon, lat });
  }
  return momentColumns(rows);
}

/** Whether the base map reaches there. */
export function onMap(lon: number, lat: number): boolean {
  return lon > 122 && lon < 133.5 && lat > 32.5 && lat < 44.5;
}

/** Return rows as columns in the order of their days. */
export function momentColumns(rows: Row[]): Moments {
  const ordered = [...rows].sort((a, b) => a.day - b.day);
  return {
    ids: ordered.map((row) => row.id),
    names: ordered.map((row) => row.name),
    kind: Uint8Array.from(ordered, (row) => row.kind),
    day: Float64Array.from(ordered, (row) => row.day),
    lon: Float64Array.from(ordered, (row) => row.lon),
    lat: Float64Array.from(ordered, (row) => row.lat),
  };
}

/** Return the dated lines of an answer as fronts; those of a later day than `date` are dashed. */
export function frontsOf(rows: Shapes["FrontLine"][], date: string): Front[] {
  return rows.map((row) => ({
    id: `front:${row.date}`,
    line: row.points.map((point) => [point.lon_deg, point.lat_deg] as const),
    error_km: row.error_km,
    dashed: row.date > date,
  }));
}
