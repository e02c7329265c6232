import { render, screen } from "@solidjs/testing-library";
import { createSignal } from "solid-js";
import { expect, it } from "vitest";
import { FindBar } from "./FindBar";
import type { Find } from "./find";

it("says that older messages wait for the connection", () => {
  const [connected, setConnected] = createSignal(true);
  const found = { query: 1, count: 0, searching: false, older: true, incomplete: false, at: null };
  const find = { found: () => found, text: () => "word", matchCase: () => false, asked: () => 1 } as unknown as Find;
  const { container } = render(() => <FindBar find={find} connected={connected()} />);
  expect(screen.getByText("Searching older messages…")).not.toBeNull();
  setConnected(false);
  expect(screen.getByText("Not connected: older messages are not searched yet.")).not.toBeNull();
  expect(container.querySelector(".spinner")).toBeNull();
});
