// The projection of every map of the atlas, in kilometres: x to the east, y to the south.
// The same cone as projection.py: parallels 35.5 and 41.5, x and y zero at 127.5 E, 38.5 N.
// Written out here, since a library shared with the charts would be loaded whole with every map.
type Point = [number, number];

const EARTH_KM = 6371.0088;
const MIDDLE = 127.5;
const RADIANS = Math.PI / 180;
const half = (lat: number): number => Math.tan((Math.PI / 2 + lat) / 2);
const [SOUTH, NORTH] = [35.5 * RADIANS, 41.5 * RADIANS];
const CONE = Math.log(Math.cos(SOUTH) / Math.cos(NORTH)) / Math.log(half(NORTH) / half(SOUTH));
const REACH = (Math.cos(SOUTH) * half(SOUTH) ** CONE) / CONE;
const ORIGIN = cone(0, 38.5 * RADIANS)[1];

function cone(lon: number, lat: number): Point {
  const radius = REACH / half(lat) ** CONE;
  return [radius * Math.sin(CONE * lon), REACH - radius * Math.cos(CONE * lon)];
}

function uncone(x: number, y: number): Point {
  const down = REACH - y;
  const radius = Math.hypot(x, down);
  return [Math.atan2(x, down) / CONE, 2 * Math.atan((REACH / radius) ** (1 / CONE)) - Math.PI / 2];
}

/** Return where a place is on the map. */
export function forward(lon: number, lat: number): [number, number] {
  const [x, y] = cone((lon - MIDDLE) * RADIANS, lat * RADIANS);
  return [EARTH_KM * x, EARTH_KM * (ORIGIN - y)];
}

/** Return longitude and latitude of a point of the map. */
export function inverse(x: number, y: number): [number, number] {
  const [lon, lat] = uncone(x / EARTH_KM, ORIGIN - y / EARTH_KM);
  return [MIDDLE + lon / RADIANS, lat / RADIANS];
}
