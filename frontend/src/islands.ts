// The islands by name: each is loaded only where a page asks for it.
import type { Component } from "svelte";

type Load = () => Promise<{ default: Component<Record<string, unknown>> }>;

export const islands: Record<string, Load> = {
  map: () => import("./islands/map/Map.svelte") as unknown as ReturnType<Load>,
  play: () => import("./islands/play/Play.svelte") as unknown as ReturnType<Load>,
  png: () => import("./islands/runs/Png.svelte") as unknown as ReturnType<Load>,
  runform: () => import("./islands/runs/Form.svelte") as unknown as ReturnType<Load>,
  runprogress: () => import("./islands/runs/Progress.svelte") as unknown as ReturnType<Load>,
  weekly: () => import("./islands/runs/Weekly.svelte") as unknown as ReturnType<Load>,
};
