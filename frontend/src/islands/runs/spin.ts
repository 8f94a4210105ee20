// A typed number that also moves by keys: arrows by a step, Page keys by five, Home and End to the ends.

const STEPS = 40;
const LARGE = 5;

/** Return where a key leads from a value inside a range, undefined for a key that leads nowhere. */
export function moved(key: string, value: number, low: number, high: number): number | undefined {
  const step = (high - low) / STEPS;
  const by: Record<string, number> = {
    ArrowUp: step,
    ArrowDown: -step,
    PageUp: LARGE * step,
    PageDown: -LARGE * step,
  };
  if (key === "Home") return low;
  if (key === "End") return high;
  const change = by[key];
  return change === undefined ? undefined : inside(Number((value + change).toPrecision(6)), low, high);
}

/** Let a field of a range move by keys; it begins at the end of the range that it stands for. */
export function spin(field: HTMLInputElement, low: number, high: number): void {
  const start = field.name.startsWith("low.") ? low : high;
  const tell = (): void => {
    const text = field.value.trim();
    field.setAttribute("aria-valuenow", text === "" ? String(start) : text);
  };
  field.setAttribute("role", "spinbutton");
  field.setAttribute("aria-valuemin", String(low));
  field.setAttribute("aria-valuemax", String(high));
  tell();
  field.addEventListener("input", tell);
  field.addEventListener("keydown", (event) => {
    const there = field.value.trim() === "" ? start : Number(field.value);
    const next = Number.isFinite(there) ? moved(event.key, there, low, high) : undefined;
    if (next === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    field.value = String(next);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

function inside(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
