// The islands by name: each is loaded only where a page asks for it.
import type { Component } from "svelte";

type Load = () => Promise<{ default: Component<Record<string, unknown>> }>;

export const islands: Record<string, Load> = {
  map: () => import("./islands/map/Map.svelte") as unknown as ReturnType<Load>,
  play: () => import("./islands/play/Play.svelte") as unknown as ReturnType<Load>,
};
