import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { keyed } from "../../src/islands/map/keyboard";
import { Camera } from "../../src/map/camera";
import { placed, type Wanted } from "../../src/map/labels";
import { forward } from "../../src/map/projection";
import { scaleKm } from "../../src/map/scale";
import { fromStretch, within } from "../../src/map/shapes";

const wanted = fc.record<Wanted>({
  x: fc.integer({ min: -50, max: 650 }),
  y: fc.integer({ min: -50, max: 450 }),
  width: fc.integer({ min: 5, max: 160 }),
  height: fc.constant(13),
  mark: fc.integer({ min: 0, max: 8 }),
  over: fc.boolean(),
});

describe("names", () => {
  it("stand inside the frame and clear of one another", () => {
    fc.assert(
      fc.property(fc.array(wanted, { maxLength: 60 }), (names) => {
        const found = placed(names, 600, 400).map(({ index, x, y }) => {
          const { width, height } = names[index]!;
          return [x, y - height / 2, x + width, y + height / 2] as const;
        });
        for (const [at, one] of found.entries()) {
          expect(one[0] >= 0 && one[1] >= 0 && one[2] <= 600 && one[3] <= 400).toBe(true);
          for (const other of found.slice(at + 1)) {
            const apart =
              one[0] >= other[2] || other[0] >= one[2] || one[1] >= other[3] || other[1] >= one[3];
            expect(apart).toBe(true);
          }
        }
      }),
    );
  });

  it("give way to marks unless they may cover them", () => {
    const name = { x: 300, y: 200, width: 60, height: 13, mark: 4 };
    const marks = Float64Array.from([300, 200, 90]);
    expect(placed([{ ...name, over: false }], 600, 400, marks)).toEqual([]);
    expect(placed([{ ...name, over: true }], 600, 400, marks)).toEqual([{ index: 0, x: 307, y: 200 }]);
  });
});

describe("the scale bar", () => {
  it("is the longest round length that fits", () => {
    const sizes = fc.double({ min: 0.001, max: 50, noNaN: true });
    fc.assert(
      fc.property(sizes, (kmPerPixel) => {
        const km = scaleKm(kmPerPixel, 120);
        const digit = km / 10 ** Math.floor(Math.log10(km) + 1e-9);
        expect([1, 2, 5].some((one) => Math.abs(digit - one) < 1e-9)).toBe(true);
        expect(km / kmPerPixel).toBeLessThanOrEqual(120 + 1e-9);
        expect((2.5 * km) / kmPerPixel).toBeGreaterThan(120 - 1e-9);
      }),
    );
  });
});

describe("the camera", () => {
  it("keeps the place under the pointer when it zooms", () => {
    fc.assert(
      fc.property(fc.double({ min: 1.1, max: 4, noNaN: true }), (factor) => {
        const camera = new Camera();
        camera.width = 600;
        camera.height = 800;
        const [x, y] = forward(127, 39);
        const at = [x * camera.scale + camera.left, y * camera.scale + camera.top] as const;
        camera.zoomBy(factor, at);
        expect(x * camera.scale + camera.left).toBeCloseTo(at[0], 6);
        expect(y * camera.scale + camera.top).toBeCloseTo(at[1], 6);
      }),
    );
  });

  it("sees the whole country at first and looks where it is told", () => {
    const camera = new Camera();
    camera.width = 620;
    camera.height = 930;
    expect(camera.scale).toBeCloseTo(1, 9);
    expect(camera.sees(...forward(124.4, 40.1))).toBe(true);
    camera.lookAt({ lon: 126.5, lat: 37.9, zoom: 8 });
    const look = camera.look();
    expect([look.lon, look.lat, look.zoom]).toEqual([expect.closeTo(126.5, 9), expect.closeTo(37.9, 9), 8]);
    expect(camera.sees(...forward(129.8, 41.8))).toBe(false);
  });
});

describe("columns", () => {
  it("are cut where a plain filter cuts them", () => {
    const days = fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 40 });
    fc.assert(
      fc.property(
        days,
        fc.integer({ min: -5, max: 55 }),
        fc.integer({ min: 0, max: 20 }),
        (all, first, more) => {
          const column = Float64Array.from(all).sort();
          const [from, to] = within(column, first, first + more);
          expect([...column.slice(from, to)]).toEqual(
            [...column].filter((day) => day >= first && day <= first + more),
          );
        },
      ),
    );
  });

  it("tell how far a point is from a stretch", () => {
    expect(fromStretch(5, 3, [0, 0, 10, 0])).toBe(3);
    expect(fromStretch(-3, 4, [0, 0, 10, 0])).toBe(5);
    expect(fromStretch(3, 4, [0, 0, 0, 0])).toBe(5);
  });
});

describe("keys", () => {
  const press = (key: string, more = {}): Parameters<typeof keyed>[0] => ({
    key,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    ...more,
  });

  it("do what the list of keys says", () => {
    expect(
      ["ArrowLeft", "+", "-", "N", "p", "Enter", "?", "x"].map((key) => keyed(press(key), false)),
    ).toEqual(["left", "nearer", "farther", "next", "previous", "open", "help", null]);
  });

  it("that are letters or signs can be switched off, and none works with a modifier", () => {
    expect(["n", "?", "+"].map((key) => keyed(press(key), true))).toEqual([null, null, null]);
    expect(keyed(press("ArrowUp"), true)).toBe("up");
    expect(keyed(press("+", { ctrlKey: true }), false)).toBeNull();
  });
});
