// What a map can do, whoever draws it. A scene is loaded once; a frame is painted many times a second.
//
// Places are degrees (longitude, latitude); days are numbers, see `day.ts`. Everything that can be chosen has an id of its kind and
// its own id, such as `event:1951-10-23-namsi-raid`, `place:c_pyongyang`, `link:R-SINUIJU-...`.

/** What can be switched on and off. */
export const LAYERS = [
  "events",
  "raids",
  "front",
  "towns",
  "damage",
  "targets",
  "airfields",
  "plants",
  "zones",
  "alley",
  "borders",
  "rail",
  "roads",
  "points",
  "names",
] as const;
export type Layer = (typeof LAYERS)[number];

/** Longitudes and latitudes of one line. */
export type Line = readonly (readonly [number, number])[];

/** Coast and water; rings of `land` and `lakes` are closed. */
export interface Base {
  /** The edge of what is charted; beyond it nothing is known, neither land nor sea. */
  sheet: Line;
  land: readonly Line[];
  shore: readonly Line[];
  lakes: readonly Line[];
  rivers: readonly Line[];
  /** Rivers drawn by hand. */
  approximate: readonly Line[];
}

export const MODES = ["rail", "road", "trail"] as const;
export const LINK = { open: 0, reduced: 1, shut: 2, absent: 3 } as const;
export const TARGET = { unknown: 0, whole: 1, damaged: 2, destroyed: 3 } as const;

/** Links as columns, in one order with the columns of a frame. */
export interface Links {
  ids: readonly string[];
  /** Number in MODES. */
  mode: Uint8Array;
  /** Two places a link: lon, lat, lon, lat. */
  ends: Float64Array;
}

/** A thing that stands somewhere: `shape` says how it is marked. */
export interface Spot {
  id: string;
  layer: "towns" | "targets" | "airfields" | "plants";
  shape: Shape;
  lon: number;
  lat: number;
  name: string;
  /** Higher ones get their names first. */
  weight: number;
  /** Share destroyed in per cent, drawn by the layer `damage`. */
  destroyed?: number;
}
export type Shape = "ring" | "triangle" | "square" | "diamond" | "cross" | "hexagon" | "bar" | "disc";

export interface Zone {
  id: string;
  layer: "zones" | "alley";
  kind: string;
  name: string;
  /** A rim to fill, or the middle of a strip. */
  closed: boolean;
  lines: readonly Line[];
  /** Half the width of a strip. */
  reach_km: number | null;
  since: number;
  until: number;
}

export interface Border {
  id: string;
  kind: string;
  name: string;
  /** Dashed where nobody had surveyed it. */
  surveyed: boolean;
  line: Line;
  since: number;
  until: number;
}

export const MOMENTS = ["event", "raid", "point"] as const;

/** What happened somewhere on a day, as columns in the order of their days. */
export interface Moments {
  ids: readonly string[];
  names: readonly string[];
  /** Number in MOMENTS. */
  kind: Uint8Array;
  day: Float64Array;
  lon: Float64Array;
  lat: Float64Array;
}

/** What is there all the time, whether it is seen or not. */
export interface Scene {
  base: Base;
  links: Links;
  spots: readonly Spot[];
  zones: readonly Zone[];
  borders: readonly Border[];
  moments: Moments;
}

/** One front line with its error; `dashed` for one of another day, or of a band's edge. */
export interface Front {
  id: string;
  line: Line;
  error_km: number;
  dashed: boolean;
}

/** What is so at one moment. Columns that are left out are those of the frame before. */
export interface Frame {
  day: number;
  /** One line, or two: then the front was between them, and what lies between is shaded. */
  fronts?: readonly Front[];
  /** By link: a number of LINK, and what it carries as a share of the widest (0 to 1). */
  state?: Uint8Array;
  load?: Float32Array;
  /** By spot: a number of TARGET; only those of the layer `targets` are read. */
  targets?: Uint8Array;
  /** First and last day of the moments that are drawn. */
  window: readonly [number, number];
}

/** Where a map looks: the place in its middle, and 1 for the whole country. */
export interface Look {
  lon: number;
  lat: number;
  zoom: number;
}

/** What lies under the pointer, and where it is drawn, in pixels of the map. */
export interface Hit {
  id: string;
  x: number;
  y: number;
}

/** Takes a listener away again. */
export type Off = () => void;

export interface MapView {
  /** Take a scene; what was chosen stays chosen if it is there. */
  load(scene: Scene): void;
  /** Draw a moment. Cheap: what did not change is not drawn again. */
  paint(frame: Frame): void;
  show(layers: Iterable<Layer>): void;
  look(): Look;
  /** Look somewhere; what is left out stays. */
  lookAt(look: Partial<Look>): void;
  /** Move by pixels, and zoom by a factor about a pixel (the middle without one). */
  pan(x: number, y: number): void;
  zoomBy(factor: number, at?: readonly [number, number]): void;
  /** Mark one thing as chosen, and bring it into sight if `reveal`. */
  select(id: string | null, reveal?: boolean): void;
  /** Ids of what is drawn within the map, from north to south in the order of layers. */
  inView(): string[];
  /** Kilometres that a pixel is wide. */
  kmPerPixel(): number;
  onLook(heard: (look: Look) => void): Off;
  onSelect(heard: (id: string | null) => void): Off;
  onHover(heard: (hit: Hit | null) => void): Off;
  /** The map as it stands, as a PNG with its scale. */
  picture(credit: string): Promise<Blob>;
  destroy(): void;
}
