// What is shown as one PNG: maps side by side, the timeline below them, then the charts, with what it is.
import { coloursOf } from "./canvas";

const GAP = 12;
const LINE = 18;

export interface Shown {
  title: string;
  credit: string;
  maps: readonly { label: string; picture: ImageBitmap }[];
  charts: readonly { label: string; layers: readonly HTMLCanvasElement[] }[];
}

/** Draw it, in the colours of an element. */
export function pictureOf(shown: Shown, element: Element, width = 1200): Promise<Blob> {
  const colours = coloursOf(element);
  const across = Math.max(1, shown.maps.length);
  const mapWidth = (width - GAP * (across + 1)) / across;
  const tall = Math.max(0, ...shown.maps.map((map) => (map.picture.height / map.picture.width) * mapWidth));
  const heights = shown.charts.map((chart) => heightOf(chart.layers[0], width - 2 * GAP));
  const height =
    2 * LINE +
    GAP +
    (tall ? tall + LINE + GAP : 0) +
    heights.reduce((sum, one) => sum + one + LINE + 4, 0) +
    LINE +
    GAP;
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = Math.ceil(height);
  const ctx = canvas.getContext("2d")!;
  ctx.fillStyle = colours.paper;
  ctx.fillRect(0, 0, canvas.width, canvas.height);
  ctx.fillStyle = colours.ink;
  ctx.textBaseline = "top";
  ctx.font = "600 15px system-ui, sans-serif";
  ctx.fillText(shown.title, GAP, GAP);
  ctx.font = "12px system-ui, sans-serif";
  let y = 2 * LINE + GAP;
  shown.maps.forEach((map, number) => {
    const x = GAP + number * (mapWidth + GAP);
    ctx.fillText(map.label, x, y);
    ctx.drawImage(map.picture, x, y + LINE, mapWidth, (map.picture.height / map.picture.width) * mapWidth);
  });
  if (tall) y += tall + LINE + GAP;
  shown.charts.forEach((chart, number) => {
    ctx.fillText(chart.label, GAP, y);
    for (const layer of chart.layers) ctx.drawImage(layer, GAP, y + LINE, width - 2 * GAP, heights[number]!);
    y += heights[number]! + LINE + 4;
  });
  ctx.fillStyle = colours.soft;
  ctx.fillText(shown.credit, GAP, y);
  return new Promise((done, failed) =>
    canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error("the browser made no picture")))),
  );
}

function heightOf(canvas: HTMLCanvasElement | undefined, width: number): number {
  return canvas && canvas.width > 0 ? (canvas.height / canvas.width) * width : 0;
}
