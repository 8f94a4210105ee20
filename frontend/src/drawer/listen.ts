// Opens the provenance drawer for every link that carries `data-provenance`, on any page and in any island.
// The drawer is loaded at the first click; where it cannot be had, the link leads to the page.
import { mount } from "svelte";
import { askedBy, type Thing } from "./thing";

type Open = (thing: Thing, from: HTMLElement) => void;
let opened: Promise<Open> | undefined;

async function load(): Promise<Open> {
  const { default: Drawer } = await import("./Drawer.svelte");
  return (mount(Drawer, { target: document.body }) as { open: Open }).open;
}

/** Listen to the clicks of the whole page. */
export function listenForProvenance(): void {
  document.addEventListener("click", (click) => {
    const asked = askedBy(click);
    if (!asked) return;
    click.preventDefault();
    opened ??= load();
    opened
      .then((open) => open(asked.thing, asked.link))
      .catch(() => {
        opened = undefined;
        location.assign(asked.thing.page);
      });
  });
}
