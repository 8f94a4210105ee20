// What a map shows at the clock: of the record, or of wars of the model.
import type { Shapes } from "../../api";
import { dayOf, isoOf } from "../../map/day";
import { frontsOf, linkColumns } from "../../map/scene";
import { LINK, TARGET, type Frame } from "../../map/view";
import { MEDIAN, ONE, trackOf, valueAt, type Model, type Track } from "./columns";
import type { Played } from "./state";

/** Events and raids of so many days before the clock are on the map. */
export const WINDOW_DAYS = 7;
/** From such shares of the night on a line counts as open, or as open in part. */
export const OPEN = 0.75;
export const PART = 0.25;
/** From such shares on a target counts as whole, or as damaged. */
export const WHOLE = 0.9;
export const STANDS = 0.3;

/** What frames are made from, in the order of the columns of the scene. */
export interface Ground {
  fronts: readonly { day: number; front: Shapes["FrontLine"] }[];
  links: readonly {
    id: string;
    section: string;
    rail: boolean;
    opens: number;
    closes: number;
    built: boolean;
  }[];
  load: Float32Array;
  /** Ids of targets by the number of their spot; empty for what is none. */
  targets: readonly string[];
}

/** Return what frames are made from. */
export function groundOf(
  lines: Shapes["FrontLine"][],
  links: Shapes["LinkAnswer"],
  network: Shapes["Network"],
  spots: readonly string[],
): Ground {
  const plan = new Map(network.links.map((link) => [link.id, link]));
  return {
    fronts: lines.map((front) => ({ day: dayOf(front.date), front })),
    links: links.rows.map((row) => {
      const link = plan.get(row.id);
      return {
        id: row.id,
        section: link?.section ?? "",
        rail: row.mode === "rail",
        opens: link?.opens ? dayOf(link.opens) : -Infinity,
        closes: link?.closes ? dayOf(link.closes) : Infinity,
        built: link !== undefined,
      };
    }),
    load: linkColumns(links.rows, links.trunk_cars_per_day || 1).load,
    targets: spots.map((id) => (id.startsWith("target:") ? id.slice("target:".length) : "")),
  };
}

/** Return the lines a day lies between: the one in force, and the next. */
export function linesAt(ground: Ground, day: number): Shapes["FrontLine"][] {
  const held = ground.fronts.filter((one) => one.day <= day).at(-1);
  const next = ground.fronts.find((one) => one.day > day);
  return [held, next].flatMap((one) => (one ? [one.front] : []));
}

/** Makes frames of one map; what has not changed since the last is left out. */
export class Frames {
  private line = Number.NaN;
  private links = Number.NaN;
  private week = Number.NaN;

  constructor(
    private readonly ground: Ground,
    private readonly model: Model | null,
    private readonly policy: number,
    private readonly play: Played,
  ) {}

  /** Return the frame of a day; `week` is that of the model. */
  at(day: number, week: number): Frame {
    const whole = Math.floor(day);
    const frame: Frame = { day: whole, window: [whole - WINDOW_DAYS + 1, whole] };
    const line = this.ground.fronts.findLastIndex((one) => one.day <= whole);
    if (line !== this.line) {
      this.line = line;
      frame.fronts = frontsOf(linesAt(this.ground, whole), isoOf(whole));
    }
    if (this.model && week !== this.week) {
      this.week = week;
      this.fight(frame, this.model, whole, week);
    } else if (!this.model && whole !== this.links) {
      this.links = whole;
      frame.state = Uint8Array.from(this.ground.links, (link) => built(link, whole));
      frame.load = this.ground.load;
    }
    return frame;
  }

  private fight(frame: Frame, model: Model, day: number, week: number): void {
    const statistic = this.play === "one" ? ONE : MEDIAN;
    const share = trackOf(model, "place", this.policy, "open_share");
    const tonnes = trackOf(model, "place", this.policy, "section_tonnes");
    const left = trackOf(model, "place", this.policy, "target_left");
    if (!share || !tonnes || !left) return;
    const places = new Map(share.places.map((place, number) => [place, number]));
    const most = mostOf(model, statistic);
    frame.state = Uint8Array.from(this.ground.links, (link) => {
      const place = places.get(link.section);
      if (place === undefined || !link.rail || built(link, day) === LINK.absent) return built(link, day);
      const open = valueAt(share, statistic, week, place);
      return open >= OPEN ? LINK.open : open >= PART ? LINK.reduced : LINK.shut;
    });
    frame.load = Float32Array.from(this.ground.links, (link) => {
      const place = places.get(link.section);
      return place === undefined || !link.rail ? 0 : valueAt(tonnes, statistic, week, place) / most;
    });
    const targets = new Map(left.places.map((place, number) => [place, number]));
    frame.targets = Uint8Array.from(this.ground.targets, (id) => {
      const place = targets.get(id);
      if (place === undefined) return TARGET.unknown;
      const stands = valueAt(left, statistic, week, place);
      return stands >= WHOLE ? TARGET.whole : stands >= STANDS ? TARGET.damaged : TARGET.destroyed;
    });
  }
}

function built(link: Ground["links"][number], day: number): number {
  return link.built && link.opens <= day && day <= link.closes ? LINK.open : LINK.absent;
}

/** Return the most that any line of any policy carries in a week, so that two maps share one measure. */
function mostOf(model: Model, statistic: number): number {
  let most = 1;
  model.head.policies.forEach((_, policy) => {
    const tonnes: Track | undefined = trackOf(model, "place", policy, "section_tonnes");
    if (!tonnes) return;
    const count = tonnes.places.length * tonnes.weeks;
    for (const value of tonnes.values.subarray(statistic * count, (statistic + 1) * count)) {
      most = Math.max(most, value);
    }
  });
  return most;
}
