import { expect, it } from "vitest";
import { checkSettings, draftOf } from "./check";

const settings = {
  opencode_path: "/opt/opencode",
  ready_timeout_ms: 60_000,
  reconnect_base_ms: 1_500,
  reconnect_attempts: 5,
  silence_limit_ms: 25_000,
  restart_delay_ms: 1_000,
  confirm_limit_ms: 15_000,
  request_limit_ms: 15_000,
  enter_sends: false,
};

it("reads back what it shows", () => {
  expect(checkSettings(draftOf(settings), settings)).toEqual({ settings, errors: {} });
  expect(checkSettings({ ...draftOf(settings), opencodePath: " " }, settings).settings?.opencode_path).toBeNull();
});

it.each([
  ["opencodePath", "opencode"],
  ["readySeconds", ""],
  ["readySeconds", "0"],
  ["baseSeconds", "many"],
  ["attempts", "2.5"],
] as const)("refuses %s = %o", (field, value) => {
  const checked = checkSettings({ ...draftOf(settings), [field]: value }, settings);
  expect(checked.settings).toBeNull();
  expect(Object.keys(checked.errors)).toEqual([field]);
});
