// What every canvas of the island needs: its size in pixels of the screen, and the colours of the theme.

export interface Colours {
  ink: string;
  soft: string;
  line: string;
  hair: string;
  paper: string;
  raised: string;
  mark: string;
  other: string;
  miss: string;
}

const NAMES = ["ink", "soft", "line", "hair", "paper", "raised", "mark", "other", "miss"] as const;

/** Read the colours that hold for an element now. */
export function coloursOf(element: Element): Colours {
  const probe = document.createElement("span");
  probe.hidden = true;
  element.append(probe);
  const colours = {} as Colours;
  for (const name of NAMES) {
    probe.style.color = `var(--${name})`;
    colours[name] = getComputedStyle(probe).color;
  }
  probe.remove();
  return colours;
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
