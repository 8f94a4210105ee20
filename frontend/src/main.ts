// Finds the islands of a page and brings each to life; a page is whole without them.
import { mount } from "svelte";
import { listenForProvenance } from "./drawer/listen";
import { islands } from "./islands";

/** Mount the island that an element asks for with `data-island`, in place of what it holds. */
async function wake(element: HTMLElement): Promise<void> {
  const load = islands[element.dataset.island ?? ""];
  if (!load) return;
  const { default: component } = await load();
  const props = JSON.parse(element.dataset.props ?? "{}") as Record<string, unknown>;
  const kept = document.createElement("div");
  kept.className = "without-script";
  kept.append(...element.childNodes);
  mount(component, { target: element, props: { ...props, kept } });
  element.dataset.awake = "";
}

for (const element of document.querySelectorAll<HTMLElement>("[data-island]")) void wake(element);
listenForProvenance();
