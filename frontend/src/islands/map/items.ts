// Everything on the map as things with a name, facts, sources and a page: what lists, tooltips and files tell.
import { layer, map_screen, target_class, zone_kind } from "$words";
import type { Shapes } from "../../api";
import { fill, inWords } from "../../say";
import { onMap, type Answers } from "../../map/scene";
import type { Layer } from "../../map/view";

export type Geometry = { type: string; coordinates: unknown } | null;

/** A name in its own writing. */
export interface Written {
  hangul: string;
  han: string;
  han_language: string | null;
}

export interface Item {
  id: string;
  layer: Layer;
  name: string;
  written: Written | null;
  /** Whose name it is, if not the thing's own. */
  written_of: string;
  facts: string[];
  /** Ids of sources and figures. */
  sources: string[];
  figures: string[];
  /** Ids of raids that struck it, and names of the model's numbers behind it. */
  raids: string[];
  parameters: string[];
  /** Its page, or nothing. */
  href: string;
  geometry: Geometry;
  /** Not on the canvas, because it has no place there. */
  off_map?: true;
}

type Named = Map<string, Shapes["NameShape"]>;

/** Return everything that may be on the map on a day. */
export function itemsOf(answers: Answers, day: Day): Item[] {
  const named: Named = new Map(answers.names.map((row) => [row.place, row]));
  return [
    ...day.events.map(event),
    ...day.raids.map(raid),
    ...day.fronts.map(front),
    ...places(answers, named),
    ...day.targets.map((row) => target(row, named)),
    ...answers.zones.filter((row) => holds(row, day.date)).map(zone),
    ...answers.borders
      .filter((row) => row.start === null || row.start <= day.date)
      .map((row) => border(row, day)),
    ...day.links.map(link),
  ];
}

/** What is of one day. */
export interface Day extends Pick<Answers, "events" | "raids" | "targets" | "links"> {
  date: string;
  fronts: Shapes["FrontLine"][];
}

/** Whether a dated row holds on a day. */
export function holds(row: { start: string | null; end: string | null }, date: string): boolean {
  return (row.start === null || row.start <= date) && (row.end === null || date <= row.end);
}

const BARE = {
  written: null,
  written_of: "",
  facts: [],
  sources: [],
  figures: [],
  raids: [],
  parameters: [],
  href: "",
};
const at = (lon: number, lat: number): Geometry => ({ type: "Point", coordinates: [lon, lat] });

function event(row: Shapes["Event"]): Item {
  const there = onMap(row.lon_deg, row.lat_deg);
  return {
    ...BARE,
    id: `event:${row.id}`,
    layer: "events",
    name: row.title,
    facts: [row.place, row.summary],
    sources: row.sources,
    href: `/events/${row.id}`,
    geometry: at(row.lon_deg, row.lat_deg),
    ...(there ? {} : { off_map: true }),
  };
}

function raid(row: Shapes["Raid"]): Item {
  const there = row.lon_deg !== null && row.lat_deg !== null && onMap(row.lon_deg, row.lat_deg);
  const counts = [
    row.sorties === null ? null : fill(map_screen.sorties, { n: row.sorties }),
    row.short_tons === null ? null : fill(map_screen.short_tons, { n: row.short_tons }),
    row.aircraft_lost === null ? null : fill(map_screen.lost, { n: row.aircraft_lost }),
  ];
  return {
    ...BARE,
    id: `raid:${row.id}`,
    layer: "raids",
    name: row.name,
    facts: [row.services, ...counts.filter((one) => one !== null), row.outcome].filter(Boolean),
    sources: row.sources,
    href: `/raids/${row.id}`,
    geometry: row.lon_deg === null || row.lat_deg === null ? null : at(row.lon_deg, row.lat_deg),
    ...(there ? {} : { off_map: true }),
  };
}

function front(row: Shapes["FrontLine"]): Item {
  return {
    ...BARE,
    id: `front:${row.date}`,
    layer: "front",
    name: fill(map_screen.front, { date: inWords(row.date) }),
    facts: [fill(map_screen.front_error, { n: row.error_km }), map_screen.front_between],
    sources: [row.source],
    href: `/sources/${row.source}`,
    geometry: { type: "LineString", coordinates: row.points.map((one) => [one.lon_deg, one.lat_deg]) },
  };
}

const LAYER_OF: Record<string, Layer> = {
  city: "towns",
  airfield: "airfields",
  "airfield (Manchuria, restricted)": "airfields",
  "UN air base": "airfields",
  "hydroelectric plant": "plants",
  dam: "plants",
};

