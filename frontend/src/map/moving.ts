// What changes from day to day: links, the front, marks, what happened.
import type { Camera } from "./camera";
import { between, pathOf, within, type Drawn } from "./shapes";
import type { Look, Sprites } from "./sprites";
import { STATES, type Theme } from "./theme";
import { LINK, TARGET, type Front, type Layer, type Line, type Scene, type Spot } from "./view";

/** One moment with every column filled in. */
export interface Moment {
  day: number;
  fronts: readonly Front[];
  state: Uint8Array;
  load: Float32Array;
  targets: Uint8Array;
  window: readonly [number, number];
}

const WIDTHS = [0.8, 1.3, 1.9, 2.6, 3.4, 4.4];
const paths = new WeakMap<Line, Path2D>();
const pairs = new WeakMap<Line, { other: Line; path: Path2D }>();

/** Draw the front as bands and lines, in kilometres. */
export function drawFronts(
  pen: CanvasRenderingContext2D,
  camera: Camera,
  fronts: readonly Front[],
  theme: Theme,
): void {
  const px = 1 / camera.scale;
  pen.lineJoin = "round";
  pen.strokeStyle = pen.fillStyle = theme.front;
  const [first, second] = fronts;
  if (first && second) {
    pen.globalAlpha = 0.12;
    pen.fill(betweenOf(first.line, second.line));
  }
  pen.globalAlpha = 0.22;
  for (const front of fronts) {
    pen.lineWidth = Math.max(2 * front.error_km, 3 * px);
    pen.stroke(kept(front.line));
  }
  pen.globalAlpha = 1;
  for (const front of fronts) {
    pen.lineWidth = (front.dashed ? 1.6 : 2.2) * px;
    pen.setLineDash(front.dashed ? [6 * px, 4 * px] : []);
    pen.stroke(kept(front.line));
  }
  pen.setLineDash([]);
}

function kept(line: Line): Path2D {
  let path = paths.get(line);
  if (!path) paths.set(line, (path = pathOf([line])));
  return path;
}

function betweenOf(line: Line, other: Line): Path2D {
  let pair = pairs.get(line);
  if (pair?.other !== other) pairs.set(line, (pair = { other, path: between(line, other) }));
  return pair.path;
}

/** Return the colour of a state of a link. */
export function linkColour(state: number, theme: Theme): string {
  if (state === LINK.reduced) return theme.reduced;
  if (state === LINK.shut) return theme.shut;
  return state === LINK.absent ? theme.soft : theme.rail;
}

/** Draw links in pixels: wide by what they carry, coloured and dashed by their state. */
export function drawLinks(
  pen: CanvasRenderingContext2D,
  camera: Camera,
  drawn: Drawn,
  mode: Uint8Array,
  moment: Moment,
  theme: Theme,
  layers: ReadonlySet<Layer>,
): void {
  const { scale, left, top } = camera;
  const batches = new Map<number, Path2D>();
  for (let link = 0; link < mode.length; link++) {
    const rail = mode[link] === 0;
    if (!layers.has(rail ? "rail" : "roads")) continue;
    const width = rail ? Math.min(5, Math.floor((moment.load[link] ?? 0) * 5.999)) : 0;
    const key = ((moment.state[link] ?? 0) * 4 + mode[link]!) * 8 + width;
    let path = batches.get(key);
    if (!path) batches.set(key, (path = new Path2D()));
    const at = 4 * link;
    path.moveTo(drawn.links[at]! * scale + left, drawn.links[at + 1]! * scale + top);
    path.lineTo(drawn.links[at + 2]! * scale + left, drawn.links[at + 3]! * scale + top);
  }
  pen.lineCap = "round";
  for (const [key, path] of batches) {
    const state = key >> 5;
    const rail = ((key >> 3) & 3) === 0;
    pen.strokeStyle = linkColour(state, theme);
    pen.globalAlpha = rail ? 1 : 0.55;
    pen.lineWidth = rail ? WIDTHS[key & 7]! : 0.8;
    pen.setLineDash(state === LINK.absent ? [1.5, 3.5] : state === LINK.shut ? [5, 4] : rail ? [] : [4, 2]);
    pen.stroke(path);
  }
  pen.globalAlpha = 1;
  pen.setLineDash([]);
  pen.lineCap = "butt";
}

