import { geoConicConformalRaw } from "d3-geo";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { forward, inverse } from "../../src/map/projection";

// Longitude, latitude, x and y (to the north) in km, by the closed form of projection.py (Snyder 1987, 15-1 to 15-5).
const GRID = [
  [122.5, 33.1, -466.922193, -587.822531],
  [127.5, 33.1, 0, -600.514152],
  [133, 33.1, 513.561303, -585.158085],
  [122.5, 36, -449.385833, -265.481276],
  [127.5, 36, 0, -277.696233],
  [133, 36, 494.273302, -262.9169],
  [122.5, 38.5, -434.300608, 11.804919],
  [127.5, 38.5, 0, 0],
  [133, 38.5, 477.681271, 14.283213],
  [122.5, 41.5, -416.195989, 344.591542],
  [127.5, 41.5, 0, 333.278733],
  [133, 41.5, 457.768248, 346.966524],
  [122.5, 43.9, -401.678323, 611.445257],
  [127.5, 43.9, 0, 600.527059],
  [133, 43.9, 441.800467, 613.737395],
] as const;

describe("the projection", () => {
  it.each(GRID)("puts %d E %d N where the server does, to a metre", (lon, lat, x, north) => {
    const [found, south] = forward(lon, lat);
    expect(Math.hypot(found - x, -south - north)).toBeLessThan(0.001);
  });

  it("agrees with d3-geo to a millimetre", () => {
    const radians = Math.PI / 180;
    const cone = geoConicConformalRaw(35.5 * radians, 41.5 * radians);
    const [, origin] = cone(0, 38.5 * radians);
    for (const [lon, lat] of GRID) {
      const [x, y] = cone((lon - 127.5) * radians, lat * radians);
      const [found, south] = forward(lon, lat);
      expect(found).toBeCloseTo(6371.0088 * x, 6);
      expect(south).toBeCloseTo(6371.0088 * (origin - y), 6);
    }
  });

  it("goes there and back", () => {
    const lons = fc.double({ min: 120, max: 136, noNaN: true });
    const lats = fc.double({ min: 31, max: 46, noNaN: true });
    fc.assert(
      fc.property(lons, lats, (lon, lat) => {
        const [back, up] = inverse(...forward(lon, lat));
        expect(back).toBeCloseTo(lon, 8);
        expect(up).toBeCloseTo(lat, 8);
      }),
    );
  });
});
