// A map on three canvases: the ground, what moves, and names. Each is drawn again only when it has changed.
import { quadtree, type Quadtree } from "d3-quadtree";
import { imageOf } from "../files";
import { Camera } from "./camera";
import { gestures } from "./gestures";
import { drawGround } from "./ground";
import { drawFronts, drawLinks, drawMoments, drawSpots, type Moment } from "./moving";
import { Names, type Name } from "./names";
import { scaleKm } from "./scale";
import { drawnOf, fromStretch, within, type Drawn } from "./shapes";
import { Sprites } from "./sprites";
import { onTheme, themeOf, type Theme } from "./theme";
import {
  LAYERS,
  type Frame,
  type Hit,
  type Layer,
  type Look,
  type MapView,
  type Off,
  type Scene,
} from "./view";

type Canvas = "ground" | "moving" | "names";
const NEAR = 12;
const NEAR_LINE = 5;
const SHARPEST = 2;
/** With more events and raids in the window than this, their names are left out. */
const NAMED = 60;
/** Places with so many people are named even where their name covers marks. */
const LARGE = 100_000;

interface Place {
  id: string;
  x: number;
  y: number;
}

/** Return a map inside an element, which it fills; the element has a size of its own. */
export function canvasMap(element: HTMLElement): MapView {
  return new CanvasMap(element);
}

class CanvasMap implements MapView {
  private readonly camera = new Camera();
  private readonly pens: Record<Canvas, CanvasRenderingContext2D>;
  private readonly dirty = new Set<Canvas>();
  private readonly offs: Off[] = [];
  private readonly heard = {
    look: new Set<(look: Look) => void>(),
    select: new Set<(id: string | null) => void>(),
    hover: new Set<(hit: Hit | null) => void>(),
  };
  private ratio = 1;
  private theme: Theme;
  private sprites: Sprites;
  private names: Names;
  private scene: Scene | null = null;
  private drawn: Drawn | null = null;
  /** Made when it is wanted: the window may change with every frame. */
  private tree: Quadtree<Place> | null = null;
  private layers: ReadonlySet<Layer> = new Set(LAYERS);
  private moment: Moment = {
    day: 0,
    fronts: [],
    state: new Uint8Array(),
    load: new Float32Array(),
    targets: new Uint8Array(),
    window: [0, 0],
  };
  private chosen: string | null = null;
  private under: string | null = null;
  private asked = 0;

  constructor(private readonly element: HTMLElement) {
    element.classList.add("map-canvases");
    this.pens = { ground: this.canvas(), moving: this.canvas(), names: this.canvas() };
    this.theme = themeOf(element);
    this.sprites = new Sprites(1);
    this.names = new Names(1, this.theme);
    const resized = new ResizeObserver(() => this.fit());
    resized.observe(element);
    this.offs.push(
      () => resized.disconnect(),
      onTheme(() => this.restyle()),
      gestures(element, {
        pan: (x, y) => this.pan(x, y),
        zoomBy: (factor, at) => this.zoomBy(factor, at),
        click: (x, y) => this.choose(this.hit(x, y)?.id ?? null),
        point: (x, y) => this.hover(this.hit(x, y)),
        leave: () => this.hover(null),
        held: () => this.camera.zoom > 1,
      }),
    );
    this.fit();
  }

  load(scene: Scene): void {
    this.scene = scene;
    this.drawn = drawnOf(scene);
    const links = scene.links.ids.length;
    this.moment = {
      ...this.moment,
      state: fitted(this.moment.state, links, Uint8Array),
      load: fitted(this.moment.load, links, Float32Array),
      targets: fitted(this.moment.targets, scene.spots.length, Uint8Array),
    };
    this.tree = null;
    this.redraw("ground", "moving", "names");
  }

  paint(frame: Frame): void {
    const before = this.moment;
    this.moment = { ...before, ...given(frame) };
    if (!this.scene) return;
    const [first, last] = frame.window;
    const moved = first !== before.window[0] || last !== before.window[1];
    if (frame.day !== before.day && this.grounded(frame.day) !== this.grounded(before.day)) {
      this.redraw("ground");
    }
    if (moved && this.named(before.window) !== this.named(frame.window)) this.redraw("names");
    if (moved) this.tree = null;
    this.redraw("moving");
  }

  show(layers: Iterable<Layer>): void {
    this.layers = new Set(layers);
    this.tree = null;
    this.redraw("ground", "moving", "names");
  }

  look(): Look {
    return this.camera.look();
  }

  lookAt(look: Partial<Look>): void {
    this.camera.lookAt(look);
    this.moved();
  }

