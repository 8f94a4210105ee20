// The projection of every map of the atlas, in kilometres: x to the east, y to the south.
// The same cone as projection.py: parallels 35.5 and 41.5, x and y zero at 127.5 E, 38.5 N.
import { geoConicConformalRaw } from "d3-geo";

const EARTH_KM = 6371.0088;
const MIDDLE = 127.5;
const RADIANS = Math.PI / 180;
const cone = geoConicConformalRaw(35.5 * RADIANS, 41.5 * RADIANS);
const ORIGIN = cone(0, 38.5 * RADIANS)[1];

/** Return where a place is on the map. */
export function forward(lon: number, lat: number): [number, number] {
  const [x, y] = cone((lon - MIDDLE) * RADIANS, lat * RADIANS);
  return [EARTH_KM * x, EARTH_KM * (ORIGIN - y)];
}

/** Return longitude and latitude of a point of the map. */
export function inverse(x: number, y: number): [number, number] {
  const [lon, lat] = cone.invert!(x / EARTH_KM, ORIGIN - y / EARTH_KM);
  return [MIDDLE + lon / RADIANS, lat / RADIANS];
}
