import { createRoot } from "solid-js";
import { expect, it } from "vitest";
import { createReader } from "./reader";

/** A view of 500 pixels on pieces of given heights; laid out by hand, as jsdom lays out nothing. */
function setUp(heights: Record<string, number>, top: number) {
  const view = document.createElement("div");
  const content = document.createElement("div");
  view.append(content);
  const total = () => Object.values(heights).reduce((sum, height) => sum + height, 0);
  Object.defineProperty(view, "clientHeight", { get: () => 500 });
  Object.defineProperty(view, "scrollHeight", { get: total });
  let scrolled = top;
  Object.defineProperty(view, "scrollTop", {
    get: () => scrolled,
    set: (value: number) => {
      // Views scroll by whole pixels.
      scrolled = Math.round(Math.max(0, Math.min(value, total() - 500)));
    },
  });
  view.getBoundingClientRect = () => new DOMRect(0, 0, 100, 500);
  for (const id of Object.keys(heights)) {
    const piece = document.createElement("div");
    piece.dataset.anchor = id;
    piece.getBoundingClientRect = () => {
      const ids = Object.keys(heights);
      const above = ids.slice(0, ids.indexOf(id)).reduce((sum, known) => sum + (heights[known] ?? 0), 0);
      return new DOMRect(0, above - scrolled, 100, heights[id]);
    };
    content.append(piece);
  }
  const reader = createRoot(() =>
    createReader({
      start: { kind: "place", anchors: [] },
      held: () => ({ hasOlder: false, hasNewer: false }),
      load: () => undefined,
    }),
  );
  reader.attach(view, content);
  const seen = (id: string) => content.querySelector(`[data-anchor="${id}"]`)?.getBoundingClientRect().top;
  return { reader, view, seen };
}

it("holds the place when content grows between a correction and the scroll event that it causes", () => {
  const heights = { tool: 100, read: 900, rest: 4_000 };
  const { reader, view, seen } = setUp(heights, 300);
  expect(seen("read")).toBe(-200);
  heights.tool += 24;
  reader.restore();
  expect(seen("read")).toBe(-200);
  heights.tool += 290;
  reader.onScroll();
  reader.restore();
  expect(seen("read")).toBe(-200);
  expect(view.scrollTop).toBe(614);
});

it("does not add up what each correction leaves of a pixel", () => {
  const heights = { tool: 100, read: 900, rest: 4_000 };
  const { reader, seen } = setUp(heights, 300);
  for (let times = 0; times < 20; times += 1) {
    heights.tool += 24.4;
    reader.restore();
    reader.onScroll();
  }
  expect(Math.abs((seen("read") ?? 0) + 200)).toBeLessThanOrEqual(0.5);
});

it("goes with the person when content grows while they scroll", () => {
  const heights = { tool: 100, read: 900, rest: 4_000 };
  const { reader, view, seen } = setUp(heights, 300);
  heights.tool += 290;
  view.scrollTop += 50;
  reader.onScroll();
  expect(seen("read")).toBe(-250);
});

it("has something below only while more than a few pixels are hidden", () => {
  const heights = { tool: 100, read: 390 };
  const { reader, view } = setUp(heights, 0);
  reader.hold();
  heights.read += 20;
  reader.restore();
  expect(reader.below()).toBe(false);
  heights.read += 200;
  reader.restore();
  expect(reader.below()).toBe(true);
  view.scrollTop = 1_000;
  reader.onScroll();
  expect(reader.below()).toBe(false);
});
