// Keys of the map.

export const COMMANDS = [
  "left",
  "right",
  "up",
  "down",
  "nearer",
  "farther",
  "whole",
  "next",
  "previous",
  "open",
  "drop",
  "help",
] as const;
export type Command = (typeof COMMANDS)[number];

/** Keys that are letters or signs; they can be switched off. */
const SIGNS: Record<string, Command> = {
  "+": "nearer",
  "=": "nearer",
  "-": "farther",
  "0": "whole",
  n: "next",
  p: "previous",
  "?": "help",
};
const KEYS: Record<string, Command> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
  Enter: "open",
  Escape: "drop",
};

/** Return what a key asks for; with `keyless` letters and signs ask for nothing. */
export function keyed(
  event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey">,
  keyless: boolean,
): Command | null {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  const sign = keyless ? undefined : SIGNS[event.key.toLowerCase()];
  return KEYS[event.key] ?? sign ?? null;
}
