// What is shown as one PNG: maps side by side, the timeline below them, then the charts in two columns.
import { imageOf } from "../../files";
import type { MapView } from "../../map/view";
import { coloursOf } from "./canvas";

const WIDTH = 1200;
const GAP = 12;
const LINE = 18;

interface Part {
  label: string;
  layers: readonly CanvasImageSource[];
  /** Height over width. */
  shape: number;
}

/** Draw what the island in `root` shows now; `labels` are those of its maps. */
export async function pictureOf(
  root: HTMLElement,
  title: string,
  labels: readonly string[],
  views: readonly (MapView | null)[],
): Promise<Blob> {
  const maps = await Promise.all(
    labels.map(async (label, number): Promise<Part[]> => {
      const blob = await views[number]?.picture("");
      const picture = blob ? await createImageBitmap(blob) : null;
      return picture ? [{ label, layers: [picture], shape: picture.height / picture.width }] : [];
    }),
  );
  const rows = [maps.flat(), partsOf(root, ".canvases"), ...pairs(partsOf(root, ".chart"))].filter(
    (row) => row.length > 0,
  );
  const height = 3 * LINE + rows.reduce((sum, row) => sum + heightOf(row), 0);
  const canvas = document.createElement("canvas");
  canvas.width = WIDTH;
  canvas.height = Math.ceil(height);
  const pen = canvas.getContext("2d")!;
  const colours = coloursOf(root);
  pen.fillStyle = colours.paper;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.textBaseline = "top";
  pen.fillStyle = colours.ink;
  pen.font = "600 15px system-ui, sans-serif";
  pen.fillText(title, GAP, GAP / 2);
  pen.font = "12px system-ui, sans-serif";
  let top = 2 * LINE;
  for (const row of rows) {
    row.forEach((part, number) => {
      const left = GAP + number * (widthOf(row) + GAP);
      pen.fillText(part.label, left, top);
      for (const layer of part.layers) {
        pen.drawImage(layer, left, top + LINE, widthOf(row), widthOf(row) * part.shape);
      }
    });
    top += heightOf(row);
  }
  pen.fillStyle = colours.soft;
  pen.fillText(location.href, GAP, top);
  return imageOf(canvas);
}

/** Return what is drawn in boxes of a class, with what each is called. */
function partsOf(root: HTMLElement, boxes: string): Part[] {
  return [...root.querySelectorAll<HTMLElement>(boxes)].flatMap((box) => {
    const layers = [...box.querySelectorAll("canvas")].filter((one) => one.width > 0);
    const label = box.closest("figure")?.querySelector("figcaption")?.textContent ?? box.ariaLabel ?? "";
    return layers[0] ? [{ label, layers, shape: layers[0].height / layers[0].width }] : [];
  });
}

function pairs(parts: readonly Part[]): Part[][] {
  return Array.from({ length: Math.ceil(parts.length / 2) }, (_, n) => parts.slice(2 * n, 2 * n + 2));
}

function widthOf(row: readonly Part[]): number {
  return (WIDTH - GAP * (row.length + 1)) / row.length;
}

function heightOf(row: readonly Part[]): number {
  return LINE + GAP + Math.max(...row.map((part) => part.shape)) * widthOf(row);
}
