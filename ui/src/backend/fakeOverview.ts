import type { OverviewView } from "./types";

export const OVERVIEW: OverviewView = {
  todos: [
    { text: "Find why the token expires early", state: "completed", urgent: false },
    { text: "Refresh it a minute before", state: "in_progress", urgent: true },
    { text: "Write a test with a clock that is off", state: "pending", urgent: false },
  ],
  context: {
    model: "claude-sonnet-5",
    used: 48_120,
    limit: 200_000,
    input: 3_400,
    output: 1_220,
    reasoning: 900,
    cache_read: 41_000,
    cache_write: 1_600,
  },
  cost: 0.31,
  prompts: 1,
  cost_with_children: 0.42,
};
