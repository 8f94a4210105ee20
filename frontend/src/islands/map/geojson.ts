// What is shown, as GeoJSON.
import type { Item } from "./items";

/** Where a file is from and what was shown. */
export interface Shown {
  date: string;
  layers: readonly string[];
  address: string;
  licence: string;
  program: string;
  record: string;
}

/** Return the items of the layers that are shown as one collection of features, with where it is from. */
export function collection(items: readonly Item[], shown: Shown): object {
  const features = items
    .filter((item) => shown.layers.includes(item.layer))
    .map(({ geometry, id, layer, name, written, facts, sources, figures }) => ({
      type: "Feature",
      id,
      geometry,
      properties: { layer, name, hangul: written?.hangul, han: written?.han, facts, sources, figures },
    }));
  return {
    type: "FeatureCollection",
    metadata: { dataset: "map", ...shown, rows: features.length },
    features,
  };
}
