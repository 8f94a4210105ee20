// A scene in kilometres of the projection, made once.
import { forward } from "./projection";
import type { Border, Line, Moments, Scene, Spot, Zone } from "./view";

/** Places as columns of kilometres. */
export interface Points {
  x: Float64Array;
  y: Float64Array;
}

export interface Drawn {
  sheet: Path2D;
  land: Path2D;
  lakes: Path2D;
  water: Path2D;
  approximate: Path2D;
  shore: Path2D;
  zones: { zone: Zone; path: Path2D; lines: Points[] }[];
  borders: { border: Border; path: Path2D }[];
  /** Four numbers a link: x and y of both ends. */
  links: Float64Array;
  spots: Points;
  moments: Points;
}

/** Project a scene. */
export function drawnOf(scene: Scene): Drawn {
  const { base } = scene;
  return {
    sheet: pathOf([base.sheet], true),
    land: pathOf(base.land, true),
    lakes: pathOf(base.lakes, true),
    water: pathOf(base.rivers),
    approximate: pathOf(base.approximate),
    shore: pathOf(base.shore),
    zones: scene.zones.map((zone) => ({
      zone,
      path: pathOf(zone.lines, zone.closed),
      lines: zone.lines.map(pointsOf),
    })),
    borders: scene.borders.map((border) => ({ border, path: pathOf([border.line]) })),
    links: linksOf(scene.links.ends),
    spots: columns(scene.spots.length, (at) => place(scene.spots[at]!)),
    moments: columns(scene.moments.ids.length, (at) => moment(scene.moments, at)),
  };
}

/** Return lines as one path. */
export function pathOf(lines: readonly Line[], closed = false): Path2D {
  const path = new Path2D();
  for (const line of lines) {
    line.forEach(([lon, lat], at) => path[at ? "lineTo" : "moveTo"](...forward(lon, lat)));
    if (closed) path.closePath();
  }
  return path;
}

/** Return the path of what lies between two lines, both from west to east. */
export function between(first: Line, second: Line): Path2D {
  return pathOf([[...first, ...[...second].reverse()]], true);
}

/** Return a line as columns. */
export function pointsOf(line: Line): Points {
  return columns(line.length, (at) => line[at]!);
}

const place = (spot: Spot): readonly [number, number] => [spot.lon, spot.lat];
const moment = (moments: Moments, at: number): readonly [number, number] => [
  moments.lon[at]!,
  moments.lat[at]!,
];

function columns(count: number, at: (index: number) => readonly [number, number]): Points {
  const x = new Float64Array(count);
  const y = new Float64Array(count);
  for (let index = 0; index < count; index++) [x[index], y[index]] = forward(...at(index));
  return { x, y };
}

function linksOf(ends: Float64Array): Float64Array {
  const found = new Float64Array(ends.length);
  for (let at = 0; at < ends.length; at += 2) {
    [found[at], found[at + 1]] = forward(ends[at]!, ends[at + 1]!);
  }
  return found;
}

/** Return the first and the first later index of the days from `first` to `last` in a rising column. */
export function within(days: Float64Array, first: number, last: number): readonly [number, number] {
  return [from(days, first), from(days, last + 1)];
}

function from(days: Float64Array, day: number): number {
  let low = 0;
  let high = days.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (days[middle]! < day) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Return how far a point is from the stretch between two others. */
export function fromStretch(x: number, y: number, ends: readonly [number, number, number, number]): number {
  const [x1, y1, x2, y2] = ends;
  const length = (x2 - x1) ** 2 + (y2 - y1) ** 2;
  const share = length ? ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / length : 0;
  const kept = Math.min(1, Math.max(0, share));
  return Math.hypot(x - x1 - kept * (x2 - x1), y - y1 - kept * (y2 - y1));
}
