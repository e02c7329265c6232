import { describe, expect, it } from "vitest";
import { createRuler } from "./ruler";
import { followsEnd, movedBy, placeAt, type Reading, remember, scrollTopFor, wanted } from "./scroll";

const metrics = (top: number, content = 5_000) => ({ top, height: 500, content });

describe("following the end", () => {
  it("goes on while content grows below a view that did not move", () => {
    expect(followsEnd(true, 4_500, metrics(4_500, 5_900), false)).toBe(true);
  });

  it("ends when the person moves up, and only then", () => {
    expect(followsEnd(true, 4_500, metrics(4_300), false)).toBe(false);
    expect(followsEnd(false, 4_300, metrics(4_400), false)).toBe(false);
  });

  it("begins again at the end, unless newer messages are not held here", () => {
    expect(followsEnd(false, 4_300, metrics(4_490), false)).toBe(true);
    expect(followsEnd(false, 4_300, metrics(4_490), true)).toBe(false);
  });
});

describe("a reading place", () => {
  const place = placeAt([
    { id: "a", top: -900, bottom: -10 },
    { id: "b", top: -10, bottom: 90 },
    { id: "c", top: 90, bottom: 400 },
  ]);

  it("is the first piece in view", () => {
    expect(place).toEqual({
      kind: "place",
      anchors: [
        { id: "b", offset: -10 },
        { id: "c", offset: 90 },
      ],
    });
  });

  it("stays on the screen when 700 pixels come in above it", () => {
    const moved = new Map([
      ["b", 690],
      ["c", 790],
    ]);
    expect(scrollTopFor(place, metrics(1_000), (id) => moved.get(id) ?? null)).toBe(1_700);
  });

  it("falls back to the next piece when the first is gone", () => {
    expect(scrollTopFor(place, metrics(1_000), (id) => (id === "c" ? 40 : null))).toBe(950);
    expect(scrollTopFor(place, metrics(1_000), () => null)).toBeNull();
  });

  it("moves with the person", () => {
    const moved = movedBy(place, 30);
    expect(scrollTopFor(moved, metrics(1_030), (id) => (id === "b" ? -40 : null))).toBe(1_030);
    expect(movedBy({ kind: "end" }, 30)).toEqual({ kind: "end" });
  });

  it("at the end is the end, however the content changes", () => {
    expect(scrollTopFor({ kind: "end" }, metrics(10, 7_000), () => null)).toBe(6_500);
    expect(scrollTopFor({ kind: "end" }, metrics(0, 100), () => null)).toBe(0);
  });
});

describe("asking for more", () => {
  const both = { hasOlder: true, hasNewer: true };
  const view = { height: 500, filled: true };
  const extent = (start: number) => ({ start, end: start + 6_000 });

  it("asks on the side that the person moves to, in time", () => {
    expect(wanted(view, extent(-900), "up", both)).toBe("older");
    expect(wanted(view, extent(-1_100), "up", both)).toBeNull();
    expect(wanted(view, extent(-900), "down", both)).toBeNull();
    expect(wanted(view, extent(-4_700), "down", both)).toBe("newer");
    expect(wanted(view, extent(-4_700), "down", { hasOlder: true, hasNewer: false })).toBeNull();
    expect(wanted(view, extent(-900), null, both)).toBeNull();
  });

  it("asks for what is blank, whichever way the person moves", () => {
    expect(wanted(view, extent(10), "down", both)).toBe("older");
    expect(wanted(view, extent(-5_600), "up", both)).toBe("newer");
    expect(wanted(view, extent(500), "down", both)).toBe("here");
    expect(wanted(view, extent(-6_000), "up", both)).toBe("here");
    expect(wanted(view, extent(10), "up", { hasOlder: false, hasNewer: true })).toBeNull();
  });

  it("lets go of nothing that is in view", () => {
    expect(wanted(view, { start: -300, end: 900 }, "up", both)).toBeNull();
    expect(wanted(view, { start: -150, end: 900 }, "up", both)).toBe("older");
  });

  it("asks until the view is filled", () => {
    const short = { height: 500, filled: false };
    expect(wanted(short, { start: 0, end: 300 }, null, { hasOlder: true, hasNewer: false })).toBe("older");
    expect(wanted(short, { start: 0, end: 300 }, null, { hasOlder: false, hasNewer: false })).toBeNull();
  });
});

describe("remembered places", () => {
  const ruler = createRuler();
  const place = (offset: number): Reading => ({
    position: { kind: "place", anchors: [{ id: "a", offset }] },
    ruler,
  });

  it("are those that are not the end, and the newest of many", () => {
    const readings = new Map<string, Reading>();
    for (let number = 0; number < 500; number += 1) remember(readings, `s${number}`, place(number));
    expect(readings.size).toBe(200);
    expect(readings.get("s499")).toEqual(place(499));
    remember(readings, "s300", place(7));
    remember(readings, "new", place(8));
    expect(readings.get("s300")).toEqual(place(7));
    expect(readings.has("s301")).toBe(false);
    remember(readings, "s499", { position: { kind: "end" }, ruler });
    expect(readings.has("s499")).toBe(false);
  });
});
