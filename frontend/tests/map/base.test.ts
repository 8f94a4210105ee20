import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { collection } from "../../src/islands/map/geojson";
import type { Item } from "../../src/islands/map/items";
import { baseOf } from "../../src/map/base";
import { linkColumns, momentColumns } from "../../src/map/scene";
import { LINK } from "../../src/map/view";

const file = new URL("../../../src/stalemate/interfaces/atlas/basemap.json", import.meta.url);
const topology = JSON.parse(readFileSync(file, "utf8"));

describe("the base map", () => {
  const base = baseOf(topology);

  it("has every ring and line of the file, the rings closed and all within its box", () => {
    const { land, shore, lakes, rivers } = topology.objects;
    expect(base.land.length).toBe(land.arcs.flat().length);
    expect(base.shore.length).toBe(shore.arcs.length);
    expect(base.lakes.length).toBe(lakes.geometries.length);
    expect(base.rivers.length).toBe(rivers.geometries[0].arcs.length);
    expect(base.approximate.length).toBe(rivers.geometries.length - 1);
    for (const ring of [...base.land, ...base.lakes]) expect(ring.at(-1)).toEqual(ring[0]);
    const places = [...base.land, ...base.shore, ...base.rivers].flat();
    expect(places.every(([lon, lat]) => lon > 121.9 && lon < 133.6 && lat > 32.4 && lat < 44.6)).toBe(true);
  });

  it("has the Yalu bridges by a river", () => {
    const apart = base.rivers
      .flat()
      .map(([lon, lat]) => Math.hypot((lon - 124.39) * 85, (lat - 40.115) * 111));
    expect(Math.min(...apart)).toBeLessThan(5);
  });
});

describe("a scene", () => {
  it("has moments in the order of their days", () => {
    const row = { name: "", kind: 0, lon: 127, lat: 38 };
    const columns = momentColumns([
      { ...row, id: "b", day: 9 },
      { ...row, id: "a", day: 3 },
    ]);
    expect(columns.ids).toEqual(["a", "b"]);
    expect([...columns.day]).toEqual([3, 9]);
  });

  it("has links as wide as what they carry, those not open apart", () => {
    const row = { cars_per_day: 150, state: "open" } as Parameters<typeof linkColumns>[0][number];
    const columns = linkColumns([row, { ...row, state: "not_yet" }, { ...row, cars_per_day: null }], 300);
    expect([...columns.state]).toEqual([LINK.open, LINK.absent, LINK.open]);
    expect([...columns.load]).toEqual([0.5, 0.5, 0]);
  });
});

describe("a file of what is shown", () => {
  it("holds the layers that are shown and where it is from", () => {
    const item = { id: "event:x", layer: "events", name: "x", facts: [], sources: ["s"] } as unknown as Item;
    const shown = {
      date: "1952-06-23",
      layers: ["events"],
      address: "/",
      licence: "l",
      program: "p",
      record: "r",
    };
    const other = { ...item, id: "raid:y", layer: "raids" } as Item;
    const found = collection([item, other], shown) as { metadata: object; features: { id: string }[] };
    expect(found.features.map((one) => one.id)).toEqual(["event:x"]);
    expect(found.metadata).toMatchObject({ ...shown, rows: 1 });
  });
});
