import { expect, test } from "vitest";
import type { OverviewView } from "../../backend/types";
import { costWords } from "../../shared/cost";
import { overviewWords, percent, todoWords, tokenWords } from "./words";

test("tokens are told short", () => {
  const told = [0, 940, 1_000, 12_340, 130_400, 999_499, 999_500, 1_240_000].map(tokenWords);
  expect(told).toEqual(["0", "940", "1 k", "12.3 k", "130 k", "999 k", "1 M", "1.2 M"]);
});

test("costs are told in cents, and small ones so that they can be told apart", () => {
  expect([0, Number.NaN, 0.00001, 0.0012, 0.01, 1.239].map(costWords)).toEqual([
    "",
    "",
    "< $0.0001",
    "$0.0012",
    "$0.01",
    "$1.24",
  ]);
});

const OVERVIEW: OverviewView = {
  todos: [],
  context: {
    model: "sonnet",
    used: 24_000,
    limit: 200_000,
    input: 4_000,
    output: 0,
    reasoning: 0,
    cache_read: 20_000,
    cache_write: 0,
  },
  cost: 0.02,
  prompts: 1,
  cost_with_children: 0.04,
};

test("the meter tells how full the window is and what all of it cost", () => {
  expect(overviewWords(OVERVIEW)).toBe("12 % · $0.04");
  const { context } = OVERVIEW;
  expect(overviewWords({ ...OVERVIEW, context: context && { ...context, limit: null } })).toBe("24 k tokens · $0.04");
  expect(overviewWords({ ...OVERVIEW, context: null, cost: 0, cost_with_children: 0 })).toBe("");
  expect([0, 0.001, 0.994, 1].map(percent)).toEqual(["0 %", "1 %", "99 %", "100 %"]);
});

test("of a list what is being done stands first, then what comes next", () => {
  const item = (text: string, state: OverviewView["todos"][number]["state"]) => ({ text, state, urgent: false });
  const list = [item("a", "completed"), item("b", "pending"), item("c", "in_progress"), item("d", "cancelled")];
  expect(todoWords(list)).toEqual({ done: 2, all: 4, next: "c" });
  expect(todoWords(list.slice(0, 2))).toEqual({ done: 1, all: 2, next: "b" });
  expect(todoWords(list.slice(0, 1)).next).toBe(null);
});
