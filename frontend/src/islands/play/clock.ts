// The clock: a day with parts of it, moved by a speed in days a second, or by steps.
import { dateOf, dayAt } from "../../map/day";

export const SLOWEST = 0.1;
export const FASTEST = 365;
/** With reduced motion the clock moves by a leap once in so many milliseconds. */
export const LEAP_MS = 1000;

/** Return where the clock stands after some time: no later than the last day. */
export function advanced(day: number, speed: number, ms: number, last: number): number {
  return Math.min(last, day + (speed * ms) / 1000);
}

export type Step = "day" | "week" | "month";

/** Return the day that lies a step on (or back, if `by` is negative), kept between two days. */
export function stepped(day: number, step: Step, by: number, first: number, last: number): number {
  const from = Math.floor(day);
  const to = step === "month" ? monthOn(from, by) : from + by * (step === "week" ? 7 : 1);
  return Math.max(first, Math.min(last, to));
}

/** Return the first day of the next month, or of this month or the one before: months are gone through whole. */
function monthOn(day: number, by: number): number {
  const date = dateOf(day);
  const within = date.getUTCDate() > 1 && by < 0 ? 1 : 0;
  return dayAt(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + by + within, 1));
}

/** Return a speed that was typed, or nothing if it is none. */
export function speedOf(typed: string): number | undefined {
  const value = Number(typed.replace(",", "."));
  return typed.trim() !== "" && value >= SLOWEST && value <= FASTEST ? value : undefined;
}
