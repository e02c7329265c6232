import { expect, it } from "vitest";
import { session } from "../../backend/fakeData";
import { buildTree } from "./tree";

const HOUR = 3_600_000;
const now = Date.now();
const noon = new Date(now).setHours(12, 0, 0, 0);
const at = (id: string, title: string, time: number, parent: string | null = null) =>
  session(id, title, 0, { created: time, updated: time, parent });
const all = Object.fromEntries(
  [
    at("old", "Old work", noon - 40 * 24 * HOUR),
    at("top", "Fix login", noon),
    at("child", "explore tokens", noon + 1, "top"),
    at("grand", "grep", noon + 2, "child"),
    at("last", "Build", noon - 24 * HOUR),
    at("lost", "Parent is elsewhere", noon - 24 * HOUR - 1, "unknown"),
  ].map((row) => [row.id, row]),
);
const options = { query: "", now: noon, collapsed: new Set<string>(), limit: 100 };
const shape = (part: Partial<typeof options> = {}) =>
  buildTree(all, { ...options, ...part }).groups.map((group) => [
    group.name,
    group.lines.map((line) => `${line.level} ${line.id}`),
  ]);

it("nests sessions under their parents, newest first, by day", () => {
  expect(shape()).toEqual([
    ["Today", ["1 top", "2 child", "3 grand"]],
    ["Yesterday", ["1 last", "1 lost"]],
    ["Older", ["1 old"]],
  ]);
});

it("folds, and limits the first level", () => {
  expect(shape({ collapsed: new Set(["top"]), limit: 2 })).toEqual([
    ["Today", ["1 top"]],
    ["Yesterday", ["1 last"]],
  ]);
  expect(buildTree(all, { ...options, limit: 2 }).more).toBe(2);
});

it("searches titles and keeps the parents of what it finds, folded or not", () => {
  expect(shape({ query: "EXPLORE", collapsed: new Set(["top"]) })).toEqual([["Today", ["1 top", "2 child"]]]);
});
