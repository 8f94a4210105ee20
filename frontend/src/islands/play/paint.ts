// Draws the timeline: lanes, entries, what is hidden, months. The hand of the clock lies above it.
import { FONT, fitted, type Colours } from "./canvas";
import { BIN, CERTAIN, REMEMBERED, ROWS, type Item, type Layout } from "./lanes";
import { monthTicks } from "./ticks";

export const ROW_PX = 13;
export const DENSITY_PX = 5;
export const LANE_PX = ROWS * ROW_PX + DENSITY_PX + 4;
export const AXIS_PX = 20;
const BAR_PX = 9;
const TEXT_ROOM = 34;
const LETTER_PX = 6.2;

export interface Look {
  colours: Colours;
  months: readonly string[];
  chosen: number;
  labels: boolean;
}

/** Return the height of a timeline with so many lanes. */
export function heightOf(lanes: number): number {
  return AXIS_PX + lanes * LANE_PX;
}

/** Return which lane and row lie at a height; the row may be one past the last, over the density strip. */
export function laneAt(y: number): [lane: number, row: number] {
  const lane = Math.floor((y - AXIS_PX) / LANE_PX);
  return [lane, Math.floor((y - AXIS_PX - lane * LANE_PX) / ROW_PX)];
}

/** Draw everything but the hand. */
export function paintTimeline(
  canvas: HTMLCanvasElement,
  items: readonly Item[],
  made: Layout,
  look: Look,
): void {
  const { width } = made.scale;
  const height = heightOf(made.lanes.length);
  const ctx = fitted(canvas, width, height);
  const { colours } = look;
  ctx.font = FONT;
  ctx.textBaseline = "middle";
  for (const tick of monthTicks(made.scale, look.months)) {
    ctx.fillStyle = tick.year ? colours.line : colours.hair;
    ctx.fillRect(Math.round(tick.x), AXIS_PX, 1, height - AXIS_PX);
    ctx.fillStyle = tick.year ? colours.ink : colours.soft;
    if (tick.x < width - 20) ctx.fillText(tick.label, tick.x + 3, AXIS_PX / 2);
  }
  ctx.fillStyle = colours.line;
  for (let lane = 0; lane <= made.lanes.length; lane += 1) {
    ctx.fillRect(0, AXIS_PX + lane * LANE_PX, width, 1);
  }
  paintHidden(ctx, made, colours);
  paintItems(ctx, items, made, look);
  if (look.labels) paintLabels(ctx, items, made, look);
}

function topOf(made: Layout, index: number): number {
  return AXIS_PX + made.lane[index]! * LANE_PX + made.row[index]! * ROW_PX + 3;
}

function paintItems(ctx: CanvasRenderingContext2D, items: readonly Item[], made: Layout, look: Look): void {
  const { colours } = look;
  for (let index = 0; index < items.length; index += 1) {
    if (made.row[index]! < 0) continue;
    const item = items[index]!;
    const [x, y, w] = [made.left[index]!, topOf(made, index), made.width[index]! - 1];
    const colour = item.told.kind === "raid" ? colours.miss : colours.mark;
    if (item.date === CERTAIN) {
      ctx.fillStyle = colour;
      ctx.fillRect(x, y, w, BAR_PX);
    } else {
      ctx.strokeStyle = colour;
      ctx.lineWidth = 1.5;
      ctx.setLineDash(item.date === REMEMBERED ? [] : [3, 2]);
      ctx.strokeRect(x + 0.75, y + 0.75, w - 1.5, BAR_PX - 1.5);
      ctx.setLineDash([]);
    }
    if (index === look.chosen) {
      ctx.strokeStyle = colours.ink;
      ctx.lineWidth = 2;
      ctx.strokeRect(x - 2, y - 2, w + 4, BAR_PX + 4);
    }
  }
}

/** Write titles where nothing of the row stands in the way; a canvas far in has more room than one far out. */
function paintLabels(ctx: CanvasRenderingContext2D, items: readonly Item[], made: Layout, look: Look): void {
  const ends = made.lanes.map(() => new Float32Array(ROWS).fill(made.scale.width));
  for (let index = items.length - 1; index >= 0; index -= 1) {
    const [lane, row] = [made.lane[index]!, made.row[index]!];
    if (row < 0) continue;
    const from = Math.max(0, made.left[index]! + made.width[index]!) + 3;
    const room = ends[lane]![row]! - from - 4;
    ends[lane]![row] = made.left[index]!;
    if (room < TEXT_ROOM) continue;
    const title = items[index]!.told.title;
    const letters = Math.floor(room / LETTER_PX);
    ctx.fillStyle = look.colours.ink;
    ctx.fillText(
      title.length <= letters ? title : `${title.slice(0, letters - 1)}…`,
      from,
      topOf(made, index) + BAR_PX / 2 + 1,
    );
  }
}

function paintHidden(ctx: CanvasRenderingContext2D, made: Layout, colours: Colours): void {
  ctx.fillStyle = colours.soft;
  made.hidden.forEach((bins, lane) => {
    const bottom = AXIS_PX + (lane + 1) * LANE_PX - 1;
    bins.forEach((count, bin) => {
      if (count === 0) return;
      const height = Math.min(DENSITY_PX, 1 + count);
      ctx.fillRect(bin * BIN, bottom - height, BIN - 1, height);
    });
  });
}
