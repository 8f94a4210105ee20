import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KINDS, thingAt, thingOf } from "../src/drawer/thing";

const ids = fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,40}$/);

describe("a thing", () => {
  it("is read from what a link carries", () => {
    fc.assert(
      fc.property(fc.constantFrom(...KINDS), ids, (kind, id) => {
        expect(thingOf(`${kind}:${id}`, "/p")).toEqual({ kind, id, page: "/p" });
      }),
    );
  });

  it("is read from the address of its page", () => {
    fc.assert(
      fc.property(fc.constantFrom(...KINDS), ids, (kind, id) => {
        const page = `/${kind}s/${id}`;
        expect(thingAt(page)).toEqual({ kind, id, page });
      }),
    );
  });

  it.each(["", "figure", "figure:", ":a", "river:a", "figures:a", "/figure:a"])("is not %j", (told) => {
    expect(thingOf(told, "/p")).toBeUndefined();
  });

  it.each(["/", "/figures", "/figures/", "/figures/a/b", "/systems/repair", "figures/a"])(
    "has no page %j",
    (page) => {
      expect(thingAt(page)).toBeUndefined();
    },
  );

  it("never fails, whatever a link carries", () => {
    fc.assert(fc.property(fc.string(), (told) => void [thingOf(told, "/"), thingAt(told)]));
  });
});