/** Return how a spot is marked. */
export function spotLook(spot: Spot, target: number, layers: ReadonlySet<Layer>, theme: Theme): Look {
  switch (spot.layer) {
    case "towns": {
      if (!layers.has("damage") || spot.destroyed === undefined) {
        return { shape: "ring", size: 4.6, fill: theme.paper, stroke: theme.ink };
      }
      const size = 4.6 + spot.destroyed / 22;
      return { shape: "disc", size, fill: damageColour(spot.destroyed, theme), stroke: theme.ink };
    }
    case "airfields":
      return { shape: "triangle", size: 5, fill: theme.paper, stroke: theme.mark };
    case "plants":
      return { shape: "square", size: 5, fill: theme.other, stroke: theme.ink };
    default:
      return { shape: spot.shape, size: 4.2, fill: targetColour(target, theme), stroke: theme.ink };
  }
}

/** Return the colour of a share destroyed. */
export function damageColour(percent: number, theme: Theme): string {
  return theme[percent >= 75 ? "damage-worst" : percent >= 40 ? "damage-bad" : "damage-some"];
}

/** Return the colour of a state of a target. */
export function targetColour(target: number, theme: Theme): string {
  if (target === TARGET.destroyed) return STATES.destroyed;
  if (target === TARGET.damaged) return STATES.damaged;
  return target === TARGET.whole ? STATES.whole : theme.paper;
}

/** Draw the marks of spots in pixels. */
export function drawSpots(
  pen: CanvasRenderingContext2D,
  camera: Camera,
  drawn: Drawn,
  scene: Scene,
  moment: Moment,
  theme: Theme,
  layers: ReadonlySet<Layer>,
  sprites: Sprites,
): void {
  const { scale, left, top } = camera;
  for (let at = scene.spots.length - 1; at >= 0; at--) {
    const spot = scene.spots[at]!;
    const x = drawn.spots.x[at]!;
    const y = drawn.spots.y[at]!;
    if (!layers.has(spot.layer) || !camera.sees(x, y, 12)) continue;
    sprites.draw(
      pen,
      spotLook(spot, moment.targets[at] ?? 0, layers, theme),
      x * scale + left,
      y * scale + top,
    );
  }
}

/** Draw what happened in the window: points first, then raids, then events. */
export function drawMoments(
  pen: CanvasRenderingContext2D,
  camera: Camera,
  drawn: Drawn,
  scene: Scene,
  moment: Moment,
  theme: Theme,
  layers: ReadonlySet<Layer>,
  sprites: Sprites,
): void {
  const { kind, day } = scene.moments;
  const { x, y } = drawn.moments;
  const { scale, left, top } = camera;
  const [first, last] = within(day, moment.window[0], moment.window[1]);
  if (layers.has("points")) {
    pen.fillStyle = theme.mark;
    for (let at = first; at < last; at++) {
      if (kind[at] === 2) pen.fillRect(x[at]! * scale + left - 1.5, y[at]! * scale + top - 1.5, 3, 3);
    }
  }
  const looks: [number, Layer, Look][] = [
    [1, "raids", { shape: "cross", size: 5, fill: theme.miss, stroke: theme.miss }],
    [0, "events", { shape: "disc", size: 6, fill: theme.mark, stroke: theme.paper }],
  ];
  for (const [number, layer, look] of looks) {
    if (!layers.has(layer)) continue;
    for (let at = first; at < last; at++) {
      if (kind[at] === number && camera.sees(x[at]!, y[at]!, 12)) {
        sprites.draw(pen, look, x[at]! * scale + left, y[at]! * scale + top);
      }
    }
  }
}
