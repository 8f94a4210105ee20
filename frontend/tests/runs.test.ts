import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readState, writeState } from "../src/address";
import { asked, FIELDS, FIRE, REPAIR, type Question } from "../src/islands/runs/question";
import { weekAt, written, type Series } from "../src/islands/runs/series";
import { moved } from "../src/islands/runs/spin";

const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
const range = fc.record({ name: fc.stringMatching(/^[a-z][a-z0-9_]{0,20}$/), low: number, high: number });
const question = fc.record<Question>({
  policies: fc.array(fc.stringMatching(/^[a-z][a-z0-9-]{0,9}(:cap=0\.[0-9])?$/), {
    minLength: 2,
    maxLength: 4,
  }),
  law: fc.constantFrom("", "hague-1907", "additional-protocol-1"),
  replicates: fc.integer({ min: 1, max: 20_000 }),
  seed: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  repair: fc.subarray([...REPAIR], { minLength: 1 }),
  fire: fc.subarray([...FIRE], { minLength: 1 }),
  since: fc.constantFrom("start", "parting"),
  ranges: fc
    .uniqueArray(range, { maxLength: 4, selector: ({ name }) => name })
    .map((list) => list.sort((a, b) => (a.name < b.name ? -1 : 1))),
});

describe("a question and its address", () => {
  it("come back as they were", () => {
    fc.assert(
      fc.property(question, (one) => {
        expect(readState(FIELDS, writeState(FIELDS, one))).toEqual(one);
      }),
    );
  });

  it("are the same whatever else an address holds", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (junk) => {
        const read = readState(FIELDS, `?${junk}`);
        expect(readState(FIELDS, writeState(FIELDS, read))).toEqual(read);
      }),
    );
  });

  it("are those of the server", () => {
    const samples = JSON.parse(readFileSync(new URL("./questions.json", import.meta.url), "utf-8")) as {
      address: string;
      question: Question;
    }[];
    expect(samples.length).toBeGreaterThan(4);
    for (const { address, question } of samples) {
      expect(readState(FIELDS, `?${address}`)).toEqual(question);
      expect(writeState(FIELDS, question).slice(1)).toBe(address);
    }
  });

  it("come from a form, where what is not whole is as at first", () => {
    const form = new FormData();
    for (const [name, value] of [
      ["policies", "smart"],
      ["policies", " historical "],
      ["policies", ""],
      ["replicates", "64"],
      ["seed", ""],
      ["repair", "queue"],
      ["low.a", "1.5"],
      ["high.a", "2"],
      ["low.b", "1"],
      ["high.b", ""],
    ] as const)
      form.append(name, value);
    expect(writeState(FIELDS, asked(form))).toBe(
      "?policies=smart%2Chistorical&replicates=64&repair=queue&ranges=a%3A1.5..2",
    );
  });
});

describe("a number that moves by keys", () => {
  it("stays inside and goes to the ends", () => {
    const keys = fc.constantFrom("ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End");
    fc.assert(
      fc.property(keys, fc.double({ min: 2, max: 3, noNaN: true }), (key, value) => {
        const next = moved(key, value, 2, 3) ?? NaN;
        expect(next).toBeGreaterThanOrEqual(2);
        expect(next).toBeLessThanOrEqual(3);
      }),
    );
    expect(moved("ArrowUp", 2, 2, 4)).toBe(2.05);
    expect(moved("PageDown", 4, 2, 4)).toBe(3.75);
    expect([moved("Home", 3, 2, 4), moved("End", 3, 2, 4), moved("a", 3, 2, 4)]).toEqual([2, 4, undefined]);
  });
});

describe("numbers of a chart", () => {
  it.each([
    [0, "0"],
    [0.004, "0.004"],
    [1.234, "1.23"],
    [12.34, "12.3"],
    [1234.5, "1,235"],
    [-56.78, "−56.8"],
  ])("%d is written %s", (value, text) => {
    expect(written(value)).toBe(text);
  });

  it("stand at the week of a moment", () => {
    const series = { weeks: ["1951-07-10", "1951-07-17", "1951-07-24"] } as Series;
    const at = (day: string): number => weekAt(series, new Date(`${day}T12:00:00Z`));
    expect(["1950-01-01", "1951-07-16", "1951-07-17", "1960-01-01"].map(at)).toEqual([0, 0, 1, 2]);
  });
});