  pan(x: number, y: number): void {
    this.camera.pan(x, y);
    this.moved();
  }

  zoomBy(
    factor: number,
    at: readonly [number, number] = [this.camera.width / 2, this.camera.height / 2],
  ): void {
    this.camera.zoomBy(factor, at);
    this.moved();
  }

  select(id: string | null, reveal = false): void {
    this.chosen = id;
    const place = reveal && id !== null ? this.placeOf(id) : null;
    if (place && !this.camera.sees(place.x, place.y, -24)) {
      const { scale, left, top, width, height } = this.camera;
      this.pan(width / 2 - (place.x * scale + left), height / 2 - (place.y * scale + top));
    }
    this.redraw("names");
  }

  inView(): string[] {
    const seen = this.places().filter((place) => this.camera.sees(place.x, place.y));
    return seen.map((place) => place.id);
  }

  kmPerPixel(): number {
    return 1 / this.camera.scale;
  }

  onLook(heard: (look: Look) => void): Off {
    return listen(this.heard.look, heard);
  }
  onSelect(heard: (id: string | null) => void): Off {
    return listen(this.heard.select, heard);
  }
  onHover(heard: (hit: Hit | null) => void): Off {
    return listen(this.heard.hover, heard);
  }

  async picture(credit: string): Promise<Blob> {
    this.draw();
    const whole = document.createElement("canvas");
    const { width, height } = this.pens.ground.canvas;
    whole.width = width;
    whole.height = height;
    const pen = whole.getContext("2d")!;
    for (const one of Object.values(this.pens)) pen.drawImage(one.canvas, 0, 0);
    pen.scale(this.ratio, this.ratio);
    this.drawScale(pen, credit);
    return imageOf(whole);
  }

  destroy(): void {
    cancelAnimationFrame(this.asked);
    for (const off of this.offs) off();
    for (const pen of Object.values(this.pens)) pen.canvas.remove();
    this.element.classList.remove("map-canvases");
  }

  private canvas(): CanvasRenderingContext2D {
    const canvas = document.createElement("canvas");
    canvas.setAttribute("aria-hidden", "true");
    this.element.append(canvas);
    return canvas.getContext("2d")!;
  }

  /** Take the size of the element. */
  private fit(): void {
    const { clientWidth: width, clientHeight: height } = this.element;
    if (!width || !height) return;
    const look = this.camera.look();
    this.camera.width = width;
    this.camera.height = height;
    this.camera.lookAt(look);
    this.ratio = Math.min(SHARPEST, devicePixelRatio || 1);
    for (const { canvas } of Object.values(this.pens)) {
      canvas.width = Math.round(width * this.ratio);
      canvas.height = Math.round(height * this.ratio);
    }
    this.restyle();
    this.tell();
  }

  private restyle(): void {
    this.theme = themeOf(this.element);
    this.sprites = new Sprites(this.ratio);
    this.names = new Names(this.ratio, this.theme);
    this.redraw("ground", "moving", "names");
  }

  private moved(): void {
    this.element.classList.toggle("held", this.camera.zoom > 1);
    this.redraw("ground", "moving", "names");
    this.tell();
  }

  private tell(): void {
    for (const heard of this.heard.look) heard(this.camera.look());
  }

  private redraw(...canvases: Canvas[]): void {
    for (const canvas of canvases) this.dirty.add(canvas);
    if (!this.asked) this.asked = requestAnimationFrame(() => this.draw());
  }

  private draw(): void {
    cancelAnimationFrame(this.asked);
    this.asked = 0;
    const { scene, drawn, theme, layers, camera, moment } = this;
    if (scene && drawn) {
      if (this.dirty.has("ground")) {
        this.inKilometres(this.pens.ground);
        drawGround(this.pens.ground, camera, drawn, theme, layers, moment.day);
      }
      if (this.dirty.has("moving")) this.drawMoving(scene, drawn);
      if (this.dirty.has("names")) this.drawNames(scene, drawn);
    }
    this.dirty.clear();
  }

  private drawMoving(scene: Scene, drawn: Drawn): void {
    const pen = this.pens.moving;
    const { camera, moment, theme, layers, sprites } = this;
    this.inPixels(pen);
    drawLinks(pen, camera, drawn, scene.links.mode, moment, theme, layers);
    if (layers.has("front")) {
      this.inKilometres(pen, false);
      drawFronts(pen, camera, moment.fronts, theme);
      this.inPixels(pen, false);
    }
    drawSpots(pen, camera, drawn, scene, moment, theme, layers, sprites);
    drawMoments(pen, camera, drawn, scene, moment, theme, layers, sprites);
  }

