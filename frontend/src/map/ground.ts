// What does not move: sea, land, water, zones, borders.
import type { Camera } from "./camera";
import type { Drawn } from "./shapes";
import type { Theme } from "./theme";
import type { Layer } from "./view";

/** Draw the ground; zones and borders are those of a day. */
export function drawGround(
  pen: CanvasRenderingContext2D,
  camera: Camera,
  drawn: Drawn,
  theme: Theme,
  layers: ReadonlySet<Layer>,
  day: number,
): void {
  const px = 1 / camera.scale;
  pen.fillStyle = theme.paper;
  pen.fillRect(-camera.left * px, -camera.top * px, camera.width * px, camera.height * px);
  pen.fillStyle = theme.sea;
  pen.fill(drawn.sheet);
  pen.lineJoin = "round";
  pen.fillStyle = theme.land;
  pen.fill(drawn.land);
  stroke(pen, drawn.water, theme.river, 0.9 * px);
  stroke(pen, drawn.approximate, theme.river, 0.9 * px, [5 * px, 3 * px]);
  pen.fillStyle = theme.sea;
  pen.fill(drawn.lakes);
  stroke(pen, drawn.lakes, theme.river, 0.6 * px);
  stroke(pen, drawn.shore, theme.shore, 0.9 * px);
  drawZones(pen, drawn, theme, layers, day, px);
  if (layers.has("borders")) drawBorders(pen, drawn, theme, day, px);
}

function drawZones(
  pen: CanvasRenderingContext2D,
  drawn: Drawn,
  theme: Theme,
  layers: ReadonlySet<Layer>,
  day: number,
  px: number,
): void {
  for (const { zone, path } of drawn.zones) {
    if (!layers.has(zone.layer) || day < zone.since || day > zone.until) continue;
    const colour = zoneColour(zone.kind, theme);
    if (zone.closed) {
      pen.globalAlpha = zone.layer === "alley" ? 0.1 : 0.2;
      pen.fillStyle = colour;
      pen.fill(path);
      pen.globalAlpha = 1;
      stroke(pen, path, colour, 1.2 * px, zone.layer === "alley" ? [2 * px, 4 * px] : []);
    } else if (zone.reach_km) {
      pen.globalAlpha = 0.24;
      stroke(pen, path, colour, Math.max(2 * zone.reach_km, 2 * px));
      pen.globalAlpha = 1;
    } else {
      stroke(pen, path, colour, 1.4 * px, [6 * px, 3 * px]);
    }
  }
}

/** Return the colour of a kind of zone. */
export function zoneColour(kind: string, theme: Theme): string {
  if (kind === "air_battle") return theme.soft;
  return kind === "forbidden" || kind === "limited" ? theme.zone : theme.calm;
}

function drawBorders(
  pen: CanvasRenderingContext2D,
  drawn: Drawn,
  theme: Theme,
  day: number,
  px: number,
): void {
  for (const { border, path } of drawn.borders) {
    if (day < border.since) continue;
    const former = day > border.until;
    const dashes = former ? [2, 4] : border.surveyed ? [8, 2, 2, 2] : [3, 4];
    stroke(
      pen,
      path,
      former ? theme.soft : theme.ink,
      (former ? 1 : 1.6) * px,
      dashes.map((one) => one * px),
    );
  }
}

function stroke(
  pen: CanvasRenderingContext2D,
  path: Path2D,
  colour: string,
  width: number,
  dashes: number[] = [],
): void {
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  pen.setLineDash(dashes);
  pen.stroke(path);
  pen.setLineDash([]);
}
