// Colours of the map, from the page's own variables, and those of classes after Okabe and Ito.

export interface Theme {
  sea: string;
  land: string;
  shore: string;
  river: string;
  ink: string;
  soft: string;
  paper: string;
  rail: string;
  front: string;
  mark: string;
  miss: string;
  other: string;
  zone: string;
  calm: string;
  reduced: string;
  shut: string;
  "damage-some": string;
  "damage-bad": string;
  "damage-worst": string;
  dark: boolean;
}

const NAMES = [
  "sea",
  "land",
  "shore",
  "river",
  "ink",
  "soft",
  "paper",
  "rail",
  "front",
  "mark",
  "miss",
  "other",
  "zone",
  "calm",
  "reduced",
  "shut",
  "damage-some",
  "damage-bad",
  "damage-worst",
] as const;

/** Read the colours that hold now, with whether they are those of the dark. */
export function themeOf(element: HTMLElement): Theme {
  const found = coloursNamed(element, NAMES);
  return { ...found, dark: lightness(found.paper) < 0.5 };
}

/** Read colours by name; a variable with a light and a dark value is resolved by the browser. */
export function coloursNamed<N extends string>(element: Element, names: readonly N[]): Record<N, string> {
  const probe = document.createElement("span");
  probe.hidden = true;
  element.append(probe);
  const found = {} as Record<N, string>;
  for (const name of names) {
    probe.style.color = `var(--${name})`;
    found[name] = getComputedStyle(probe).color;
  }
  probe.remove();
  return found;
}

/** Colours of the states of targets after Okabe and Ito: blue, orange, vermilion, never red against green. */
export const STATES = { whole: "#0072b2", damaged: "#e69f00", destroyed: "#d55e00" } as const;

/** Call when the colours of the page change. */
export function onTheme(heard: () => void): () => void {
  const asked = matchMedia("(prefers-color-scheme: dark)");
  asked.addEventListener("change", heard);
  document.documentElement.addEventListener("themechange", heard);
  return () => {
    asked.removeEventListener("change", heard);
    document.documentElement.removeEventListener("themechange", heard);
  };
}

function lightness(colour: string): number {
  const [red = 0, green = 0, blue = 0] = (colour.match(/[\d.]+/g) ?? []).map(Number);
  return (0.3 * red + 0.59 * green + 0.11 * blue) / 255;
}
