// Dragging, pinching, wheel and clicks on a map. Every one of them has a button or a key beside it.
import type { Off } from "./view";

/** What gestures do. */
export interface Moves {
  pan(x: number, y: number): void;
  zoomBy(factor: number, at: readonly [number, number]): void;
  click(x: number, y: number): void;
  point(x: number, y: number): void;
  leave(): void;
  /** Whether one finger moves the map; otherwise it scrolls the page. */
  held(): boolean;
}

const STILL = 5;

/** Listen on an element. */
export function gestures(element: HTMLElement, moves: Moves): Off {
  const down = new Map<number, [number, number]>();
  let travelled = 0;
  const at = (event: PointerEvent | WheelEvent): [number, number] => {
    const box = element.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };

  const press = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    if (!down.size) travelled = 0;
    down.set(event.pointerId, at(event));
    if (event.pointerType !== "touch" || moves.held()) element.setPointerCapture(event.pointerId);
  };
  const move = (event: PointerEvent): void => {
    const now = at(event);
    const before = down.get(event.pointerId);
    if (!before) {
      if (event.pointerType !== "touch") moves.point(...now);
      return;
    }
    const others = [...down].filter(([id]) => id !== event.pointerId).map(([, place]) => place);
    down.set(event.pointerId, now);
    travelled += Math.hypot(now[0] - before[0], now[1] - before[1]);
    if (others[0]) pinch(before, now, others[0]);
    else if (travelled > STILL && (event.pointerType !== "touch" || moves.held())) {
      moves.pan(now[0] - before[0], now[1] - before[1]);
    }
  };
  const pinch = (before: [number, number], now: [number, number], other: [number, number]): void => {
    const apart = (place: [number, number]): number => Math.hypot(place[0] - other[0], place[1] - other[1]);
    const middle: [number, number] = [(now[0] + other[0]) / 2, (now[1] + other[1]) / 2];
    moves.pan((now[0] - before[0]) / 2, (now[1] - before[1]) / 2);
    if (apart(before) > 1) moves.zoomBy(apart(now) / apart(before), middle);
  };
  const lift = (event: PointerEvent): void => {
    const place = down.get(event.pointerId);
    down.delete(event.pointerId);
    if (place && event.type === "pointerup" && travelled <= STILL && !down.size) moves.click(...at(event));
  };
  const wheel = (event: WheelEvent): void => {
    if (!event.ctrlKey && !event.metaKey && !element.contains(document.activeElement)) return;
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    moves.zoomBy(2 ** (-event.deltaY * lines * 0.0025), at(event));
  };
  const away = (): void => moves.leave();

  element.addEventListener("pointerdown", press);
  element.addEventListener("pointermove", move);
  element.addEventListener("pointerup", lift);
  element.addEventListener("pointercancel", lift);
  element.addEventListener("pointerleave", away);
  element.addEventListener("wheel", wheel, { passive: false });
  return () => {
    element.removeEventListener("pointerdown", press);
    element.removeEventListener("pointermove", move);
    element.removeEventListener("pointerup", lift);
    element.removeEventListener("pointercancel", lift);
    element.removeEventListener("pointerleave", away);
    element.removeEventListener("wheel", wheel);
  };
}
