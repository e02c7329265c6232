import { cleanup } from "@solidjs/testing-library";
import { afterEach, beforeEach, expect, type MockInstance, vi } from "vitest";

let written: MockInstance[] = [];

beforeEach(() => {
  written = [vi.spyOn(console, "error"), vi.spyOn(console, "warn")];
});

/** Whatever a test writes to the console is a fault of what it tests. */
afterEach(() => {
  cleanup();
  for (const calls of written) expect(calls.mock.calls).toEqual([]);
});
