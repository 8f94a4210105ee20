// What every canvas of the island needs: its size in pixels of the screen, and the colours of the theme.

import { coloursNamed, onTheme } from "../../map/theme";
import type { Off } from "../../map/view";

const NAMES = ["ink", "soft", "line", "hair", "paper", "raised", "mark", "other", "miss"] as const;

export type Colours = Record<(typeof NAMES)[number], string>;

/** Read the colours that hold for an element now. */
export function coloursOf(element: Element): Colours {
  return coloursNamed(element, NAMES);
}

/** Tell the colours of an element now and whenever they change, and that it may have another size. */
export function follow(element: Element, coloured: (colours: Colours) => void, sized: () => void): Off {
  const tell = (): void => coloured(coloursOf(element));
  tell();
  const sizes = new ResizeObserver(sized);
  sizes.observe(element);
  const off = onTheme(tell);
  return () => {
    sizes.disconnect();
    off();
  };
}

/** Fit a canvas to a size in pixels of the page, clear it, and return what draws on it. */
export function fitted(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D {
  const dense = Math.min(3, window.devicePixelRatio || 1);
  const [w, h] = [Math.round(width * dense), Math.round(height * dense)];
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
  }
  const ctx = canvas.getContext("2d")!;
  ctx.setTransform(dense, 0, 0, dense, 0, 0);
  ctx.clearRect(0, 0, width, height);
  return ctx;
}

export const FONT = "12px system-ui, sans-serif";
