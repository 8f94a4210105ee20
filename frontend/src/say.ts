// Words of the catalogue with their values filled in, and dates in words.
import { dates } from "$words";

/** Return a string of the catalogue with its `{names}` filled in; a name without a value stays as it is. */
export function fill(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** Return a day written as 1951-07-10 as it is read. */
export function inWords(iso: string): string {
  const [year = 0, month = 0, day = 0] = iso.split("-").map(Number);
  const name = dates[`month_${month}` as "month_1"];
  return fill(dates.day, { day, month: name, year });
}