  private drawNames(scene: Scene, drawn: Drawn): void {
    const pen = this.pens.names;
    const { camera, theme, layers } = this;
    this.inPixels(pen);
    const marks: number[] = [];
    const names: Name[] = [];
    const told = new Set<string>();
    const name = (text: string, x: number, y: number, strong: boolean, over: boolean): void => {
      if (!camera.sees(x, y) || told.has(text)) return;
      told.add(text);
      names.push({ text, x: x * camera.scale + camera.left, y: y * camera.scale + camera.top, strong, over });
    };
    for (const at of this.momentsShown()) {
      name(scene.moments.names[at]!, drawn.moments.x[at]!, drawn.moments.y[at]!, true, true);
    }
    scene.spots.forEach((spot, at) => {
      if (!layers.has(spot.layer)) return;
      const [x, y] = [drawn.spots.x[at]!, drawn.spots.y[at]!];
      if (!camera.sees(x, y)) return;
      marks.push(x * camera.scale + camera.left, y * camera.scale + camera.top, 5);
      if (spot.layer === "towns" || camera.zoom >= 4) name(spot.name, x, y, false, spot.weight >= LARGE);
    });
    if (layers.has("names")) this.names.draw(pen, camera, names, Float64Array.from(marks));
    const place = this.chosen === null ? null : this.placeOf(this.chosen);
    if (place) {
      pen.beginPath();
      pen.arc(place.x * camera.scale + camera.left, place.y * camera.scale + camera.top, 11, 0, 2 * Math.PI);
      pen.lineWidth = 5;
      pen.strokeStyle = theme.paper;
      pen.stroke();
      pen.lineWidth = 2.5;
      pen.strokeStyle = theme.ink;
      pen.stroke();
    }
  }

  /** Events and raids of the window, unless they are many: named for a day, not for a year. */
  private momentsShown(): number[] {
    const { kind, day, names } = this.scene!.moments;
    const [first, last] = within(day, ...this.moment.window);
    if (last - first > 4000) return [];
    const found: number[] = [];
    const told = new Set<string>();
    for (const number of [0, 1]) {
      if (!this.layers.has(number ? "raids" : "events")) continue;
      for (let at = first; at < last; at++) {
        if (kind[at] !== number || told.has(names[at]!)) continue;
        told.add(names[at]!);
        found.push(at);
      }
    }
    return found.length > NAMED ? [] : found;
  }

  /** A key that changes when other names are wanted for a window. */
  private named(window: readonly [number, number]): string {
    return within(this.scene!.moments.day, ...window).join();
  }

  /** A key that changes when other zones or borders hold. */
  private grounded(day: number): string {
    const { zones, borders } = this.scene!;
    return [...zones, ...borders].map((one) => Number(day >= one.since) + Number(day > one.until)).join("");
  }

  private inKilometres(pen: CanvasRenderingContext2D, clear = true): void {
    if (clear) this.inPixels(pen);
    const { scale, left, top } = this.camera;
    pen.setTransform(this.ratio * scale, 0, 0, this.ratio * scale, this.ratio * left, this.ratio * top);
  }

  private inPixels(pen: CanvasRenderingContext2D, clear = true): void {
    pen.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    if (clear) pen.clearRect(0, 0, this.camera.width, this.camera.height);
  }

  /** Everything that can be chosen at a place, in the order of layers and from north to south. */
  private places(): Place[] {
    const { scene, drawn, layers } = this;
    if (!scene || !drawn) return [];
    const found: (Place & { order: number })[] = [];
    const [first, last] = within(scene.moments.day, ...this.moment.window);
    const kinds: Layer[] = ["events", "raids", "points"];
    for (let at = first; at < last; at++) {
      const kind = scene.moments.kind[at]!;
      if (!layers.has(kinds[kind]!)) continue;
      const [x, y] = [drawn.moments.x[at]!, drawn.moments.y[at]!];
      found.push({ id: scene.moments.ids[at]!, x, y, order: kind });
    }
    scene.spots.forEach((spot, at) => {
      if (!layers.has(spot.layer)) return;
      const order = 3 + LAYERS.indexOf(spot.layer);
      found.push({ id: spot.id, x: drawn.spots.x[at]!, y: drawn.spots.y[at]!, order });
    });
    return found.sort((a, b) => a.order - b.order || a.y - b.y || a.x - b.x);
  }

