import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readState, writeState } from "../src/address";
import { advanced, speedOf, stepped } from "../src/islands/play/clock";
import { HIGH, ONE, parseColumns, trackOf, valueAt, weekOf, weeksOf } from "../src/islands/play/columns";
import {
  across,
  beside,
  itemsOf,
  layout,
  moved,
  nearest,
  xOf,
  zoomed,
  type Told,
} from "../src/islands/play/lanes";
import { asNumber, rowsAt } from "../src/islands/play/numbers";
import { fieldsOf, LANES, PLAYS, settled, type State } from "../src/islands/play/state";
import { barsAt, stripsOfModel, stripsOfRecord, type Series } from "../src/islands/play/strips";
import { monthTicks } from "../src/islands/play/ticks";
import { dayOf, isoOf } from "../src/map/day";
import { LAYERS } from "../src/map/view";

const BOUNDS = { first: "1951-06-01", last: "1953-07-28", start: "1951-07-10", end: "1953-07-27" };
const [FIRST, LAST] = [dayOf(BOUNDS.first), dayOf(BOUNDS.last)];
const fields = fieldsOf(BOUNDS);
const aDay = fc.integer({ min: FIRST, max: LAST }).map(isoOf);
const aState: fc.Arbitrary<State> = fc
  .record<State>({
    date: aDay,
    since: aDay,
    until: aDay,
    versus: fc.oneof(fc.constant(""), aDay),
    play: fc.constantFrom(...PLAYS),
    policy: fc.constantFrom("banfill", "smart:delay=30", "historical:law=additional-protocol-1"),
    against: fc.string({ minLength: 1, maxLength: 40, unit: "grapheme" }).filter((one) => one.trim() !== ""),
    seed: fc.integer({ min: 0, max: 2 ** 53 - 1 }),
    wars: fc.integer({ min: 1, max: 512 }),
    war: fc.integer({ min: 0, max: 511 }),
    lanes: fc.subarray([...LANES]),
    layers: fc.subarray([...LAYERS]),
    lon: fc.integer({ min: 120_000, max: 134_000 }).map((n) => n / 1000),
    lat: fc.integer({ min: 32_000, max: 44_000 }).map((n) => n / 1000),
    zoom: fc.integer({ min: 100, max: 3200 }).map((n) => n / 100),
    pick: fc.string({ maxLength: 60, unit: "grapheme" }),
  })
  .map(settled);

describe("what is played, as an address", () => {
  it("comes back as it was", () => {
    fc.assert(
      fc.property(aState, (state) => {
        expect(settled(readState(fields, writeState(fields, state)))).toEqual(state);
      }),
    );
  });

  it("is the same once read, whatever stands there", () => {
    const names = fc.constantFrom(...Object.keys(fields));
    fc.assert(
      fc.property(fc.array(fc.tuple(names, fc.string())), (pairs) => {
        const read = settled(readState(fields, `?${new URLSearchParams(pairs).toString()}`));
        expect(settled(readState(fields, writeState(fields, read)))).toEqual(read);
        expect(read.since <= read.until && read.war < read.wars).toBe(true);
      }),
    );
  });

  it("is bare at first", () => {
    expect(writeState(fields, readState(fields, ""))).toBe("");
  });
});

const aTold: fc.Arbitrary<Told> = fc
  .record({
    at: fc.integer({ min: FIRST, max: LAST }),
    length: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 60 })),
    lane: fc.constantFrom(...LANES, ""),
    precision: fc.constantFrom("day" as const, "recalled_day" as const, "month" as const),
    kind: fc.constantFrom("event" as const, "raid" as const),
    id: fc.uuid(),
  })
  .map(({ at, length, ...rest }) => ({
    ...rest,
    start: isoOf(at),
    end: isoOf(at + length),
    title: "x",
    place: "y",
    trust: "read",
    page: "/",
  }));
const entries = fc.array(aTold, { maxLength: 120 });
const aScale = fc
  .tuple(
    fc.integer({ min: FIRST, max: LAST - 14 }),
    fc.integer({ min: 14, max: 400 }),
    fc.integer({ min: 80, max: 1200 }),
  )
  .map(([since, span, width]) => ({ since, until: Math.min(LAST, since + span), width }));

