// Marks of the map, drawn once and copied many times.
import type { Shape } from "./view";

/** How a mark looks; `size` is half its width in pixels of the page. */
export interface Look {
  shape: Shape | "target";
  size: number;
  fill: string;
  stroke: string;
}

/** Marks by their look. */
export class Sprites {
  private readonly made = new Map<string, HTMLCanvasElement>();

  constructor(private readonly ratio: number) {}

  /** Return the picture of a mark; its middle is the mark's place. */
  of(look: Look): HTMLCanvasElement {
    const key = `${look.shape} ${look.size} ${look.fill} ${look.stroke}`;
    let canvas = this.made.get(key);
    if (!canvas) {
      canvas = document.createElement("canvas");
      canvas.width = canvas.height = Math.ceil(2 * (look.size + 2) * this.ratio);
      const pen = canvas.getContext("2d")!;
      pen.setTransform(this.ratio, 0, 0, this.ratio, canvas.width / 2, canvas.height / 2);
      pen.fillStyle = look.fill;
      pen.strokeStyle = look.stroke;
      pen.lineWidth = look.shape === "cross" ? 2.4 : 1.3;
      const path = outline(look.shape, look.size);
      if (look.shape !== "cross") pen.fill(path);
      pen.stroke(path);
      this.made.set(key, canvas);
    }
    return canvas;
  }

  /** Copy a mark to a place, in pixels of the page. */
  draw(pen: CanvasRenderingContext2D, look: Look, x: number, y: number): void {
    const canvas = this.of(look);
    const width = canvas.width / this.ratio;
    pen.drawImage(canvas, x - width / 2, y - width / 2, width, width);
  }
}

/** Return the outline of a mark about its middle. */
export function outline(shape: Look["shape"], size: number): Path2D {
  const path = new Path2D();
  const corners = (...places: [number, number][]): void => {
    places.forEach(([x, y], at) => path[at ? "lineTo" : "moveTo"](x * size, y * size));
    path.closePath();
  };
  switch (shape) {
    case "triangle":
      corners([0, -1], [0.95, 0.75], [-0.95, 0.75]);
      break;
    case "square":
      corners([-0.8, -0.8], [0.8, -0.8], [0.8, 0.8], [-0.8, 0.8]);
      break;
    case "diamond":
      corners([0, -1], [1, 0], [0, 1], [-1, 0]);
      break;
    case "hexagon":
      corners([-0.5, -0.87], [0.5, -0.87], [1, 0], [0.5, 0.87], [-0.5, 0.87], [-1, 0]);
      break;
    case "bar":
      corners([-1, -0.45], [1, -0.45], [1, 0.45], [-1, 0.45]);
      break;
    case "cross":
      path.moveTo(-size, -size);
      path.lineTo(size, size);
      path.moveTo(size, -size);
      path.lineTo(-size, size);
      break;
    default:
      path.arc(0, 0, size * 0.85, 0, 2 * Math.PI);
  }
  return path;
}
