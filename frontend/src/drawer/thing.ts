// What a link that carries `data-provenance` stands for, and when a click on it opens the drawer.

export const KINDS = ["figure", "source", "event", "place", "raid", "parameter"] as const;
export type Kind = (typeof KINDS)[number];

/** One thing whose provenance can be shown, and the page that shows it too. */
export interface Thing {
  readonly kind: Kind;
  readonly id: string;
  readonly page: string;
}

/** Return the thing that `kind:id` names, or undefined for what is none. */
export function thingOf(told: string, page: string): Thing | undefined {
  const at = told.indexOf(":");
  const kind = KINDS.find((one) => one === told.slice(0, Math.max(at, 0)));
  const id = told.slice(at + 1);
  return kind && id ? { kind, id, page } : undefined;
}

/** Return the thing that a page of this site is about, or undefined for another page. */
export function thingAt(page: string): Thing | undefined {
  const [, list, id, ...more] = page.split("/");
  return list && id && more.length === 0 ? thingOf(`${list.replace(/s$/, "")}:${id}`, page) : undefined;
}

/** Return what a click asks the drawer for; a click that asks for a new tab or window is left to the link. */
export function askedBy(click: MouseEvent): { thing: Thing; link: HTMLAnchorElement } | undefined {
  const plain = click.button === 0 && !(click.metaKey || click.ctrlKey || click.shiftKey || click.altKey);
  if (!plain || click.defaultPrevented || !(click.target instanceof Element)) return undefined;
  const link = click.target.closest<HTMLAnchorElement>("a[data-provenance]");
  const thing = link ? thingOf(link.dataset["provenance"] ?? "", link.href) : undefined;
  return link && thing ? { thing, link } : undefined;
}
