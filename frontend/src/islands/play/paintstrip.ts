// Draws one strip: bands, lines, figures of the record.
import { FONT, fitted, type Colours } from "./canvas";
import { xOf, type Scale } from "./lanes";
import { yOf, type Strip } from "./strips";
import { monthTicks } from "./ticks";

export const STRIP_PX = 64;
const TOP_PX = 4;

/** Draw a strip; `start` is the day the model begins on. */
export function paintStrip(
  canvas: HTMLCanvasElement,
  one: Strip,
  scale: Scale,
  start: number,
  colours: Colours,
  number: (value: number) => string,
): void {
  const ctx = fitted(canvas, scale.width, STRIP_PX);
  const height = STRIP_PX - TOP_PX;
  const y = (value: number): number => TOP_PX + yOf(one, value, height - 1);
  ctx.fillStyle = colours.hair;
  for (const tick of monthTicks(scale, [])) ctx.fillRect(Math.round(tick.x), 0, 1, STRIP_PX);
  ctx.fillStyle = colours.line;
  ctx.fillRect(0, Math.round(y(Math.max(0, one.from))), scale.width, 1);
  for (const curve of one.curves) {
    const colour = curve.second ? colours.other : colours.mark;
    const x = (week: number): number => xOf(scale, start + 7 * week + 3.5);
    band(ctx, curve.low, curve.high, x, y, colour);
    line(ctx, curve.line, x, y, colour, curve.second);
  }
  for (const bar of one.bars) {
    const [left, right] = [xOf(scale, bar.start), xOf(scale, bar.end)];
    const [top, bottom] = [y(bar.high), y(bar.low)];
    figure(
      ctx,
      left,
      top,
      Math.max(4, right - left - 1),
      Math.max(0, bottom - top),
      bar.told.role,
      colours.ink,
    );
  }
  ctx.font = FONT;
  ctx.textBaseline = "top";
  ctx.fillStyle = colours.soft;
  ctx.fillText(number(one.to), 3, 2);
}

function band(
  ctx: CanvasRenderingContext2D,
  low: Float32Array,
  high: Float32Array,
  x: (week: number) => number,
  y: (value: number) => number,
  colour: string,
): void {
  ctx.beginPath();
  high.forEach((value, week) => ctx.lineTo(x(week), y(value)));
  for (let week = low.length - 1; week >= 0; week -= 1) ctx.lineTo(x(week), y(low[week]!));
  ctx.closePath();
  ctx.fillStyle = colour;
  ctx.globalAlpha = 0.2;
  ctx.fill();
  ctx.globalAlpha = 1;
}

function line(
  ctx: CanvasRenderingContext2D,
  values: Float32Array,
  x: (week: number) => number,
  y: (value: number) => number,
  colour: string,
  dashed: boolean,
): void {
  ctx.beginPath();
  values.forEach((value, week) => ctx.lineTo(x(week), y(value)));
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1.6;
  ctx.setLineDash(dashed ? [5, 3] : []);
  ctx.stroke();
  ctx.setLineDash([]);
}

/** Draw a figure of the record: full, or hollow where the model was given it, or dashed where it is a claim. */
function figure(
  ctx: CanvasRenderingContext2D,
  left: number,
  top: number,
  width: number,
  height: number,
  role: string | null,
  colour: string,
): void {
  if (role !== "input" && role !== "claim") {
    ctx.fillStyle = colour;
    ctx.fillRect(left, top - 1.25, width, height + 2.5);
    return;
  }
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1.2;
  ctx.setLineDash(role === "claim" ? [3, 3] : []);
  ctx.strokeRect(left, top - 2.5, width, height + 5);
  ctx.setLineDash([]);
}
