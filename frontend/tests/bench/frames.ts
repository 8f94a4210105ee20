// Playback of the record with 10,000 points on it, as fast as the browser gives frames; called by benchmarks/atlas_frames.py.
import { get } from "../../src/api";
import { canvasMap } from "../../src/map/canvas";
import { dayOf } from "../../src/map/day";
import { ask, frontsOf, linkColumns, momentColumns, sceneOf } from "../../src/map/scene";
import {
  LAYERS,
  LINK,
  type Frame,
  type Front,
  type MapView,
  type Moments,
  type Scene,
} from "../../src/map/view";

const POINTS = 10_000;
const FIRST = dayOf("1951-07-10");
const LAST = dayOf("1953-07-27");

/** Milliseconds between frames, by what was played. */
export type Measured = Record<string, number[]>;

/** Play for so many frames in each way and return how long each frame took. */
export async function measure(frames: number): Promise<Measured> {
  const element = document.createElement("div");
  Object.assign(element.style, { position: "fixed", inset: "0", zIndex: "99" });
  document.body.append(element);
  const style = new CSSStyleSheet();
  style.replaceSync(".map-canvases canvas { position: absolute; inset: 0; width: 100%; height: 100%; }");
  document.adoptedStyleSheets.push(style);
  const answers = await ask("1952-06-01");
  const scene = crowded(sceneOf(answers));
  const columns = linkColumns(answers.links, 330);
  const lines = frontsOf((await get("/api/front-lines")).rows, "1953-07-27");
  const map = canvasMap(element);
  map.load(scene);
  map.show(LAYERS);
  const play = (window: number): ((at: number) => Frame) => {
    return (at) => moment(at / frames, window, lines, columns);
  };
  const found: Measured = {
    "30 days of points": await paced(map, frames, play(30)),
    "all points at once": await paced(map, frames, play(2000)),
    "30 days, while zooming": await paced(map, frames, play(30), (at) =>
      map.zoomBy(at < frames / 2 ? 1.01 : 1 / 1.01),
    ),
    "while moving": await paced(map, frames, play(30), (at) => map.pan(at % 40 < 20 ? 3 : -3, 0)),
  };
  map.destroy();
  element.remove();
  return found;
}

/** Return the scene with points spread over the country and the war. */
function crowded(scene: Scene): Scene {
  const { moments } = scene;
  const rows = moments.ids.map((id, at) => ({
    id,
    name: moments.names[at]!,
    kind: moments.kind[at]!,
    day: moments.day[at]!,
    lon: moments.lon[at]!,
    lat: moments.lat[at]!,
  }));
  let seed = 1;
  const random = (): number => (seed = (seed * 48271) % 2147483647) / 2147483647;
  for (let at = 0; at < POINTS; at++) {
    const day = FIRST + Math.floor(random() * (LAST - FIRST));
    const place = { lon: 125 + 4 * random(), lat: 37.5 + 4 * random() };
    rows.push({ id: `point:${at}`, name: "", kind: 2, day, ...place });
  }
  const all: Moments = momentColumns(rows);
  return { ...scene, moments: all };
}

/** Return a moment at a share of the war: the front between two lines, links cut and mended by the day. */
function moment(
  share: number,
  window: number,
  lines: readonly Front[],
  columns: { state: Uint8Array; load: Float32Array },
): Frame {
  const day = FIRST + share * (LAST - FIRST);
  const at = Math.min(lines.length - 2, Math.floor(share * (lines.length - 1)));
  const state = columns.state.map((open, link) =>
    open === LINK.open && (link * 7 + Math.floor(day)) % 5 === 0 ? LINK.shut : open,
  );
  const load = columns.load.map((most, link) => most * (0.5 + 0.5 * Math.sin(day / 9 + link)));
  return {
    day,
    window: [day - window, day],
    state,
    load,
    fronts: [lines[at]!, { ...lines[at + 1]!, dashed: true }],
  };
}

async function paced(
  map: MapView,
  frames: number,
  frame: (at: number) => Frame,
  move: (at: number) => void = () => {},
): Promise<number[]> {
  const found: number[] = [];
  let last = await next();
  for (let at = 0; at < frames; at++) {
    map.paint(frame(at));
    move(at);
    const now = await next();
    found.push(now - last);
    last = now;
  }
  map.lookAt({ lon: 127.6, lat: 38.95, zoom: 1 });
  return found;
}

function next(): Promise<number> {
  return new Promise((done) => requestAnimationFrame(done));
}