describe("the timeline", () => {
  it("draws or counts every entry of its lanes and range, and draws none over another", () => {
    fc.assert(
      fc.property(entries, aScale, fc.subarray([...LANES]), (rows, scale, lanes) => {
        const items = itemsOf(rows);
        const made = layout(items, lanes, scale);
        const due = items.filter(
          (item) =>
            (lanes as string[]).includes(item.lane) && item.end > scale.since && item.start < scale.until,
        );
        expect(made.shown + made.covered).toBe(due.length);
        const hidden = made.hidden.reduce((sum, bins) => sum + bins.reduce((a, b) => a + b, 0), 0);
        expect(hidden).toBe(made.covered);
        for (let a = 0; a < items.length; a += 1) {
          for (let b = a + 1; b < items.length; b += 1) {
            if (made.row[a]! < 0 || made.row[a] !== made.row[b] || made.lane[a] !== made.lane[b]) continue;
            expect(made.left[a]! + made.width[a]!).toBeLessThanOrEqual(made.left[b]! + 1e-3);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it("leads by keys to every entry of a lane, and to every lane that has one", () => {
    fc.assert(
      fc.property(fc.array(aTold, { minLength: 1, maxLength: 40 }), (rows) => {
        const items = itemsOf(rows).filter((item) => item.lane !== "");
        if (items.length === 0) return;
        for (const lane of new Set(items.map((item) => item.lane))) {
          const all = items.flatMap((item, index) => (item.lane === lane ? [index] : []));
          const met = [all[0]!];
          while (beside(items, met.at(-1)!, 1) !== met.at(-1)) met.push(beside(items, met.at(-1)!, 1));
          expect(met).toEqual(all);
          expect(beside(items, all[0]!, -1)).toBe(all[0]);
        }
        let at = 0;
        while (across(items, LANES, at, -1) !== at) at = across(items, LANES, at, -1);
        const met = [items[at]!.lane];
        while (across(items, LANES, at, 1) !== at) {
          at = across(items, LANES, at, 1);
          met.push(items[at]!.lane);
        }
        expect(met).toEqual(LANES.filter((lane) => items.some((item) => item.lane === lane)));
      }),
    );
  });

  it("finds the entry that begins nearest", () => {
    fc.assert(
      fc.property(entries, fc.integer({ min: FIRST, max: LAST }), (rows, day) => {
        const items = itemsOf(rows);
        const found = nearest(items, "talks", day);
        const away = items.flatMap((one) => (one.lane === "talks" ? [Math.abs(one.start - day)] : []));
        expect(found < 0 ? Infinity : Math.abs(items[found]!.start - day)).toBe(Math.min(...away));
      }),
    );
  });

  it("stays within the record when it is moved or zoomed", () => {
    const by = fc.integer({ min: -900, max: 900 });
    fc.assert(
      fc.property(aScale, by, fc.double({ min: 0.1, max: 10, noNaN: true }), (scale, days, factor) => {
        for (const to of [
          moved(scale, days, FIRST, LAST),
          zoomed(scale, factor, scale.since + 5, FIRST, LAST),
        ]) {
          expect(to.since).toBeGreaterThanOrEqual(FIRST);
          expect(to.until).toBeLessThanOrEqual(LAST + 1e-6);
          expect(to.until - to.since).toBeGreaterThanOrEqual(13.999);
        }
      }),
    );
  });

  it("names months where they begin", () => {
    const scale = { since: dayOf("1951-12-15"), until: dayOf("1952-03-15"), width: 900 };
    const names = "January February March April May June July August September October November December";
    const ticks = monthTicks(scale, names.split(" "));
    expect(ticks.map((one) => one.label)).toEqual(["1952", "Feb", "Mar"]);
    expect(ticks[1]!.x).toBeCloseTo(xOf(scale, dayOf("1952-02-01")));
  });
});

describe("the clock", () => {
  it.each([
    ["1952-01-31", "month", 1, "1952-02-01"],
    ["1952-01-01", "month", -1, "1951-12-01"],
    ["1952-01-15", "month", -1, "1952-01-01"],
    ["1952-02-28", "day", 1, "1952-02-29"],
    ["1952-02-28", "week", -1, "1952-02-21"],
    ["1953-07-27", "month", 1, "1953-07-28"],
  ] as const)("goes from %s by a %s (%i) to %s", (from, unit, by, to) => {
    expect(isoOf(stepped(dayOf(from), unit, by, FIRST, LAST))).toBe(to);
  });

  it("runs as fast as is said, and no further than the end", () => {
    expect(advanced(100, 7, 500, 1000)).toBeCloseTo(103.5);
    expect(advanced(100, 365, 5000, 1000)).toBe(1000);
    expect(["7", "0,5", "0.1", "365"].map(speedOf)).toEqual([7, 0.5, 0.1, 365]);
    expect(["", "0", "-1", "366", "x"].map(speedOf)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});

/** Pack a head and numbers as the page on playback tells. */
function packed(): ArrayBuffer {
  const column = (
    quantity: string,
    scope: string,
    policy: number | null,
    axis: string,
    offset: number,
    length: number,
  ) => ({
    quantity,
    scope,
    policy,
    axis,
    offset,
    length,
    meaning: quantity,
    unit: "persons",
    kind: "sum",
  });
  const columns = [
    column("cuts", "place", 0, "section", 0, 64),
    column("civilian_deaths", "week", 0, "", 64, 32),
    column("civilian_deaths", "to date", 0, "", 96, 32),
  ];
  const head = {
    columns,
    axes: { section: ["a", "b"], "": [""] },
    weeks: ["1951-07-10", "1951-07-17"],
    statistics: ["median", "low", "high", "one"],
    policies: ["banfill"],
    replicates: 8,
  };
  let text = JSON.stringify(head);
  text += " ".repeat((4 - (text.length % 4)) % 4);
  const content = new ArrayBuffer(4 + text.length + 128);
  new DataView(content).setUint32(0, text.length, true);
  new Uint8Array(content, 4).set(new TextEncoder().encode(text));
  new Float32Array(content, 4 + text.length).set(Array.from({ length: 32 }, (_, n) => n));
  return content;
}

describe("columns of the model", () => {
  const model = parseColumns(packed());
  it("hold statistic, then place, then week", () => {
    const track = trackOf(model, "place", 0, "cuts")!;
    expect(valueAt(track, HIGH, 1, 1)).toBe(2 * 4 + 1 * 2 + 1);
    expect([...weeksOf(track, ONE, 0)]).toEqual([12, 13]);
    expect(trackOf(model, "place", 1, "cuts")).toBeUndefined();
  });

  it("are told at the clock with their band, civilians among them", () => {
    const row = rowsAt(model, "median", 1).find((one) => one.quantity === "civilian_deaths")!;
    expect(row.civil).toBe(true);
    expect(row.week).toEqual([{ value: 17, low: 19, high: 21 }]);
    expect(row.toDate).toEqual([{ value: 25, low: 27, high: 29 }]);
    expect(rowsAt(model, "one", 0)[0]!.week).toEqual([{ value: 22, low: null, high: null }]);
    expect(row.difference).toBeNull();
  });

  it("become strips with what is on record over them", () => {
    const point = {
      start: "1951-07-10",
      end: "1951-07-16",
      low: 90,
      high: 99,
      figure: "f",
      source: "s",
      trust: "read" as const,
      role: "input",
    };
    const series: Series[] = [
      {
        id: "held",
        label: "l",
        group: "g",
        unit: "persons a week",
        quantity: "civilian_deaths",
        points: [point],
      },
      { id: "own", label: "l", group: "g", unit: "u", quantity: null, points: [point] },
    ];
    const strip = stripsOfModel(model, "median", series)[0]!;
    expect([strip.quantity, strip.group, strip.to, strip.bars.length]).toEqual([
      "civilian_deaths",
      "civilians",
      99,
      1,
    ]);
    const own = stripsOfRecord(series);
    expect(own.map((one) => one.id)).toEqual(["own"]);
    expect(barsAt(own[0]!.bars, dayOf("1951-07-16"))).toHaveLength(1);
    expect(barsAt(own[0]!.bars, dayOf("1951-07-17"))).toHaveLength(0);
  });

  it("are refused when they are something else", () => {
    const content = packed();
    expect(() => parseColumns(content.slice(0, content.byteLength - 40))).toThrow(RangeError);
  });

  it("give a day its week", () => {
    const start = dayOf("1951-07-10");
    expect([-40, 0, 6, 7, 5000].map((n) => weekOf(start + n, start, 107))).toEqual([0, 0, 0, 1, 106]);
  });
});

describe("numbers", () => {
  it.each([
    [1234567, "1,234,567"],
    [-12.34, "−12.3"],
    [0.056, "0.06"],
    [-0.0012, "−0.001"],
    [0, "0"],
    [Number.NaN, "–"],
  ])("%f is told as %s", (value, text) => {
    expect(asNumber(value)).toBe(text);
  });
});
