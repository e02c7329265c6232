import { expect, it } from "vitest";
import type { Connection } from "../../backend/types";
import { connectionWords } from "./connection";

const reconnecting: Connection = { state: "reconnecting", attempt: 3, attempts: 5, delay_ms: 4_000, at: 10_000 };

it.each<[Connection, number, string]>([
  [{ state: "connecting" }, 0, "Connecting…"],
  [{ state: "connected" }, 0, "Connected"],
  [reconnecting, 6_000, "Reconnecting in 4 s (3 of 5)"],
  [reconnecting, 5_100, "Reconnecting in 4 s (3 of 5)"],
  [reconnecting, 9_400, "Reconnecting in 1 s (3 of 5)"],
  [reconnecting, 12_000, "Reconnecting… (3 of 5)"],
  [{ state: "reconnecting", attempt: 0, attempts: 5, delay_ms: 0, at: 0 }, 1, "Reconnecting…"],
  [{ state: "disconnected", problem: null }, 0, "Disconnected"],
])("says %o at %i as %s", (connection, now, words) => {
  expect(connectionWords(connection, now)).toBe(words);
});
