import { expect, test } from "vitest";
import type { MessageView } from "../../backend/types";
import { continues, turnCost } from "./turn";

function message(role: "user" | "assistant", cost: number, model = "sonnet"): MessageView {
  return {
    id: `msg_${cost}`,
    role,
    state: "complete",
    created: 0,
    completed: null,
    agent: "build",
    model,
    cost,
    queued: false,
    outgoing: null,
    problem: null,
    parts: [],
  };
}

test("an answer of several messages costs what they cost together, up to the next writer", () => {
  const messages = [
    message("user", 0),
    message("assistant", 1),
    message("assistant", 2),
    message("assistant", 4, "opus"),
    message("user", 0),
    message("assistant", 8),
  ];
  expect(messages.map((each, at) => continues(each, messages[at - 1]))).toEqual([
    false,
    false,
    true,
    false,
    false,
    false,
  ]);
  expect([1, 3, 5].map((at) => turnCost(messages, at))).toEqual([3, 4, 8]);
});
