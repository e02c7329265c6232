import { fireEvent, render, screen } from "@solidjs/testing-library";
import { createStore } from "solid-js/store";
import { expect, it } from "vitest";
import type { OverviewView } from "../../backend/types";
import { ContextMeter } from "./ContextMeter";
import { TodoStrip } from "./TodoStrip";

const OVERVIEW: OverviewView = {
  todos: [
    { text: "First", state: "completed", urgent: false },
    { text: "Second", state: "in_progress", urgent: false },
  ],
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

it("the meter tells kinds and costs on a click, and closes by Escape and by a click elsewhere", () => {
  render(() => <ContextMeter overview={OVERVIEW} />);
  const button = screen.getByRole("button", { name: "12 % · $0.04" });
  const panel = () => screen.queryByRole("region", { name: "Context and cost" });
  expect(panel()).toBe(null);
  fireEvent.click(button);
  expect(panel()?.textContent).toContain("24 k of 200 k tokens");
  expect(panel()?.textContent).toContain("From the cache20 k");
  expect(panel()?.textContent).toContain("This session cost$0.02With its subagents$0.04");
  expect(panel()?.textContent).not.toContain("Thought");
  fireEvent.keyDown(button, { key: "Escape" });
  expect(panel()).toBe(null);
  fireEvent.click(button);
  fireEvent.pointerDown(document.body);
  expect(panel()).toBe(null);
});

it("a list that is done is no longer in the way, unless it is being read", () => {
  const [overview, set] = createStore({ todos: OVERVIEW.todos.map((todo) => ({ ...todo })) });
  render(() => <TodoStrip todos={overview.todos} />);
  const strip = () => screen.queryByRole("region", { name: "To do" });
  expect(strip()?.textContent).toBe("To do 1/2Second");
  fireEvent.click(screen.getByRole("button"));
  expect(strip()?.querySelectorAll("li").length).toBe(2);
  set("todos", 1, "state", "completed");
  expect(strip()).not.toBe(null);
  fireEvent.click(screen.getByRole("button"));
  expect(strip()).toBe(null);
});
