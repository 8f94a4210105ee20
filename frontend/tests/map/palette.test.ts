import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { damageColour, linkColour, targetColour } from "../../src/map/moving";
import type { Theme } from "../../src/map/theme";
import { LINK, TARGET } from "../../src/map/view";

const CSS = readFileSync(
  new URL("../../../src/stalemate/interfaces/atlas/static/atlas.css", import.meta.url),
  "utf8",
);

/** The colours of a theme as the page's style has them. */
function themed(dark: boolean): Theme {
  const found: Record<string, string> = {};
  for (const [, name, light, night] of CSS.matchAll(/--([\w-]+): light-dark\((#\w+), (#\w+)\)/g)) {
    found[name!] = (dark ? night : light)!;
  }
  return { ...found, dark } as unknown as Theme;
}

function channels(colour: string): number[] {
  return [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255);
}

/** Relative luminance of WCAG 2.2. */
function luminance(colour: string): number {
  const [red, green, blue] = channels(colour).map((one) =>
    one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

function contrast(one: string, other: string): number {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high! + 0.05) / (low! + 0.05);
}

/** How a colour looks to an eye without one kind of cone (Vienot, Brettel and Mollon 1999, linear light left out). */
function seen(colour: string, lacking: "protan" | "deutan"): number[] {
  const [red, green, blue] = channels(colour) as [number, number, number];
  const shared = lacking === "protan" ? 0.11238 * red + 0.88762 * green : 0.29275 * red + 0.70725 * green;
  return [shared, shared, blue];
}

describe.each([false, true])("colours of the map, dark: %s", (dark) => {
  const theme = themed(dark);

  it("of names stand out by 4.5 to 1", () => {
    for (const ground of [theme.land, theme.sea]) expect(contrast(theme.ink, ground)).toBeGreaterThan(4.5);
  });

  it("of marks and lines stand out by 3 to 1", () => {
    const marks = [
      theme.rail,
      theme.front,
      theme.mark,
      theme.miss,
      theme.other,
      theme.zone,
      theme.calm,
      theme.soft,
    ];
    const links = [LINK.open, LINK.reduced, LINK.shut].map((state) => linkColour(state, theme));
    for (const one of [...marks, ...links]) expect(contrast(one, theme.land), one).toBeGreaterThan(3);
    expect(contrast(theme.ink, theme.land)).toBeGreaterThan(3);
  });

  it("of states differ for eyes without red or green", () => {
    const links = [LINK.open, LINK.reduced, LINK.shut].map((state) => linkColour(state, theme));
    const targets = [TARGET.whole, TARGET.damaged, TARGET.destroyed].map((state) =>
      targetColour(state, theme),
    );
    const towns = [5, 60, 95].map((percent) => damageColour(percent, theme));
    for (const row of [links, targets, towns]) {
      for (const lacking of ["protan", "deutan"] as const) {
        for (const [at, one] of row.entries()) {
          for (const other of row.slice(at + 1)) {
            const apart = Math.hypot(
              ...seen(one, lacking).map((value, k) => value - seen(other, lacking)[k]!),
            );
            expect(apart, `${one} ${other} ${lacking}`).toBeGreaterThan(0.1);
          }
        }
      }
    }
  });
});
