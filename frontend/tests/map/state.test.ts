import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FIELDS, readAddress, SHOWN, stepped, writeAddress, type Screen } from "../../src/islands/map/state";
import { dayOf, isoOf } from "../../src/map/day";
import { LAYERS } from "../../src/map/view";

const FIRST = "1951-06-01";
const LAST = "1953-07-28";
const days = fc.integer({ min: dayOf(FIRST), max: dayOf(LAST) }).map(isoOf);
const number = (low: number, high: number, scale: number): fc.Arbitrary<number> =>
  fc.integer({ min: Math.ceil(low * scale), max: Math.floor(high * scale) }).map((n) => n / scale);
const screens = fc.record<Screen>({
  layers: fc.subarray([...LAYERS]),
  lon: number(120, 136, 1000),
  lat: number(31, 46, 1000),
  zoom: number(1, 48, 100),
  seen: fc.string({ maxLength: 60, unit: "grapheme" }),
});

describe("the address of the map", () => {
  it("tells the day and the state that were put into it", () => {
    fc.assert(
      fc.property(days, screens, (date, screen) => {
        const there = new URL(writeAddress(date, screen), "http://localhost");
        expect(readAddress(there.pathname, there.search, FIRST)).toEqual({ date, screen });
      }),
    );
  });

  it("is bare where all is as at first", () => {
    const screen = readAddress("/map/1952-06-23", "", FIRST).screen;
    expect(writeAddress("1952-06-23", screen)).toBe("/map/1952-06-23");
    expect(screen.layers).toEqual(LAYERS.filter((one) => SHOWN.includes(one)));
  });

  it("takes the page's own day where it has none", () => {
    expect(readAddress("/map", "?zoom=2", LAST)).toMatchObject({ date: LAST, screen: { zoom: 2 } });
    expect(FIELDS.zoom.initial).toBe(1);
  });
});

describe("a step", () => {
  it.each([
    ["1952-01-31", { months: 1 }, "1952-02-29"],
    ["1953-01-31", { months: 1 }, "1953-02-28"],
    ["1951-12-31", { days: 1 }, "1952-01-01"],
    ["1952-03-01", { days: -1 }, "1952-02-29"],
    ["1952-01-15", { months: -1 }, "1951-12-15"],
    ["1951-06-03", { months: -1 }, FIRST],
    ["1953-07-20", { months: 1 }, LAST],
  ])("from %s by %o leads to %s", (from, by, to) => {
    expect(stepped(from, by, FIRST, LAST)).toBe(to);
  });

  it("of a day forth and back leads home", () => {
    fc.assert(
      fc.property(days, (day) => {
        const next = stepped(day, { days: 1 }, "1900-01-01", "2000-01-01");
        expect(stepped(next, { days: -1 }, "1900-01-01", "2000-01-01")).toBe(day);
        expect(dayOf(next)).toBe(dayOf(day) + 1);
      }),
    );
  });
});
