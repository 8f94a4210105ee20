import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dayIn, numberIn, oneOf, readState, someOf, text, writeState, type Fields } from "../src/address";

interface State {
  date: string;
  zoom: number;
  play: "record" | "model";
  layers: readonly ("front" | "rail" | "raids")[];
  seen: string;
}

const fields: Fields<State> = {
  date: dayIn("1951-07-10", "1953-07-27", "1951-07-10"),
  zoom: numberIn(1, 16, 1, 2),
  play: oneOf(["record", "model"], "record"),
  layers: someOf(["front", "rail", "raids"], ["front", "rail"]),
  seen: text(""),
};

const day = fc
  .integer({ min: 0, max: 748 })
  .map((n) => new Date(Date.UTC(1951, 6, 10 + n)).toISOString().slice(0, 10));
const state = fc.record<State>({
  date: day,
  zoom: fc.integer({ min: 100, max: 1600 }).map((n) => n / 100),
  play: fc.constantFrom("record", "model"),
  layers: fc.subarray(["front", "rail", "raids"] as const),
  seen: fc.string({ maxLength: 40, unit: "grapheme" }),
});

describe("a state and its address", () => {
  it("come back as they were", () => {
    fc.assert(
      fc.property(state, (one) => {
        expect(readState(fields, writeState(fields, one))).toEqual(one);
      }),
    );
  });

  it("are the same whatever else an address holds", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (junk) => {
        const read = readState(fields, `?${junk}`);
        expect(readState(fields, writeState(fields, read))).toEqual(read);
      }),
    );
  });

  it.each(["?date=1952-02-30", "?date=1950-01-01", "?zoom=17", "?zoom=1e1", "?play=x", "?layers=front,x"])(
    "take the initial value for %s",
    (search) => {
      expect(writeState(fields, readState(fields, search))).toBe("");
    },
  );
});