  private planted(): Quadtree<Place> {
    this.tree ??= quadtree<Place>()
      .x((one) => one.x)
      .y((one) => one.y)
      .addAll(this.places().reverse());
    return this.tree;
  }

  private placeOf(id: string): Place | null {
    const { scene, drawn } = this;
    if (!scene || !drawn) return null;
    const spot = scene.spots.findIndex((one) => one.id === id);
    if (spot >= 0) return { id, x: drawn.spots.x[spot]!, y: drawn.spots.y[spot]! };
    const moment = scene.moments.ids.indexOf(id);
    if (moment >= 0) return { id, x: drawn.moments.x[moment]!, y: drawn.moments.y[moment]! };
    const link = scene.links.ids.indexOf(id);
    if (link >= 0) {
      const [x1, y1, x2, y2] = drawn.links.subarray(4 * link, 4 * link + 4);
      return { id, x: (x1! + x2!) / 2, y: (y1! + y2!) / 2 };
    }
    const zone = drawn.zones.find((one) => one.zone.id === id);
    const line = zone?.lines[0];
    if (!line) return null;
    const middle = line.x.length >> 1;
    return { id, x: line.x[middle]!, y: line.y[middle]! };
  }

  private hit(px: number, py: number): Hit | null {
    const { scale, left, top } = this.camera;
    const [x, y] = [(px - left) / scale, (py - top) / scale];
    const spot = this.planted().find(x, y, NEAR / scale);
    if (spot) return { id: spot.id, x: spot.x * scale + left, y: spot.y * scale + top };
    const id = this.linkAt(x, y, NEAR_LINE / scale) ?? this.zoneAt(x, y);
    return id === null ? null : { id, x: px, y: py };
  }

  private linkAt(x: number, y: number, near: number): string | null {
    const { scene, drawn, layers } = this;
    if (!scene || !drawn) return null;
    let best = near;
    let found: string | null = null;
    scene.links.ids.forEach((id, link) => {
      if (!layers.has(scene.links.mode[link] === 0 ? "rail" : "roads")) return;
      const at = drawn.links.subarray(4 * link, 4 * link + 4);
      const far = fromStretch(x, y, [at[0]!, at[1]!, at[2]!, at[3]!]);
      if (far < best) [best, found] = [far, id];
    });
    return found;
  }

  private zoneAt(x: number, y: number): string | null {
    const { day } = this.moment;
    const pen = this.pens.ground;
    pen.save();
    pen.setTransform(1, 0, 0, 1, 0, 0);
    const held = (this.drawn?.zones ?? []).filter(({ zone, path }) => {
      if (!this.layers.has(zone.layer) || day < zone.since || day > zone.until) return false;
      if (zone.closed) return pen.isPointInPath(path, x, y);
      pen.lineWidth = Math.max(2 * (zone.reach_km ?? 0), (2 * NEAR_LINE) / this.camera.scale);
      return pen.isPointInStroke(path, x, y);
    });
    pen.restore();
    held.sort((a, b) => Number(a.zone.layer === "alley") - Number(b.zone.layer === "alley"));
    return held[0]?.zone.id ?? null;
  }

  private choose(id: string | null): void {
    this.select(id);
    for (const heard of this.heard.select) heard(id);
  }

  private hover(hit: Hit | null): void {
    if (hit?.id === this.under && !hit) return;
    this.under = hit?.id ?? null;
    this.element.classList.toggle("over", hit !== null);
    for (const heard of this.heard.hover) heard(hit);
  }

  private drawScale(pen: CanvasRenderingContext2D, credit: string): void {
    const { height } = this.camera;
    const km = scaleKm(this.kmPerPixel(), 140);
    const width = km / this.kmPerPixel();
    pen.font = "12px system-ui, sans-serif";
    pen.lineWidth = 3;
    pen.strokeStyle = this.theme.sea;
    pen.fillStyle = this.theme.ink;
    for (const [text, y] of [
      [`${km} km`, height - 30],
      [credit, height - 8],
    ] as const) {
      pen.strokeText(text, 10, y);
      pen.fillText(text, 10, y);
    }
    pen.fillRect(10, height - 25, width, 2);
  }
}

function listen<T>(heard: Set<T>, one: T): Off {
  heard.add(one);
  return () => void heard.delete(one);
}

function fitted<A extends Uint8Array | Float32Array>(
  column: A,
  length: number,
  type: new (length: number) => A,
): A {
  return column.length === length ? column : new type(length);
}

/** Return what a frame gives, without what it leaves out. */
function given(frame: Frame): Partial<Moment> {
  return Object.fromEntries(Object.entries(frame).filter(([, value]) => value !== undefined));
}
