import { afterEach, beforeEach, expect, type MockInstance, vi } from "vitest";

let written: MockInstance[] = [];

/** Whatever a test writes to the console is a fault of what it tests. */
beforeEach(() => {
  written = [vi.spyOn(console, "error"), vi.spyOn(console, "warn")];
});

afterEach(() => {
  for (const calls of written) expect(calls.mock.calls).toEqual([]);
});
