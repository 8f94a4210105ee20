// Where the map looks, and how kilometres of the projection become pixels.
import { forward, inverse } from "./projection";
import type { Look } from "./view";

/** The whole country in kilometres of the projection: left, top, width, height. As on the server's map. */
const COUNTRY = [-300, -515, 620, 930] as const;
export const ZOOMS = [1, 48] as const;
/** The middle of the map stays within this much of the middle of the country, in km. */
const REACH = [340, 520] as const;

/** What is seen by a map of some size. */
export class Camera {
  width = 1;
  height = 1;
  zoom = 1;
  private x: number = COUNTRY[0] + COUNTRY[2] / 2;
  private y: number = COUNTRY[1] + COUNTRY[3] / 2;

  /** Pixels of a kilometre. */
  get scale(): number {
    return this.zoom * Math.min(this.width / COUNTRY[2], this.height / COUNTRY[3]);
  }
  get left(): number {
    return this.width / 2 - this.x * this.scale;
  }
  get top(): number {
    return this.height / 2 - this.y * this.scale;
  }

  look(): Look {
    const [lon, lat] = inverse(this.x, this.y);
    return { lon, lat, zoom: this.zoom };
  }

  lookAt(look: Partial<Look>): void {
    const now = this.look();
    if (look.zoom !== undefined) this.zoom = Math.min(ZOOMS[1], Math.max(ZOOMS[0], look.zoom));
    if (look.lon !== undefined || look.lat !== undefined) {
      [this.x, this.y] = forward(look.lon ?? now.lon, look.lat ?? now.lat);
      this.keep();
    }
  }

  pan(x: number, y: number): void {
    this.x -= x / this.scale;
    this.y -= y / this.scale;
    this.keep();
  }

  /** Zoom about a pixel, which stays where it is. */
  zoomBy(factor: number, at: readonly [number, number]): void {
    const before = this.scale;
    this.zoom = Math.min(ZOOMS[1], Math.max(ZOOMS[0], this.zoom * factor));
    const share = 1 / before - 1 / this.scale;
    this.x += (at[0] - this.width / 2) * share;
    this.y += (at[1] - this.height / 2) * share;
    this.keep();
  }

  /** Whether a point of the projection is within the map, or `margin` pixels beyond. */
  sees(x: number, y: number, margin = 0): boolean {
    const px = x * this.scale + this.left;
    const py = y * this.scale + this.top;
    return px >= -margin && py >= -margin && px <= this.width + margin && py <= this.height + margin;
  }

  private keep(): void {
    const [midX, midY] = [COUNTRY[0] + COUNTRY[2] / 2, COUNTRY[1] + COUNTRY[3] / 2];
    this.x = Math.min(midX + REACH[0], Math.max(midX - REACH[0], this.x));
    this.y = Math.min(midY + REACH[1], Math.max(midY - REACH[1], this.y));
  }
}