function places(answers: Answers, named: Named): Item[] {
  const damage = new Map(answers.damage.map((row) => [row.id, row]));
  return answers.places.flatMap((row) => {
    const kind = LAYER_OF[row.kind];
    if (!kind) return [];
    const town = damage.get(row.id);
    const today = row.name_modern && row.name_modern !== row.name_1950s ? row.name_modern : "";
    return [
      {
        ...BARE,
        id: `place:${row.id}`,
        layer: kind,
        name: row.name_1950s,
        ...writing(named.get(row.id)),
        facts: [row.kind, today && fill(map_screen.today, { name: today }), ...destroyed(town)].filter(
          Boolean,
        ),
        sources: (town?.estimates ?? []).flatMap((one) => (one.source ? [one.source] : [])),
        figures: (town?.estimates ?? []).flatMap((one) => (one.figure ? [one.figure] : [])),
        href: `/places/${row.id}`,
        geometry: at(row.lon_deg, row.lat_deg),
      },
    ];
  });
}

/** Return every estimate in words: the share, the day it is for, and who says so. */
export function destroyed(town: Shapes["DamageShape"] | undefined): string[] {
  if (!town) return [];
  if (!town.estimates.length) return [map_screen.no_estimate];
  const told = town.estimates.map((one) =>
    fill(map_screen.estimate, {
      percent: one.percent.join(" to "),
      date: one.since ? inWords(one.since) : map_screen.end_of_war,
      cited: one.source ?? one.cited,
    }),
  );
  return town.rivals ? [...told, map_screen.rivals] : told;
}

function writing(row: Shapes["NameShape"] | undefined): Pick<Item, "written" | "written_of"> {
  if (!row) return { written: null, written_of: "" };
  const { hangul, han, han_language, names } = row;
  return { written: { hangul, han, han_language }, written_of: names };
}

function target(row: Shapes["TargetShape"], named: Named): Item {
  const raids = row.raids.length;
  const raided = raids
    ? fill(map_screen.raided, { n: raids, date: row.last_raid ? inWords(row.last_raid) : "" })
    : map_screen.not_raided;
  const kind = target_class[row.target_class as keyof typeof target_class] ?? row.target_class;
  return {
    ...BARE,
    id: `target:${row.id}`,
    layer: "targets",
    name: row.name,
    ...writing(named.get(row.place ?? "")),
    facts: [
      kind,
      row.serves,
      raided,
      ...(row.pooled ? [map_screen.pooled] : []),
      fill(map_screen.position, { from: row.coordinates }),
    ],
    raids: row.raids,
    href: row.place ? `/places/${row.place}` : "/systems/strike",
    geometry: at(row.lon_deg, row.lat_deg),
  };
}

function zone(row: Shapes["ZoneShape"]): Item {
  return {
    ...BARE,
    id: `zone:${row.id}`,
    layer: row.kind === "air_battle" ? "alley" : "zones",
    name: row.name,
    facts: [
      zone_kind[row.kind],
      row.rule,
      row.assumed && fill(map_screen.assumed, { why: row.assumed }),
      row.approximate && fill(map_screen.approximate, { why: row.approximate }),
      row.note,
    ].filter(Boolean),
    sources: row.sources,
    figures: row.figures,
    href: `/zones#${row.id}`,
    geometry: {
      type: row.shape === "strip" ? "MultiLineString" : "Polygon",
      coordinates: row.lines,
    },
  };
}

function border(row: Shapes["BorderShape"], day: Day): Item {
  const former = row.end !== null && row.end < day.date;
  return {
    ...BARE,
    id: `border:${row.id}`,
    layer: "borders",
    name: row.name,
    facts: [row.why, row.note, former ? map_screen.former : ""].filter(Boolean),
    sources: row.sources,
    figures: row.figures,
    href: `/zones#${row.id}`,
    geometry: { type: "LineString", coordinates: row.line },
  };
}

function link(row: Shapes["LinkShape"]): Item {
  const cars =
    row.cars_per_day === null
      ? ""
      : fill(row.basis === "record" ? map_screen.cars_record : map_screen.cars_scenario, {
          n: row.cars_per_day,
        });
  return {
    ...BARE,
    id: `link:${row.id}`,
    layer: row.mode === "rail" ? "rail" : "roads",
    name: fill(map_screen.stretch, { from: row.start_name, to: row.end_name }),
    facts: [row.line ?? layer.roads, STATES[row.state], cars, row.words].filter(Boolean),
    figures: row.figures,
    parameters: row.basis === "scenario" ? ["rail_trunk_cars"] : [],
    href: row.figures[0] ? `/figures/${row.figures[0]}` : "/systems/transport",
    geometry: { type: "LineString", coordinates: [row.from_deg, row.to_deg] },
  };
}

const STATES: Record<Shapes["LinkShape"]["state"], string> = {
  open: map_screen.link_open,
  not_yet: map_screen.link_not_yet,
  closed: map_screen.link_closed,
  left_out: map_screen.link_left_out,
};
