// Names that stand clear of one another.

/** A name that wants to stand beside a mark; earlier ones in a list go first. */
export interface Wanted {
  x: number;
  y: number;
  width: number;
  height: number;
  /** Half the size of its mark, which nothing may cover. */
  mark: number;
  /** It may cover marks, if there is no other room. */
  over: boolean;
}

/** Where the left edge and the middle of a name stand. */
export interface Placed {
  index: number;
  x: number;
  y: number;
}

const CELL = 64;

/**
 * Place names to the right of their marks, else left, above, below, else nowhere; inside the frame alone.
 *
 * `marks` are squares that a name covers only if it may: x, y and half the size of each.
 */
export function placed(
  wanted: readonly Wanted[],
  width: number,
  height: number,
  marks: Float64Array = new Float64Array(),
): Placed[] {
  const names = new Grid(width, height);
  const squares = new Grid(width, height);
  for (let at = 0; at + 2 < marks.length; at += 3) {
    const half = marks[at + 2]!;
    squares.add(marks[at]! - half, marks[at + 1]! - half, marks[at]! + half, marks[at + 1]! + half);
  }
  const found: Placed[] = [];
  wanted.forEach((one, index) => {
    const gap = one.mark + 3;
    const half = one.height / 2;
    const sides = [
      [one.x + gap, one.y],
      [one.x - gap - one.width, one.y],
      [one.x - one.width / 2, one.y - gap - half],
      [one.x - one.width / 2, one.y + gap + half],
    ] as const;
    for (const clear of one.over ? [true, false] : [true]) {
      for (const [x, y] of sides) {
        if (x < 0 || x + one.width > width || y - half < 0 || y + half > height) continue;
        if (!names.free(x, y - half, x + one.width, y + half)) continue;
        if (clear && !squares.free(x, y - half, x + one.width, y + half)) continue;
        names.add(x, y - half, x + one.width, y + half);
        found.push({ index, x, y });
        return;
      }
    }
  });
  return found;
}

/** Boxes by the cells they touch. */
class Grid {
  private readonly columns: number;
  private readonly cells = new Map<number, number[]>();

  constructor(width: number, height: number) {
    this.columns = Math.ceil(Math.max(width, height) / CELL) + 4;
  }

  add(left: number, top: number, right: number, bottom: number): void {
    this.each(left, top, right, bottom, (cell) => {
      const boxes = this.cells.get(cell);
      if (boxes) boxes.push(left, top, right, bottom);
      else this.cells.set(cell, [left, top, right, bottom]);
      return true;
    });
  }

  free(left: number, top: number, right: number, bottom: number): boolean {
    return this.each(left, top, right, bottom, (cell) => {
      const boxes = this.cells.get(cell) ?? [];
      for (let at = 0; at < boxes.length; at += 4) {
        const apart =
          boxes[at]! >= right || boxes[at + 2]! <= left || boxes[at + 1]! >= bottom || boxes[at + 3]! <= top;
        if (!apart) return false;
      }
      return true;
    });
  }

  private each(
    left: number,
    top: number,
    right: number,
    bottom: number,
    visit: (cell: number) => boolean,
  ): boolean {
    const last = this.columns - 2;
    const of = (value: number): number => Math.min(last, Math.max(-1, Math.floor(value / CELL))) + 1;
    for (let row = of(top); row <= of(bottom); row++) {
      for (let column = of(left); column <= of(right); column++) {
        if (!visit(row * this.columns + column)) return false;
      }
    }
    return true;
  }
}
