// The question of a run as its address: the same names and the same first values as the server's.
import { numberIn, oneOf, someOf, type Field, type Fields } from "../../address";

export interface Range {
  name: string;
  low: number;
  high: number;
}

export interface Question {
  policies: readonly string[];
  law: string;
  replicates: number;
  seed: number;
  repair: readonly (typeof REPAIR)[number][];
  fire: readonly (typeof FIRE)[number][];
  since: "start" | "parting";
  ranges: readonly Range[];
}

export const REPAIR = ["queue", "own-clock"] as const;
export const FIRE = ["policy", "stock", "retribution", "surplus"] as const;

const POLICY = /^[a-z0-9][a-z0-9:=._-]{0,119}$/;
const RANGE = /^([a-z][a-z0-9_]{0,59}):(.+?)\.\.(.+)$/;
const NUMBER = /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i;

const policies: Field<readonly string[]> = {
  initial: ["banfill", "historical"],
  read: (told) => {
    const found = told.split(",").filter(Boolean);
    return found.length >= 2 && found.length <= 4 && found.every((one) => POLICY.test(one))
      ? found
      : undefined;
  },
  write: (value) => value.join(","),
};

const ranges: Field<readonly Range[]> = {
  initial: [],
  read: (told) => {
    const found = told.split(",").filter(Boolean).map(rangeOf);
    const known = found.filter((one) => one !== undefined);
    return known.length === found.length ? sorted(known) : undefined;
  },
  write: (value) =>
    sorted(value)
      .map(({ name, low, high }) => `${name}:${low}..${high}`)
      .join(","),
};

export const FIELDS: Fields<Question> = {
  policies,
  law: oneOf(["", "hague-1907", "additional-protocol-1"], "") as Field<string>,
  replicates: numberIn(1, 20_000, 1000),
  seed: numberIn(0, Number.MAX_SAFE_INTEGER, 1),
  repair: someOf(REPAIR, REPAIR),
  fire: someOf(FIRE, FIRE),
  since: oneOf(["start", "parting"], "start"),
  ranges,
};

/** Return a number as it is typed, nothing for what is none. */
export function typed(text: string): number | undefined {
  return NUMBER.test(text.trim()) ? Number(text) : undefined;
}

/** Return the question that a form holds so far; what is not yet whole stays as it is at first. */
export function asked(form: FormData): Question {
  const all = (name: string): string[] => form.getAll(name).map((one) => String(one).trim());
  const one = <T>(field: Field<T>, text: string): T => field.read(text) ?? field.initial;
  const some = <T>(field: Field<readonly T[]>, name: string): readonly T[] =>
    all(name).length ? one(field, all(name).join(",")) : field.initial;
  const pairs = [...form.keys()].filter((name) => name.startsWith("low.")).map((name) => name.slice(4));
  return {
    policies: some(FIELDS.policies, "policies"),
    law: one(FIELDS.law, all("law")[0] ?? ""),
    replicates: one(FIELDS.replicates, all("replicates")[0] ?? ""),
    seed: one(FIELDS.seed, all("seed")[0] ?? ""),
    repair: some(FIELDS.repair, "repair"),
    fire: some(FIELDS.fire, "fire"),
    since: one(FIELDS.since, all("since")[0] ?? ""),
    ranges: pairs.flatMap((name) => {
      const [low, high] = [typed(all(`low.${name}`)[0] ?? ""), typed(all(`high.${name}`)[0] ?? "")];
      return low === undefined || high === undefined ? [] : [{ name, low, high }];
    }),
  };
}

function rangeOf(text: string): Range | undefined {
  const [, name, low, high] = RANGE.exec(text) ?? [];
  const ends = [typed(low ?? ""), typed(high ?? "")] as const;
  return name === undefined || ends[0] === undefined || ends[1] === undefined
    ? undefined
    : { name, low: ends[0], high: ends[1] };
}

function sorted(ranges: readonly Range[]): Range[] {
  return [...ranges].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}
