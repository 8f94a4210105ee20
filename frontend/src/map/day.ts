// Days as numbers: days since 1 January 1950, without hours and without time zones.

const FIRST_MS = Date.UTC(1950, 0, 1);
const DAY_MS = 86_400_000;

/** Return the number of a day written as 1951-07-10. */
export function dayOf(iso: string): number {
  return dayAt(Date.parse(`${iso}T00:00:00Z`));
}

/** Return the number of the day of a moment in milliseconds. */
export function dayAt(ms: number): number {
  return Math.round((ms - FIRST_MS) / DAY_MS);
}

/** Return the moment at which a day begins. */
export function dateOf(day: number): Date {
  return new Date(FIRST_MS + day * DAY_MS);
}

/** Return a day as it is written. */
export function isoOf(day: number): string {
  return dateOf(Math.round(day)).toISOString().slice(0, 10);
}
