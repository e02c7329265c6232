import { expect, it } from "vitest";
import { createRuler } from "./ruler";

it("takes what was never drawn to be as high as the rest on average", () => {
  const ruler = createRuler();
  ruler.align(["c", "d"], 2);
  ruler.measure([100, 300]);
  expect(ruler.room(0, 2)).toBe(400);
  expect(ruler.room(2, 5)).toBe(600);
  expect(ruler.placeAt(0, 450)).toBe(3);
  expect(ruler.placeAt(4, 0)).toBe(4);
});

it("remembers what was drawn when other messages are held", () => {
  const ruler = createRuler();
  ruler.align(["a", "b"], 0);
  ruler.measure([10, 30]);
  ruler.align(["y", "z"], 8);
  ruler.measure([100, 100]);
  expect(ruler.room(0, 2)).toBe(40);
  expect(ruler.room(8, 10)).toBe(200);
});

it("moves what it knows along when older messages become known, or are gone", () => {
  const ruler = createRuler();
  ruler.align(["a", "b"], 0);
  ruler.measure([10, 30]);
  ruler.align(["b", "c"], 201);
  expect(ruler.room(200, 202)).toBe(40);
  expect(ruler.room(0, 1)).toBe(20);
  ruler.align(["b", "c"], 0);
  expect(ruler.room(0, 1)).toBe(30);
  expect(ruler.room(5, 6)).toBe(30);
});

it("starts anew with its best guess when the width changes", () => {
  const ruler = createRuler();
  ruler.align(["a", "b"], 0);
  ruler.measure([10, 30]);
  ruler.forget();
  expect(ruler.room(0, 3)).toBe(60);
  ruler.measure([20, 60]);
  expect(ruler.room(0, 2)).toBe(80);
});
