import { expect, it } from "vitest";
import { checkSettings, draftOf } from "./check";

const settings = {
  opencode_path: "/opt/opencode",
  ready_timeout_ms: 60_000,
  reconnect_base_ms: 1_500,
  reconnect_attempts: 5,
  enter_sends: false,
};

it("reads back what it shows", () => {
  expect(checkSettings(draftOf(settings))).toEqual({ settings, errors: {} });
  expect(checkSettings({ ...draftOf(settings), opencodePath: " " }).settings?.opencode_path).toBeNull();
});

it.each([
  ["opencodePath", "opencode"],
  ["readySeconds", ""],
  ["readySeconds", "0"],
  ["baseSeconds", "many"],
  ["attempts", "2.5"],
] as const)("refuses %s = %o", (field, value) => {
  const checked = checkSettings({ ...draftOf(settings), [field]: value });
  expect(checked.settings).toBeNull();
  expect(Object.keys(checked.errors)).toEqual([field]);
});
