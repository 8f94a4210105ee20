// Days and names as this island tells them.
import { dates, lane } from "$words";
import { isoOf } from "../../map/day";
import { inWords } from "../../say";
import type { Lane } from "./state";

export const MONTHS = Array.from({ length: 12 }, (_, n) => dates[`month_${n + 1}` as "month_1"]);
export const LANE_NAMES: Readonly<Record<Lane, string>> = lane;

/** Return the number of a day as it is read. */
export function dayInWords(day: number): string {
  return inWords(isoOf(Math.floor(day)));
}
