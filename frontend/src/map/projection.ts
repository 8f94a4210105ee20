// The projection of every map of the atlas, in kilometres: x to the east, y to the south.
// Lambert's conformal cone on a sphere, as in projection.py: parallels 35.5 and 41.5, x and y zero at 127.5 E,
// 38.5 N. J. P. Snyder, Map Projections (1987), equations 15-1 to 15-5. A test holds it against d3-geo, which
// would be a fifth of the script of a page.

const EARTH_KM = 6371.0088;
const MIDDLE = 127.5;
const RADIANS = Math.PI / 180;
const SOUTH = 35.5 * RADIANS;
const NORTH = 41.5 * RADIANS;

const stretch = (latitude: number): number => Math.tan(Math.PI / 4 + latitude / 2);
const CONE = Math.log(Math.cos(SOUTH) / Math.cos(NORTH)) / Math.log(stretch(NORTH) / stretch(SOUTH));
const FACTOR = (EARTH_KM * Math.cos(SOUTH) * stretch(SOUTH) ** CONE) / CONE;
const fromApex = (latitude: number): number => FACTOR / stretch(latitude) ** CONE;
const ORIGIN = fromApex(38.5 * RADIANS);

/** Return where a place is on the map. */
export function forward(lon: number, lat: number): [number, number] {
  const far = fromApex(lat * RADIANS);
  const turn = CONE * (lon - MIDDLE) * RADIANS;
  return [far * Math.sin(turn), far * Math.cos(turn) - ORIGIN];
}

/** Return longitude and latitude of a point of the map. */
export function inverse(x: number, y: number): [number, number] {
  const below = ORIGIN + y;
  const latitude = 2 * Math.atan((FACTOR / Math.hypot(x, below)) ** (1 / CONE)) - Math.PI / 2;
  return [MIDDLE + Math.atan2(x, below) / CONE / RADIANS, latitude / RADIANS];
}
