import { geoConicConformalRaw } from "d3-geo";
import fc from "fast-check";
import { expect, it } from "vitest";
import { forward, inverse } from "../../src/map/projection";

const RADIANS = Math.PI / 180;
const cone = geoConicConformalRaw(35.5 * RADIANS, 41.5 * RADIANS);
const lon = fc.double({ min: 115, max: 140, noNaN: true });
const lat = fc.double({ min: 28, max: 50, noNaN: true });

it("is the cone of d3-geo, and comes back", () => {
  fc.assert(
    fc.property(lon, lat, (x, y) => {
      const [east, north] = cone((x - 127.5) * RADIANS, y * RADIANS);
      const origin = cone(0, 38.5 * RADIANS)[1];
      const found = forward(x, y);
      expect(found[0]).toBeCloseTo(6371.0088 * east, 6);
      expect(found[1]).toBeCloseTo(6371.0088 * (origin - north), 6);
      const back = inverse(...found);
      expect(back[0]).toBeCloseTo(x, 9);
      expect(back[1]).toBeCloseTo(y, 9);
    }),
  );
});
