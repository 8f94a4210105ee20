// Coast and water out of the server's TopoJSON.
import { feature } from "topojson-client";
import type { GeometryObject, Topology } from "topojson-specification";
import type { Geometry, Position } from "geojson";
import type { Base, Line } from "./view";

const STEPS = 24;

/** Return the base map that a TopoJSON file of the server holds. */
export function baseOf(topology: Topology): Base {
  const [rivers, ...byHand] = parts(topology, "rivers");
  const land = parts(topology, "land").flat();
  return {
    sheet: sheetOf(topology, land),
    land,
    shore: parts(topology, "shore").flat(),
    lakes: parts(topology, "lakes").flat(),
    rivers: rivers ?? [],
    approximate: byHand.flat(),
  };
}

/** Return the edge of the sheet: the corner that the file counts from, and the furthest land to east and north. */
function sheetOf(topology: Topology, land: readonly Line[]): Line {
  const places = land.flat();
  const [west, south] = topology.transform?.translate ?? [places[0]![0], places[0]![1]];
  const east = places.reduce((most, [lon]) => Math.max(most, lon), west!);
  const north = places.reduce((most, [, lat]) => Math.max(most, lat), south!);
  const steps = Array.from({ length: STEPS + 1 }, (_, at) => at / STEPS);
  const along = (from: number, to: number): number[] => steps.map((share) => from + share * (to - from));
  return [
    ...along(west!, east).map((lon): [number, number] => [lon, south!]),
    ...along(south!, north).map((lat): [number, number] => [east, lat]),
    ...along(east, west!).map((lon): [number, number] => [lon, north]),
    ...along(north, south!).map((lat): [number, number] => [west!, lat]),
  ];
}

/** Return the lines of each geometry of an object. */
function parts(topology: Topology, name: string): Line[][] {
  const found = feature(topology, topology.objects[name] as GeometryObject);
  const features = found.type === "FeatureCollection" ? found.features : [found];
  return features.map((one) => linesOf(one.geometry));
}

function linesOf(geometry: Geometry): Line[] {
  switch (geometry.type) {
    case "LineString":
      return [line(geometry.coordinates)];
    case "MultiLineString":
    case "Polygon":
      return geometry.coordinates.map(line);
    case "MultiPolygon":
      return geometry.coordinates.flat().map(line);
    default:
      return [];
  }
}

function line(positions: readonly Position[]): Line {
  return positions.map((place) => [place[0]!, place[1]!]);
}
