// Names on the map: each drawn once as a picture, placed clear of one another.
import type { Camera } from "./camera";
import { placed, type Wanted } from "./labels";
import type { Theme } from "./theme";

/** A name that wants a place beside a mark, in pixels; `strong` ones are bold. */
export interface Name {
  text: string;
  x: number;
  y: number;
  strong: boolean;
  /** It may stand on marks. */
  over: boolean;
}

const HEIGHT = 13;
const MARK = 6;

/** Pictures of names. */
export class Names {
  private readonly made = new Map<string, HTMLCanvasElement>();
  private readonly measure: CanvasRenderingContext2D;

  constructor(
    private readonly ratio: number,
    private readonly theme: Theme,
  ) {
    this.measure = document.createElement("canvas").getContext("2d")!;
  }

  /** Draw names where there is room, earlier ones first; return how many stand. */
  draw(pen: CanvasRenderingContext2D, camera: Camera, names: readonly Name[], marks: Float64Array): number {
    const pictures = names.map((name) => this.of(name));
    const wanted: Wanted[] = names.map((name, at) => ({
      x: name.x,
      y: name.y,
      width: pictures[at]!.width / this.ratio,
      height: HEIGHT,
      mark: MARK,
      over: name.over,
    }));
    const found = placed(wanted, camera.width, camera.height, marks);
    for (const { index, x, y } of found) {
      const picture = pictures[index]!;
      const height = picture.height / this.ratio;
      pen.drawImage(picture, x, y - height / 2, picture.width / this.ratio, height);
    }
    return found.length;
  }

  private of(name: Name): HTMLCanvasElement {
    const key = (name.strong ? "*" : " ") + name.text;
    let canvas = this.made.get(key);
    if (!canvas) {
      canvas = document.createElement("canvas");
      const font = `${name.strong ? 600 : 400} ${HEIGHT}px system-ui, sans-serif`;
      this.measure.font = font;
      const width = this.measure.measureText(name.text).width + 4;
      canvas.width = Math.ceil(width * this.ratio);
      canvas.height = Math.ceil((HEIGHT + 6) * this.ratio);
      const pen = canvas.getContext("2d")!;
      pen.scale(this.ratio, this.ratio);
      pen.font = font;
      pen.textBaseline = "middle";
      pen.lineJoin = "round";
      pen.lineWidth = 3;
      pen.strokeStyle = this.theme.land;
      pen.strokeText(name.text, 2, (HEIGHT + 6) / 2);
      pen.fillStyle = this.theme.ink;
      pen.fillText(name.text, 2, (HEIGHT + 6) / 2);
      this.made.set(key, canvas);
    }
    return canvas;
  }
}
