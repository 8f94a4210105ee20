// The state of a screen as the question of its address: read, written, and kept there.

/** How one value stands in an address; `read` returns undefined for what it cannot be. */
export interface Field<T> {
  initial: T;
  read(text: string): T | undefined;
  write(value: T): string;
}

/** One field for each value of a state; the name of a field is its name in the address. */
export type Fields<S> = { [K in keyof S]: Field<S[K]> };

/** Return the state that an address tells; what is absent or malformed takes its initial value. */
export function readState<S>(fields: Fields<S>, search: string): S {
  const told = new URLSearchParams(search);
  const state = {} as S;
  for (const name of names(fields)) {
    const text = told.get(name);
    const value = text === null ? undefined : fields[name].read(text);
    state[name] = value === undefined ? fields[name].initial : value;
  }
  return state;
}

/** Return the question of the address of a state, with its `?`; initial values are left out. */
export function writeState<S>(fields: Fields<S>, state: S): string {
  const told = new URLSearchParams();
  for (const name of names(fields)) {
    const text = fields[name].write(state[name]);
    if (text !== fields[name].write(fields[name].initial)) told.set(name, text);
  }
  const question = told.toString();
  return question ? `?${question}` : "";
}

/** Put a state into the address; `step` makes it a place that the back button returns to. */
export function keepState<S>(fields: Fields<S>, state: S, step = false): void {
  const address = location.pathname + writeState(fields, state) + location.hash;
  if (address === location.pathname + location.search + location.hash) return;
  if (step) history.pushState(null, "", address);
  else history.replaceState(null, "", address);
}

function names<S>(fields: Fields<S>): (keyof S & string)[] {
  return Object.keys(fields) as (keyof S & string)[];
}

/** A text of at most `longest` letters. */
export function text(initial: string, longest = 200): Field<string> {
  return { initial, read: (told) => (told.length <= longest ? told : undefined), write: (value) => value };
}

/** One of several words. */
export function oneOf<const W extends string>(words: readonly W[], initial: W): Field<W> {
  return { initial, read: (told) => words.find((word) => word === told), write: (value) => value };
}

/** Some of several words, in the order of the list, joined by commas. */
export function someOf<const W extends string>(
  words: readonly W[],
  initial: readonly W[],
): Field<readonly W[]> {
  return {
    initial,
    read: (told) => {
      const parts = told === "" ? [] : told.split(",");
      const known = words.filter((word) => parts.includes(word));
      return known.length === parts.length ? known : undefined;
    },
    write: (value) => words.filter((word) => value.includes(word)).join(","),
  };
}

/** A number between two others, both taken, written with at most `digits` decimals. */
export function numberIn(least: number, most: number, initial: number, digits = 0): Field<number> {
  return {
    initial,
    read: (told) => {
      if (!/^-?\d+(\.\d+)?$/.test(told)) return undefined;
      const value = Number(told);
      return value >= least && value <= most && rounded(value, digits) === value ? value : undefined;
    },
    write: (value) => String(rounded(value, digits)),
  };
}

/** A day as YYYY-MM-DD between two others, both taken. */
export function dayIn(first: string, last: string, initial: string): Field<string> {
  return {
    initial,
    read: (told) => (isDay(told) && told >= first && told <= last ? told : undefined),
    write: (value) => value,
  };
}

function isDay(told: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(told)) return false;
  const day = new Date(`${told}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().slice(0, 10) === told;
}

function rounded(value: number, digits: number): number {
  const scale = 10 ** digits;
  return Math.round(value * scale) / scale + 0;
}
