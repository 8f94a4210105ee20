// Coast and water out of the server's TopoJSON.
import { feature } from "topojson-client";
import type { GeometryObject, Topology } from "topojson-specification";
import type { Geometry, Position } from "geojson";
import type { Base, Line } from "./view";

/** Return the base map that a TopoJSON file of the server holds. */
export function baseOf(topology: Topology): Base {
  const [rivers, ...byHand] = parts(topology, "rivers");
  return {
    land: parts(topology, "land").flat(),
    shore: parts(topology, "shore").flat(),
    lakes: parts(topology, "lakes").flat(),
    rivers: rivers ?? [],
    approximate: byHand.flat(),
  };
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
